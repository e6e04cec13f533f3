"""Writing a record back to what a body says: the inverse of freezing (:mod:`tracker.editorial.freeze`).

It makes a draft, no more: what readers see stays as it is until the restored record is submitted, approved and published like any other. Three
things are not taken back. Archived copies stay, as they are never altered. A moved deadline that readers were told of stays in the ledger. Names of
kinds of measure and of themes are those of today. The wording of a passage and the name of a party are shared with other records; where others use
them, they go back only if the restorer says so.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK, RecordEdition
from tracker.editorial.freeze import MODELS, PREFETCH, Body, content_hash, freeze
from tracker.editorial.paths import name_of
from tracker.editorial.rebuild import event_model
from tracker.editorial.verbs import Refused
from tracker.models import (
    Action,
    Addressee,
    Assessment,
    Change,
    Citation,
    CitationUse,
    DeadlineMove,
    Document,
    Effect,
    Government,
    Measure,
    Party,
    Position,
    Recommendation,
    RecordKind,
    Reply,
    Search,
    Theme,
    Translation,
    User,
    Version,
)
from tracker.models.base import Publishable

PLAIN: dict[type[models.Model], tuple[str, ...]] = {
    Document: (
        "kind", "title", "title_is_description", "author", "publisher", "published_on", "language", "url", "symbol", "celex", "bill",
        "legislature", "interest", "stake", "note",
    ),
    Recommendation: (
        "number", "short_title", "statement", "statement_form", "language", "made_by", "locator", "recommended_on", "corroboration", "target",
        "addressed", "criteria_partial", "criteria_full", "due_on", "note",
    ),
    Action: (
        "body", "title", "description", "scope_note", "legal_instrument", "celex", "bill", "legislature", "target", "corroboration", "note",
    ),
    Party: ("kind", "name", "wikidata", "opensanctions"),
    Assessment: (
        "status", "effective_on", "rationale", "confidence", "corroboration", "assessor_kind", "assessor", "source_status", "note", "departure",
    ),
    Citation: ("locator", "says", "exact", "prefix", "suffix", "corroboration", "archived_as"),
    Search: ("searched_on", "searched_by", "where", "languages", "looked_for", "found", "limits"),
    Position: ("answer", "on", "statement", "said_by"),
    Reply: ("said_by", "on", "words", "language", "note"),
    Translation: ("text", "language", "words", "translates", "kind", "translator", "checked_by", "url", "locator"),
}  # fmt: skip
"""The columns that a body holds as they are. What a body does not say, because it was frozen before that was asked for, it leaves as it is."""

DESK_ONLY: dict[type[models.Model], tuple[str, ...]] = {Assessment: ("review_on",), Citation: ("begins", "ends"), Party: ("note",)}
"""The columns that the desk keeps for itself. No body holds them: a row that is made again has them as they were when it was deleted."""


MARKED = ("document", "exact", "archived_as")
"""Of a citation: where its words stand in a copy's text is known only while these are what they were when they were marked there."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that a body cites, whose wording is another now. ``serves``: the other records that would change with it."""

    value: str
    """What names it in a form: ``citation:KEY`` or ``party:KEY``."""
    row: Citation | Party
    before: Mapping[str, Any]
    """Its wording now, by column."""
    after: Mapping[str, Any]
    serves: tuple[Publishable, ...]


@dataclass(slots=True)
class Plan:
    """What writing a body back takes. ``refusals``: why it cannot be done, one sentence each; then nothing is written."""

    kind: RecordKind
    body: Body
    record: Publishable | None
    refusals: list[str] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)

    @property
    def stands(self) -> str:
        """A hash of all that would be written over: the record as it stands, and the wordings that it shares, with whom."""
        now = self.record and freeze(MODELS[self.kind]._default_manager.prefetch_related(*PREFETCH[self.kind]).get(pk=self.record.pk))
        wordings = [[item.value, dict(item.before), sorted(f"{other._meta.label} {other.pk}" for other in item.serves)] for item in self.shared]
        return content_hash({"record": now, "shared": sorted(wordings)})


class Overtaken(Refused):
    """Somebody changed what would be written over since it was looked at."""


def plan(kind: RecordKind, body: Body, record: Publishable | None) -> Plan:
    """What stands against writing a record back to a body, and what it shares with others. ``record`` None: it was deleted and is made again."""
    found = Plan(kind, _under_its_key(kind, body, record), record)
    names = _Names(found.body)
    found.refusals += names.missing()
    found.refusals += _taken_keys(found)
    if record is not None and kind is RecordKind.RECOMMENDATION:
        found.refusals += _addressees_that_stay(record, found.body)
    found.shared = _shared(found)
    return found


def restore(
    kind: RecordKind, body: Body, record: Publishable | None, *, by: User, reason: str, source: str, shared: Collection[str] = (),
    over: str | None = None,
) -> Publishable:  # fmt: skip
    """Write a record and its parts back to what a body says, as a draft whose last editor is ``by``; the record as it is then.

    ``source`` says in words where the body is from; the history shows it beside the reason. ``shared`` names the passages and parties
    (:attr:`Shared.value`) whose wording goes back although other records use them: an edit of those too. ``over`` is what the restorer looked
    at (:attr:`Plan.stands`); ``Overtaken`` where something else stands there by now. ``Refused`` with every reason.
    """
    if not reason.strip():
        raise Refused(_("Say why: it stands beside your change in the history."))
    try:
        with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason, restored=source):
            if record is not None:
                record = type(record)._default_manager.select_for_update().get(pk=record.pk)
            list(Citation.objects.filter(key__in=cited_in(body)).order_by("pk").select_for_update())
            list(Party.objects.filter(key__in=[item["party"] for item in body.get("parties", ())]).order_by("pk").select_for_update())
            found = plan(kind, body, record)
            if over is not None and over != found.stands:
                raise Overtaken(_("What would be changed was changed by somebody while this page was open. Look again: nothing was written yet."))
            if found.refusals:
                raise Refused(" ".join(found.refusals))
            return _Writing(found, by, reason, shared).write()
    except (IntegrityError, models.ProtectedError) as error:
        raise Refused(_("The record cannot be written back: something else holds what would be changed. Nothing was written.")) from error


def records_that_use(row: Citation | Party) -> list[Publishable]:
    """The records that are approved together with a passage or a party."""
    if isinstance(row, Party):
        return list(Action.objects.filter(legal_statuses__party=row).distinct())
    return records_that_cite([row])


def records_that_cite(citations: Iterable[Citation] | models.QuerySet[Citation]) -> list[Publishable]:
    """The records that are approved together with any of these passages."""
    uses = CitationUse.objects.filter(citation__in=citations)
    return [
        *Recommendation.objects.filter(pk__in=uses.values("recommendation")),
        *Action.objects.filter(
            Q(pk__in=uses.values("action")) | Q(legal_statuses__citation_uses__in=uses) | Q(replies__citation_uses__in=uses)
        ).distinct(),
        *Assessment.objects.filter(Q(pk__in=uses.values("assessment")) | Q(positions__citation_uses__in=uses) | Q(replies__citation_uses__in=uses))
        .select_related("addressee__recommendation", "addressee__government")
        .distinct(),
    ]


# What a body names


def cited_in(body: Body) -> dict[str, Body]:
    """Every citation of a body and of its parts, by key; the same passage has the same wording wherever it stands in one body."""
    found = {citation["key"]: citation for citation in body.get("citations", ())}
    for part in ("parties", "positions", "replies"):
        for item in body.get(part, ()):
            found |= {citation["key"]: citation for citation in item["citations"]}
    return found


def _under_its_key(kind: RecordKind, body: Body, record: Publishable | None) -> Body:
    """The key stands in public addresses: it stays once a version was submitted."""
    if record is None or not Version.objects.filter(kind=kind, key=record.public_key).exists():
        return body
    return {**body, "reference" if kind is RecordKind.RECOMMENDATION else "key": record.public_key}


class _Names:
    """The records that a body refers to by name, found at once."""

    def __init__(self, body: Body) -> None:
        cited = cited_in(body).values()
        self.body = body
        self.wanted: dict[type[models.Model], set[str]] = {
            Document: {citation["document"] for citation in cited} | _filled(body.get("made_in"), body.get("known_from")),
            Measure: _filled(body.get("measure")),
            Theme: {theme["key"] for theme in body.get("themes", ())},
            Government: {addressee["government"] for addressee in body.get("addressees", ())}
            | ({body["government"]} if "government" in body else set())
            | {effect["government"] for effect in body.get("effects", ())},
            Recommendation: {relation["other"] for relation in body.get("relations", ())}
            | {effect["recommendation"] for effect in body.get("effects", ())}
            | _filled(body.get("recommendation")),
            Assessment: _filled(body.get("supersedes")),
            Effect: {effect["undoes"] for effect in body.get("effects", ()) if effect["undoes"]}
            - {effect["key"] for effect in body.get("effects", ())},
        }
        self.found: dict[type[models.Model], dict[str, Any]] = {
            model: {getattr(row, _key_column(model)): row for row in model._default_manager.filter(**{f"{_key_column(model)}__in": keys})}
            for model, keys in self.wanted.items()
            if keys
        }
        pairs = {(effect["recommendation"], effect["government"]) for effect in body.get("effects", ())}
        if "recommendation" in body:
            pairs.add((body["recommendation"], body["government"]))
        rows = (
            Addressee.objects.filter(recommendation__reference__in={reference for reference, _code in pairs}) if pairs else Addressee.objects.none()
        )
        self.addressees = {(row.recommendation.reference, row.government.code): row for row in rows.select_related("recommendation", "government")}
        self.pairs = pairs

    def of(self, model: type[models.Model], key: str | None) -> Any:
        return None if key is None else self.found[model][key]

    def missing(self) -> list[str]:
        """A sentence for each name that no longer exists."""
        sentences = []
        for model, keys in self.wanted.items():
            for key in sorted(keys - set(self.found.get(model, ()))):
                noun = model._meta.verbose_name
                sentences.append(_("The %(noun)s %(key)s no longer exists; make it again first.") % {"noun": noun, "key": key})
        for reference, code in sorted(self.pairs - set(self.addressees)):
            if reference in self.found.get(Recommendation, ()) and code in self.found.get(Government, ()):
                sentences.append(
                    _("The recommendation %(reference)s no longer addresses %(government)s; add it there first.")
                    % {"reference": reference, "government": code}
                )
        return sentences


def _filled(*values: str | None) -> set[str]:
    return {value for value in values if value}


def _key_column(model: type[models.Model]) -> str:
    return {Recommendation: "reference", Government: "code"}.get(model, "key")  # type: ignore[call-overload]


KEYED: dict[str, tuple[type[models.Model], str]] = {
    "effects": (Effect, "action"),
    "searches": (Search, "assessment"),
    "positions": (Position, "assessment"),
    "replies": (Reply, ""),
}
"""Parts with a key that is unique over the whole desk, and the record that they belong to."""


def _taken_keys(found: Plan) -> list[str]:
    """Keys of the body that something else bears now."""
    sentences = []
    model, record = MODELS[found.kind], found.record
    key = found.body["reference" if found.kind is RecordKind.RECOMMENDATION else "key"]
    others = model._default_manager.filter(**{_key_column(model): key}).exclude(pk=record.pk if record else None)
    if others.exists():
        sentences.append(_("Another %(noun)s bears the key %(key)s now.") % {"noun": model._meta.verbose_name, "key": key})
    for part, (part_model, _whole) in KEYED.items():
        whole = str(found.kind)
        keys = {item["key"] for item in found.body.get(part, ())}
        if not keys:
            continue
        taken = part_model._default_manager.filter(key__in=keys)
        if record is not None:
            taken = taken.exclude(**{f"{whole}_id": record.pk, f"{whole}__isnull": False})
        for row_key in taken.values_list("key", flat=True):
            noun = part_model._meta.verbose_name
            sentences.append(_("The %(noun)s %(key)s belongs to another record now.") % {"noun": noun, "key": row_key})
    if found.kind is RecordKind.ASSESSMENT and found.body["supersedes"]:
        follower = Assessment.objects.filter(supersedes__key=found.body["supersedes"]).exclude(pk=record.pk if record else None).first()
        if follower:
            words = {"before": found.body["supersedes"], "other": follower.key}
            sentences.append(_("The assessment %(before)s is superseded by %(other)s now.") % words)
    return sentences


def _addressees_that_stay(record: Publishable, body: Body) -> list[str]:
    """An addressee that was assessed, or on which an action bears, cannot go."""
    going = Addressee.objects.filter(recommendation_id=record.pk).exclude(government__code__in=[row["government"] for row in body["addressees"]])
    sentences = []
    for row in going.select_related("government").annotate(
        assessed=models.Exists(Assessment.objects.filter(addressee=models.OuterRef("pk"))),
        borne_on=models.Exists(Effect.objects.filter(addressee=models.OuterRef("pk"))),
    ):
        if row.assessed:
            sentences.append(_("%(government)s has assessments and stays an addressee.") % {"government": row.government.name})
        elif row.borne_on:
            sentences.append(
                _("Actions bear on what was recommended to %(government)s, which stays an addressee.") % {"government": row.government.name}
            )
    return sentences


def _shared(found: Plan) -> list[Shared]:
    """The passages and parties of a body whose wording is another now."""
    shared = []
    wordings = cited_in(found.body)
    for citation in Citation.objects.filter(key__in=wordings).select_related("document"):
        after = {name: wordings[citation.key][name] for name in ("document", *PLAIN[Citation])}
        before = {"document": citation.document.key, **{name: str(getattr(citation, name)) for name in PLAIN[Citation]}}
        if before != after:
            shared.append(Shared(f"citation:{citation.key}", citation, before, after, _others(citation, found.record)))
    called = {item["party"]: {name: item[name] for name in PLAIN[Party] if name in item} for item in found.body.get("parties", ())}
    for party in Party.objects.filter(key__in=called):
        before = {name: str(getattr(party, name)) for name in called[party.key]}
        if before != called[party.key]:
            shared.append(Shared(f"party:{party.key}", party, before, called[party.key], _others(party, found.record)))
    return shared


def _others(row: Citation | Party, record: Publishable | None) -> tuple[Publishable, ...]:
    return tuple(other for other in records_that_use(row) if other != record)


# Writing


class _Writing:
    """One restoration, inside its transaction."""

    def __init__(self, found: Plan, by: User, reason: str, shared: Collection[str]) -> None:
        self.kind, self.body, self.by, self.reason = found.kind, found.body, by, reason
        self.names = _Names(found.body)
        model = MODELS[found.kind]
        self.record: Any = found.record or model(recorded_by=by, **_kept_by_the_desk(model, found.body[_key_column(model)]))
        self.goes_back = {item.value: item for item in found.shared if item.value in shared or not item.serves}

    def write(self) -> Publishable:
        self._share()
        self.record.edited_by = self.by
        for name in PLAIN[type(self.record)]:
            if name in self.body:
                setattr(self.record, name, self.body[name])
        match self.kind:
            case RecordKind.DOCUMENT:
                self._save("key")
            case RecordKind.RECOMMENDATION:
                self._recommendation()
            case RecordKind.ACTION:
                self._action()
            case RecordKind.ASSESSMENT:
                self._assessment()
        self._translations()
        return self.record

    def _save(self, key: str, **related: Any) -> None:
        for name, value in {key: self.body[key], **related}.items():
            setattr(self.record, name, value)
        self.record.save()

    def _share(self) -> None:
        """Passages and parties: made again where they are gone, put back where nobody else uses them or the restorer said so."""
        touched: set[Publishable] = set()
        for item in self.goes_back.values():
            columns = dict(item.after)
            if isinstance(item.row, Citation):
                columns["document"] = self.names.of(Document, columns["document"])
                if any(item.before[name] != item.after[name] for name in MARKED):
                    columns |= {"begins": None, "ends": None}
            for name, value in columns.items():
                setattr(item.row, name, value)
            item.row.save()
            touched.update(item.serves)
        for other in touched:
            type(other)._default_manager.filter(pk=other.pk).update(edited_by=self.by, edited_at=timezone.now())
        wordings = cited_in(self.body)
        self.citations = {citation.key: citation for citation in Citation.objects.filter(key__in=wordings)}
        for key in sorted(set(wordings) - set(self.citations)):
            columns = {name: wordings[key][name] for name in PLAIN[Citation]}
            columns["document"] = self.names.of(Document, wordings[key]["document"])
            columns |= _kept_by_the_desk(Citation, key, **{name: columns[name] for name in MARKED})
            self.citations[key] = Citation.objects.create(key=key, **columns)
        named = {item["party"]: item for item in self.body.get("parties", ())}
        self.parties = {party.key: party for party in Party.objects.filter(key__in=named)}
        for key in sorted(set(named) - set(self.parties)):
            columns = {name: named[key][name] for name in PLAIN[Party] if name in named[key]} | _kept_by_the_desk(Party, key)
            self.parties[key] = Party.objects.create(key=key, **columns)

    def _recommendation(self) -> None:
        of = self.names.of
        self._save(
            "reference",
            made_in=of(Document, self.body["made_in"]),
            known_from=of(Document, self.body["known_from"]),
            measure=of(Measure, self.body["measure"]),
        )
        self.record.themes.set([of(Theme, theme["key"]) for theme in self.body["themes"]])
        self._rows(
            "addressees",
            self.record.addressees.select_related("government"),
            lambda row: (row.government.code,),
            lambda item: {"government": of(Government, item["government"]), "basis": item["basis"], "note": item["note"]},
        )
        self._rows(
            "relations",
            self.record.relations.select_related("other"),
            lambda row: (str(row.kind), row.other.reference),
            lambda item: {"kind": item["kind"], "other": of(Recommendation, item["other"]), "note": item["note"]},
        )
        self._cite(self.record, self.body["citations"])
        self._ledger()

    def _ledger(self) -> None:
        """Of moved deadlines: what the body says, what readers were told, and the move that this restoration will be for them."""
        editions = RecordEdition.desk.filter(kind=self.kind, key=self.record.reference, change=Change.PUBLISH.value)
        told = [move for body in editions.values_list("body", flat=True) for move in body["deadline_moves"]]
        kept = {name_of("deadline_moves", move): move for move in [*told, *self.body["deadline_moves"]]}
        public = editions.filter(known_to=None).values_list("body", flat=True).first()
        if public and public["due_on"] and public["due_on"] != self.body["due_on"]:
            moves = {(move["before"], move["after"]) for move in kept.values()}
            if (public["due_on"], self.body["due_on"]) not in moves:
                today = str(timezone.now().date())
                move = {"before": public["due_on"], "after": self.body["due_on"], "moved_on": today, "moved_by": "", "reason": self.reason}
                kept[name_of("deadline_moves", move)] = move
        rows = {(str(row.before), str(row.moved_on), row.moved_by): row for row in DeadlineMove.objects.filter(recommendation=self.record)}
        for name in set(rows) - set(kept):
            rows[name].delete()
        for name, move in kept.items():
            _put(rows.get(name) or DeadlineMove(recommendation=self.record), move)

    def _action(self) -> None:
        of, body = self.names.of, self.body
        self._save("key", government=of(Government, body["government"]), measure=of(Measure, body["measure"]))
        decisive = {name_of("events", event) for event in body["events"] if event["decisive"]}
        for event in self.record.events.filter(decisive=True):
            if (str(event.kind), str(event.on)) not in decisive:  # so that the mark can move from one row to another
                event.decisive = False
                event.save()
        self._rows(
            "events",
            self.record.events.all(),
            lambda row: (str(row.kind), str(row.on)),
            lambda item: {name: item[name] for name in ("kind", "on", "decisive", "note")},
        )
        statuses = self._rows(
            "parties",
            self.record.legal_statuses.select_related("party"),
            lambda row: (row.party.key, str(row.standing), str(row.on)),
            lambda item: {"party": self.parties[item["party"]], **{name: item[name] for name in ("standing", "on", "said_by", "wording")}},
        )
        for item, status in statuses:
            self._cite(status, item["citations"])
        self._effects()
        self._replies()
        self._cite(self.record, body["citations"])

    def _effects(self) -> None:
        """First what goes, then what changes, then what comes: an action bears on an addressee once at every moment."""
        items = {item["key"]: item for item in self.body["effects"]}
        rows = {row.key: row for row in self.record.effects.all()}
        for key, row in sorted(rows.items(), key=lambda held: held[1].undoes_id is None):  # what undoes another goes before it
            moves = key in items and row.addressee_id != self._addressee(items[key]).pk
            if key not in items or (moves and not row.undone_by.exists()):
                rows.pop(key).delete()
        # An effect of this very action may be what another of its effects undoes: plain ones first.
        for key in sorted(items, key=lambda key: (items[key]["undoes"] is not None, key)):
            item = items[key]
            undone = Effect.objects.get(key=item["undoes"]) if item["undoes"] else None
            row = rows.get(key) or Effect(key=key, action=self.record)
            _put(
                row,
                {
                    "addressee": self._addressee(item),
                    "direction": item["direction"] or "",
                    "undoes": undone,
                    "reasoning": item["reasoning"],
                    "corroboration": item["corroboration"],
                },
            )

    def _addressee(self, item: Body) -> Addressee:
        return self.names.addressees[item["recommendation"], item["government"]]

    def _assessment(self) -> None:
        self._save("key", addressee=self._addressee(self.body), supersedes=self.names.of(Assessment, self.body["supersedes"]))
        self._keyed("searches", self.record.searches.all(), Search)
        for item, position in self._keyed("positions", self.record.positions.all(), Position):
            self._cite(position, item["citations"])
        self._replies()
        self._cite(self.record, self.body["citations"])

    def _translations(self) -> None:
        self._rows(
            "translations",
            self.record.translations.all(),
            lambda row: (row.text, row.language),
            lambda item: {name: item[name] for name in PLAIN[Translation]},
        )

    def _replies(self) -> None:
        for item, reply in self._keyed("replies", self.record.replies.all(), Reply):
            self._cite(reply, item["citations"])

    def _keyed(self, part: str, held: Iterable[Any], model: type[models.Model]) -> list[tuple[Body, Any]]:
        return self._rows(part, held, lambda row: (row.key,), lambda item: {name: item[name] for name in ("key", *PLAIN[model])})

    def _rows(self, part: str, held: Any, name: Any, columns: Any) -> list[tuple[Body, Any]]:
        """Let the rows of a part be what the body says; rows that bear the same name stay the same rows. The items with their rows."""
        items = {name_of(part, item): item for item in self.body[part]}
        rows = {name(row): row for row in held}
        for key in set(rows) - set(items):
            rows[key].delete()
        owner = {str(self.kind): self.record}
        return [(item, _put(rows.get(key) or held.model(**owner), columns(item))) for key, item in items.items()]

    def _cite(self, served: Any, citations: list[Body]) -> None:
        """The uses of a record, with the stance of each."""
        wanted = {citation["key"]: citation["stance"] for citation in citations}
        uses = {use.citation.key: use for use in served.citation_uses.select_related("citation")}
        column = next(field.name for field in CitationUse._meta.fields if field.related_model is type(served))
        for key in set(uses) - set(wanted):
            uses[key].delete()
        for key, stance in wanted.items():
            _put(uses.get(key) or CitationUse(citation=self.citations[key], **{column: served}), {"stance": stance})


def _kept_by_the_desk(model: type[models.Model], key: str, **same: Any) -> dict[str, Any]:
    """The desk's own columns of a row that is gone, as the newest deletion under its key left them; ``same``: only where that row said so too."""
    if model not in DESK_ONLY:
        return {}
    gone = event_model(model).objects.filter(pgh_label="delete", **{_key_column(model): key}).order_by("-pgh_id").first()
    if gone is None or any(getattr(gone, name) != value for name, value in same.items()):
        return {}
    return {name: getattr(gone, name) for name in DESK_ONLY[model]}


def _put(row: Any, columns: Mapping[str, Any]) -> Any:
    """Save a row with these columns where it is new or says something else, so that the history holds changes alone."""
    before = None if row._state.adding else _stored(row)
    for name, value in columns.items():
        setattr(row, name, value)
    if before is None or before != _stored(row):
        row.save()
    return row


def _stored(row: models.Model) -> dict[str, Any]:
    return {column.attname: column.get_prep_value(getattr(row, column.attname)) for column in row._meta.concrete_fields}
