"""Records to try things on: each builder saves one, complete enough to be published."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import Group

from tracker.editions.tables import RecordEdition, SiteEdition
from tracker.editorial.freeze import kind_of
from tracker.editorial.verbs import approve, publish, submit, take_down
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Capture,
    Challenge,
    Citation,
    CitationUse,
    CopyCheck,
    DeadlineMove,
    Document,
    Effect,
    Government,
    Import,
    ImportedRow,
    ImportPreview,
    ImportProfile,
    ImportProgress,
    LegalStatus,
    LinkCheck,
    Measure,
    Membership,
    Party,
    PassageCheck,
    Position,
    Recommendation,
    Relation,
    Reply,
    Search,
    Snapshot,
    SnapshotText,
    Submission,
    Theme,
    Translation,
    User,
    Version,
)
from tracker.models.base import Publishable


def user(username: str, *, role: str = "", **fields: Any) -> User:
    """An account; the same one each time. ``role`` is the name of a group, as ``researcher``."""
    account, created = User.objects.get_or_create(username=username, defaults=fields)
    if created and role:
        account.groups.add(Group.objects.get(name=role))
    return account


def author() -> User:
    """Who records everything here: a researcher."""
    return user("author", role="researcher", first_name="Ada", last_name="Author")


def reviewer() -> User:
    """A second person: a reviewer."""
    return user("reviewer", role="reviewer", first_name="Rita", last_name="Reviewer")


def government(code: str, **fields: Any) -> Government:
    """A government; the same one each time."""
    return Government.objects.get_or_create(code=code, defaults={"name": f"Land of {code}", **fields})[0]


def measure(key: str = "expulsion") -> Measure:
    """A kind of measure; the same one each time."""
    return Measure.objects.get_or_create(key=key, defaults={"name": key})[0]


def document(key: str, **fields: Any) -> Document:
    """A press report of that key."""
    by = fields.pop("by", None) or author()
    values = {"kind": "news_report", "title": f"Title of {key}", "author": f"Author of {key}", "language": "en", "interest": "press"}
    return Document.objects.create(**{"key": key, "recorded_by": by, "edited_by": by, **values, **fields})


def citation(of: Document, key: str, **fields: Any) -> Citation:
    """A passage of a document."""
    return Citation.objects.create(**{"key": key, "document": of, "locator": "¶1", "says": f"What {key} says.", **fields})


def cite(record: Any, passage: Citation, stance: str = "supports") -> CitationUse:
    """Let a passage serve a record."""
    names = {"LegalStatus": "legal_status"}
    name = names.get(type(record).__name__, type(record).__name__.lower())
    return CitationUse.objects.create(citation=passage, stance=stance, **{name: record})


def recommendation(reference: str, known_from: Document, *, to: tuple[str, ...] = ("AL",), **fields: Any) -> Recommendation:
    """A recommendation of 1 February 2019, addressed to governments by name."""
    by = fields.pop("by", None) or author()
    values = {"short_title": f"Do {reference}", "statement": f"They should do {reference}.", "made_by": "An institute", "locator": "p. 1"}
    values |= {"recommended_on": "2019-02-01", "measure": measure(), "known_from": known_from}
    record = Recommendation.objects.create(**{"reference": reference, "recorded_by": by, "edited_by": by, **values, **fields})
    for code in to:
        Addressee.objects.create(recommendation=record, government=government(code))
    return record


def action(key: str, *, code: str = "AL", on: str = "2020-01-15", **fields: Any) -> Action:
    """An action that happened on a date. It has no citation yet."""
    by = fields.pop("by", None) or author()
    values = {"body": "Ministry", "title": f"Title of {key}", "description": f"Description of {key}.", "measure": measure()}
    record = Action.objects.create(**{"key": key, "government": government(code), "recorded_by": by, "edited_by": by, **values, **fields})
    ActionEvent.objects.create(action=record, kind="occurred", on=on, decisive=True)
    return record


def effect(of: Action, on: Recommendation, *, code: str = "AL", direction: str = "fulfils", **fields: Any) -> Effect:
    """How an action bears on an addressee."""
    addressee = on.addressees.get(government__code=code)
    key = fields.pop("key", f"LK-{of.key}-{on.reference}-{code}")
    return Effect.objects.create(**{"key": key, "action": of, "addressee": addressee, "direction": direction, "reasoning": "Because.", **fields})


def assessment(key: str, on: Recommendation, *, code: str = "AL", status: str = "implemented", **fields: Any) -> Assessment:
    """A verdict by the staff, whatever the rule proposes. It has no citation yet."""
    by = fields.pop("by", None) or author()
    addressee = on.addressees.get(government__code=code)
    values = {"rationale": f"Rationale of {key}.", "departure": "The builder says so.", "recorded_by": by, "edited_by": by}
    return Assessment.objects.create(**{"key": key, "addressee": addressee, "status": status, **values, **fields})


def search(of: Assessment, key: str) -> Search:
    """The log of a search."""
    words = {name: f"{name} of {key}" for name in ("searched_by", "where", "languages", "looked_for", "found", "limits")}
    return Search.objects.create(key=key, assessment=of, searched_on=dt.datetime.now(dt.UTC).date().isoformat(), **words)


def everything() -> dict[str, Any]:
    """One record of every noun, each as full as it can be, in a web that may be published."""
    made: dict[str, Any] = {}
    made["group"] = government("GROUP", kind="group", note="A group.")
    made["government"] = government("AL", name="Albania", note="A state.")
    made["membership"] = Membership.objects.create(group=made["group"], member=made["government"], since="2004", until="2020-01-31")
    made["measure"] = Measure.objects.create(key="expulsion", name="expulsion", definition="Telling someone to leave.")
    made["theme"] = Theme.objects.create(key="safety", name="safety")
    made["paper"] = document("PAPER", kind="white_paper", interest="advocacy", published_on="2019-02-01", publisher="An institute")
    made["document"] = document(
        "REPORT",
        title_is_description=True,
        publisher="A paper",
        published_on="2020-01",
        url="https://example.org/report",
        stake="A stake.",
        note="A note.",
    )
    made["snapshot"] = Snapshot.objects.create(
        document=made["document"],
        sha256="a" * 64,
        size=10,
        media_type="text/html",
        captured_at=dt.datetime(2020, 2, 1, 12, tzinfo=dt.UTC),
        captured_how="by hand",
        stored_as="aa/aa",
    )
    made["snapshottext"] = SnapshotText.objects.create(snapshot=made["snapshot"], text="They left the country.")
    made["capture"] = Capture.objects.create(requested_by=author(), url="https://example.org/report", document=made["document"])
    made["linkcheck"] = LinkCheck.objects.create(
        document=made["document"], url=made["document"].url, outcome="fine", checked_at=dt.datetime(2020, 3, 1, tzinfo=dt.UTC)
    )
    made["copycheck"] = CopyCheck.objects.create(snapshot=made["snapshot"], outcome="sound", checked_at=dt.datetime(2020, 3, 1, tzinfo=dt.UTC))
    made["challenge"] = Challenge.objects.create(kind="document", key="REPORT", edition=1, says="The date is wrong.")
    made["citation"] = citation(made["document"], "EV-1", exact="left the country", prefix="They ", suffix=".", corroboration="corroborated")
    made["citation"].archived_as, made["citation"].begins, made["citation"].ends = "a" * 64, 5, 21
    made["citation"].save()
    made["passagecheck"] = PassageCheck.objects.create(citation=made["citation"], snapshot=made["snapshot"], outcome="found")
    made["dispute"] = citation(made["paper"], "EV-2")
    made["other"] = recommendation("OTHER-1", made["paper"])
    made["recommendation"] = recommendation(
        "REC-1",
        made["paper"],
        number="1",
        made_in=made["paper"],
        corroboration="corroborated",
        target="Officers",
        addressed="AL;GROUP",
        criteria_partial="Some left.",
        criteria_full="All left.",
        due_on="2021",
        note="A note.",
    )
    made["recommendation"].themes.add(made["theme"])
    made["addressee"] = made["recommendation"].addressees.get()
    made["addressee"].note = "A note."
    made["addressee"].save()
    made["relation"] = Relation.objects.create(recommendation=made["recommendation"], kind="repeats", other=made["other"], note="A note.")
    made["deadlinemove"] = DeadlineMove.objects.create(
        recommendation=made["recommendation"],
        before="2020",
        after="2021",
        moved_on="2020-05",
        moved_by="The inquiry",
        reason="It asked for more time.",
    )
    made["action"] = action(
        "ACT-1",
        scope_note="All of them.",
        legal_instrument="Decree 1",
        target="Officers",
        corroboration="corroborated",
        note="A note.",
    )
    made["event"] = made["action"].events.get()
    made["event"].note = "A note."
    made["event"].save()
    made["reversing_action"] = action("ACT-2", on="2021-05")
    made["party"] = Party.objects.create(key="a-person", kind="person", name="A Person", note="A note.")
    made["legal_status"] = LegalStatus.objects.create(
        action=made["action"], party=made["party"], standing="expelled", on="2020-01-15", said_by="The ministry", wording="non grata"
    )
    made["effect"] = effect(made["action"], made["recommendation"], corroboration="corroborated")
    made["undoing"] = effect(made["reversing_action"], made["recommendation"], direction="", undoes=made["effect"])
    made["earlier_assessment"] = assessment("AS-1", made["recommendation"], status="no_evidence")
    made["assessment"] = assessment(
        "AS-2",
        made["recommendation"],
        effective_on="2020-01-15",
        supersedes=made["earlier_assessment"],
        confidence="high",
        corroboration="corroborated",
        source_status="Complete",
        note="A note.",
    )
    made["outside_assessment"] = assessment("AS-3", made["recommendation"], assessor_kind="third_party", assessor="A club")
    made["search"] = search(made["earlier_assessment"], "SR-1")
    made["position"] = Position.objects.create(
        key="PO-1", assessment=made["assessment"], answer="accepted", on="2019-03", statement="They would.", said_by="The minister"
    )
    made["reply"] = Reply.objects.create(
        key="RY-1", action=made["action"], said_by="The embassy", on="2020-01-16", words="We reject it.", language="en", note="A note."
    )
    made["reply_to_assessment"] = Reply.objects.create(
        key="RY-2", assessment=made["assessment"], said_by="The ministry", on="2020-02", words="C'est faux.", language="fr"
    )
    made["reply_to_assessment_use"] = cite(made["reply_to_assessment"], made["citation"])
    for name in ("recommendation", "action", "reversing_action", "assessment", "outside_assessment", "position", "legal_status", "reply"):
        made[f"{name}_use"] = cite(made[name], made["citation"])
    made["dispute_use"] = cite(made["action"], made["dispute"], "disputes")
    made["translation"] = translation(
        made["recommendation"], "statement", kind="official", url="https://example.org/fr", locator="p. 1", checked_by="A reader"
    )
    for name, text in (("document", "title"), ("action", "title"), ("assessment", "rationale")):
        made[f"{name}_translation"] = translation(made[name], text, kind="machine")
    made["importprofile"] = ImportProfile.objects.create(name="review", text="[file]", made_by=author(), edited_by=author())
    made["import"] = Import.objects.create(
        file_name="review.csv", sha256="b" * 64, size=10, stored_as="bb/bb", profile_name="review", profile_text="[file]", made_by=author()
    )
    made["importpreview"] = ImportPreview.objects.create(batch=made["import"], counts={}, digest="c" * 64)
    made["importprogress"] = ImportProgress.objects.create(batch=made["import"], words="Reading", at=dt.datetime(2020, 3, 1, tzinfo=dt.UTC))
    made["importedrow"] = ImportedRow.objects.create(
        batch=made["import"], resource="themes", key="safety", of_resource="themes", of_key="safety", did="created", said="d" * 32
    )
    return made


def publishables(made: dict[str, Any]) -> list[Publishable]:
    """The records among what :func:`everything` made."""
    return [record for record in made.values() if isinstance(record, Publishable)]


def put_out(*records: Publishable, reason: str = "a test") -> SiteEdition:
    """Submit, approve and publish, by two people."""
    submission = submit(records, by=author(), reason=reason)
    approve(submission, by=reviewer())
    return publish(submission, by=reviewer())


def translation(of: Publishable, text: str, language: str = "fr", **fields: Any) -> Translation:
    """A text of a record in another language, as it stands."""
    original = getattr(of, text)
    values = {"words": f"{original} ({language})", "translates": original, "kind": "ours", "translator": "A translator"}
    return Translation.objects.create(**{kind_of(of).value: of, "text": text, "language": language, **values, **fields})


def reply(to: Any, key: str, source: Citation, **fields: Any) -> Reply:
    """What a ministry answers to an action or an assessment, with where it stands."""
    values = {"said_by": "A ministry", "on": "2020-06", "words": f"Words of {key}.", "language": "fr"}
    made = Reply.objects.create(**{"key": key, type(to).__name__.lower(): to, **values, **fields})
    cite(made, source)
    return made


def challenge(to: Publishable, **fields: Any) -> Challenge:
    """What a reader says is wrong in a record."""
    named = {"kind": kind_of(to), "key": to.public_key, "edition": 1}
    return Challenge.objects.create(**{**named, "says": "It was another ministry.", **fields})


def officer() -> User:
    """Who answers for the office: an administrator."""
    return user("officer", role="administrator", first_name="Olga", last_name="Officer")


def taken_down(record: Publishable, *, reason: str, withdrawing: tuple[Publishable, ...] = ()) -> SiteEdition:
    """Taken down for legal reasons, by two people."""
    submission = take_down([record], by=officer(), reason=reason, withdrawing=withdrawing)
    approve(submission, by=reviewer())
    return publish(submission, by=reviewer())


def taken_off(record: Publishable, *, reason: str, into: str = "") -> SiteEdition:
    """Withdrawn by two people; ``into`` names the record that it is merged into."""
    submission = Submission.objects.create(reason=reason, submitted_by=author())
    public = RecordEdition.desk.known_at(None).get(kind=kind_of(record), key=record.public_key)
    Version.objects.create(
        submission=submission, kind=public.kind, key=public.key, title=public.title, change="withdraw", body=public.body,
        content_hash=public.content_hash, over=public.edition, recorded_by=author(), edited_by=author(), forwards_to=into,
    )  # fmt: skip
    approve(submission, by=reviewer())
    return publish(submission, by=reviewer())
