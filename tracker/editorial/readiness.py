"""What publication needs of records, said in sentences: complete bodies, evidence behind every status, nothing public pointing at nothing."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField
from django.utils.translation import gettext as _

from tracker.editions.projection import verdict
from tracker.editions.tables import AssessmentEdition, CitationEdition, EffectEdition, RecordEdition
from tracker.editorial.standing import departures
from tracker.models import Change, RecordKind, State, Version
from tracker.rules import evidence, searches, status
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import AssessorKind, Stance, Standing, Status

Name = tuple[str, str]
"""Kind and key of a record."""

Fault = tuple[Name, str]
"""The record that stands against a publication, and why, in a sentence."""

Body = dict[str, Any]


def problems(
    bodies: Mapping[Name, Body],
    *,
    withdrawing: Set[Name] = frozenset(),
    forwards: Mapping[Name, str] | None = None,
    today: dt.date,
    shipped: Set[Name] = frozenset(),
    by_people: bool = False,
    before_approval: bool = False,
) -> list[str]:
    """Why these bodies cannot be published together on a day; empty where they can. Names are (kind, key).

    ``forwards`` are those withdrawn as duplicates, each with the key of the record of its kind to which its address is to lead.
    ``shipped`` came with the software: its searches are as old as they are, while a person searches anew.
    ``by_people``: somebody vouches for them, and is asked why where a status is not the proposed one. That is asked when they are submitted: what
    becomes public in between voids nobody's approval, and is shown in the work queues.
    ``before_approval``: they are submitted, not published yet. A document that waits in another submission is there then; when they are published,
    which asks again, it must be public.
    """
    said = faults(bodies, withdrawing=withdrawing, forwards=forwards, today=today, shipped=shipped, before_approval=before_approval)
    found = [sentence for _name, sentence in said]
    found = list(dict.fromkeys(found))  # some are of several records
    return found + departures(bodies, withdrawing, today=today) if by_people else found


def faults(
    bodies: Mapping[Name, Body],
    *,
    withdrawing: Set[Name] = frozenset(),
    forwards: Mapping[Name, str] | None = None,
    today: dt.date,
    shipped: Set[Name] = frozenset(),
    before_approval: bool = False,
) -> list[Fault]:
    """The same with the record that each sentence is of; without it the others may be ready. Some are of records that are public already."""
    dropped = _dropped_effects(bodies, withdrawing)
    named = {(kind, key): references(RecordKind(kind), body) for (kind, key), body in bodies.items()}
    public = _public_of(set().union(*named.values())) - withdrawing - dropped | {(str(kind), key) for kind, key in bodies}
    waits = _waiting(set().union(*named.values()) - public)
    if before_approval:
        public |= {name for name in waits if name[0] == RecordKind.DOCUMENT}
    public |= {("effect", effect["key"]) for (kind, _key), body in bodies.items() if kind == RecordKind.ACTION for effect in body["effects"]}
    found: list[Fault] = []
    for (kind, key), body in bodies.items():
        said: list[str] = []
        match RecordKind(kind):
            case RecordKind.RECOMMENDATION:
                said += _recommendation(key, body)
            case RecordKind.ACTION:
                said += _action(key, body)
            case RecordKind.ASSESSMENT:
                said += _assessment(key, body)
                said += [] if (kind, key) in shipped else _searches(key, body, today)
            case RecordKind.DOCUMENT:
                pass
        said += _to_come(RecordKind(kind), key, body, today)
        said += [_not_public(key, name, waits.get(name)) for name in sorted(named[kind, key]) if name not in public]
        found += [((kind, key), sentence) for sentence in said]
    found += _left_behind(withdrawing | dropped, set(bodies))
    found += _forwarding(forwards or {}, set(bodies), withdrawing)
    found += _left_without_support(bodies, withdrawing)
    return found + _not_addressed(bodies, withdrawing) + _successions(bodies, withdrawing)


def _not_public(key: str, name: Name, waits_in: int | None) -> str:
    told = {"key": key, "kind": _word(name[0]), "other": name[1], "number": waits_in}
    if waits_in is None:
        return _("%(key)s refers to %(kind)s %(other)s, which is not public; submit it too.") % told
    words = _("%(key)s refers to %(kind)s %(other)s, which is not public yet: it waits in submission #%(number)s, which must be published first.")
    return words % told


def _waiting(names: Set[Name]) -> dict[Name, int]:
    """Those of these records that somebody submitted as they are now and that are not published yet, each with the number of the submission."""
    waiting = Version.objects.filter(RecordEdition.named(names), change=Change.PUBLISH, voided_at=None)
    waiting = waiting.filter(submission__state__in=(State.SUBMITTED, State.APPROVED)).order_by("submission")
    return {(kind, key): number for kind, key, number in waiting.values_list("kind", "key", "submission")} if names else {}


def _word(kind: str) -> str:
    return _("effect") if kind == "effect" else RecordKind(kind).label


def _to_come(kind: RecordKind, key: str, body: Body, today: dt.date) -> list[str]:
    """Dates that lie wholly after today: nothing is said of a day before it has come. An event that was announced for a day to come may be said."""
    match kind:
        case RecordKind.RECOMMENDATION:
            dates = [body["recommended_on"]]
        case RecordKind.ACTION:
            dates = [event["on"] for event in body["events"] if event["decisive"]]
        case RecordKind.ASSESSMENT:
            dates = [body["effective_on"]] if body["effective_on"] else []
        case RecordKind.DOCUMENT:
            dates = []
    dates += [part["on"] for name in ("parties", "positions", "replies") for part in body.get(name, ())]
    return [
        _("%(key)s is dated %(date)s, a day to come; nothing is published before its day.") % {"key": key, "date": date}
        for date in dates
        if PartialDate(date).first > today
    ]


def _public_of(names: Set[Name]) -> set[Name]:
    """Those of the names that are public: of records, and of the effects within actions, which other effects undo."""
    records = RecordEdition.desk.known_at(None).filter(RecordEdition.named(names), change=Change.PUBLISH.value)
    effects = EffectEdition.desk.known_at(None).filter(key__in=[key for kind, key in names if kind == "effect"])
    return {*records.values_list("kind", "key"), *(("effect", key) for key in effects.values_list("key", flat=True))}


def _dropped_effects(bodies: Mapping[Name, Body], withdrawing: Set[Name]) -> set[Name]:
    """Effects that are public and won't be: their action is withdrawn, or published without them."""
    kept = {effect["key"] for (kind, _key), body in bodies.items() if kind == RecordKind.ACTION for effect in body["effects"]}
    actions = [key for kind, key in (*bodies, *withdrawing) if kind == RecordKind.ACTION]
    public = EffectEdition.desk.known_at(None).filter(action__in=actions).values_list("key", flat=True)
    return {("effect", key) for key in public if key not in kept}


def references(kind: RecordKind, body: Body) -> set[Name]:
    """The names of the records, and of the effects of actions, that a body refers to."""
    nested = [*body.get("parties", ()), *body.get("positions", ()), *body.get("replies", ())]
    names = {("document", citation["document"]) for part in (body, *nested) for citation in part.get("citations", ())}
    match kind:
        case RecordKind.RECOMMENDATION:
            names |= {("document", key) for key in (body["made_in"], body["known_from"]) if key}
            names |= {("recommendation", relation["other"]) for relation in body["relations"]}
        case RecordKind.ACTION:
            names |= {("recommendation", effect["recommendation"]) for effect in body["effects"]}
            names |= {("effect", effect["undoes"]) for effect in body["effects"] if effect["undoes"]}
        case RecordKind.ASSESSMENT:
            names |= {("recommendation", body["recommendation"])}
            names |= {("assessment", body["supersedes"])} if body["supersedes"] else set()
        case RecordKind.DOCUMENT:
            pass
    return names


def _recommendation(key: str, body: Body) -> list[str]:
    return [] if body["addressees"] else [_("Recommendation %(key)s has no addressee; add the governments that it addresses.") % {"key": key}]


def _action(key: str, body: Body) -> list[str]:
    found = []
    if not any(event["decisive"] for event in body["events"]):
        found.append(_("Action %(key)s has no decisive event; tick the one whose date decides its order.") % {"key": key})
    if not _supports(body):
        found.append(_("Action %(key)s has no supporting citation.") % {"key": key})
    for party in body["parties"]:
        said = {"key": key, "party": party["name"], "standing": Standing(party["standing"]).label}
        if not _supports(party):
            found.append(_("Action %(key)s says that %(party)s was %(standing)s; cite where that is said.") % said)
        if not party["said_by"].strip():
            found.append(_("Action %(key)s says that %(party)s was %(standing)s; say who says so.") % said)
    return found + _replies(_("Action %(key)s") % {"key": key}, body["replies"])


def _replies(record: str, replies: Iterable[Body]) -> list[str]:
    """A reply stands beside the claim in the replier's own words: who, what and where it was said."""
    found = []
    for reply in replies:
        said = {"record": record, "speaker": reply["said_by"].strip() or reply["key"]}
        if not reply["said_by"].strip():
            found.append(_("%(record)s holds reply %(speaker)s; say who replied.") % said)
        if not reply["words"].strip():
            found.append(_("%(record)s holds a reply of %(speaker)s without its words; give them letter for letter.") % said)
        if not reply["language"].strip():
            found.append(_("%(record)s holds a reply of %(speaker)s; say in what language it was given.") % said)
        if not reply["citations"]:
            found.append(_("%(record)s says what %(speaker)s replied; cite where that is said.") % said)
    return found


def _assessment(key: str, body: Body) -> list[str]:
    found = []
    given = Status(body["status"])
    if given.rests_on_a_search and not body["searches"]:
        found.append(_("Assessment %(key)s finds nothing; log the search that was made.") % {"key": key})
    # That nothing was found needs the search alone; that a government did not act is shown by a source.
    if given is not Status.NO_EVIDENCE and not _supports(body):
        found.append(_("Assessment %(key)s has no supporting citation; a status is published only with one.") % {"key": key})
    for position in body["positions"]:
        if not position["citations"]:
            sentence = _("Assessment %(key)s says what %(speaker)s answered; cite where that is said.")
            found.append(sentence % {"key": key, "speaker": position["said_by"]})
        if not position["said_by"].strip():
            found.append(_("Assessment %(key)s says what somebody answered; say who.") % {"key": key})
    for search in body["searches"]:
        if not all(search[name].strip() for name in ("searched_by", "where", "looked_for", "limits")):
            sentence = _("Assessment %(key)s logs the search of %(day)s; say who searched, where, for what, and what the search cannot show.")
            found.append(sentence % {"key": key, "day": search["searched_on"]})
    return found + _replies(_("Assessment %(key)s") % {"key": key}, body["replies"])


def _taken(body: Body) -> list[evidence.Taken]:
    return [(citation["key"], Stance(citation["stance"])) for citation in evidence.bearing_on(body)]


def _supports(body: Body, underlying: Iterable[evidence.Taken] = ()) -> set[str]:
    supports, _disputes = evidence.for_and_against(_taken(body), underlying)
    return supports


def _left_without_support(bodies: Mapping[Name, Body], withdrawing: Set[Name]) -> list[Fault]:
    """Statuses whose every support disputes an action that is public then: submitted ones, and public ones beside a submitted action."""
    actions = {key: body for (kind, key), body in bodies.items() if kind == RecordKind.ACTION}
    submitted = {key: body for (kind, key), body in bodies.items() if kind == RecordKind.ASSESSMENT}
    touched = {*bodies, *withdrawing}
    disputing = {citation for body in actions.values() for citation, stance in _taken(body) if stance is Stance.DISPUTES}
    resting = submitted | _public_citing(RecordKind.ASSESSMENT, disputing, but=touched)
    actions |= _public_citing(RecordKind.ACTION, {citation for body in resting.values() for citation, _stance in _taken(body)}, but=touched)
    taken = {key: _taken(body) for key, body in actions.items()}
    found = []
    for key, body in sorted(resting.items()):
        supports = _supports(body)
        if body["status"] == Status.NO_EVIDENCE or not supports or _supports(body, (use for uses in taken.values() for use in uses)):
            continue  # it needs no citation, or has none, which is said already, or keeps one
        against = [action for action, uses in sorted(taken.items()) if any((citation, Stance.DISPUTES) in uses for citation in supports)]
        said = {"key": key, "citations": ", ".join(sorted(supports)), "actions": ", ".join(against)}
        if key in submitted:
            sentence = _(
                "Assessment %(key)s has no supporting citation left: what supports it (%(citations)s) disputes %(actions)s; cite another source."
            )
        else:
            sentence = _(
                "Assessment %(key)s is public and would have no supporting citation left: what supports it (%(citations)s) disputes %(actions)s; "
                "submit it with another source, or withdraw it."
            )
        at_fault = [("assessment", key)] if key in submitted else [("action", action) for action in against if ("action", action) in bodies]
        found += [(name, sentence % said) for name in at_fault or [("assessment", key)]]
    return found


def _public_citing(kind: RecordKind, citations: Set[str], *, but: Set[Name]) -> dict[str, Body]:
    """The public records of a kind, by key, for which any of these citations is weighed; without those left out."""
    rows = CitationEdition.desk.known_at(None).filter(record_kind=kind, citation__in=citations)
    if kind is RecordKind.ASSESSMENT:
        rows = rows.filter(inherited=False)  # a verdict inherits from actions; an action's are its own, and those of its parties
    keys = {key for key in rows.values_list("record_key", flat=True) if (str(kind), key) not in but}
    return dict(RecordEdition.desk.known_at(None).filter(kind=kind, change=Change.PUBLISH.value, key__in=keys).values_list("key", "body"))


def _searches(key: str, body: Body, today: dt.date) -> list[str]:
    """The staff's status that finds nothing rests on a search that still holds, and none was made on a day to come.

    What others said is dated as they said it: nobody here searches anew so that a tracker may have found nothing years ago.
    """
    made = [PartialDate(search["searched_on"]) for search in body["searches"]]
    found = [
        _("Assessment %(key)s logs a search of %(day)s, a day to come.") % {"key": key, "day": searched_on}
        for searched_on in made
        if searched_on.first > today
    ]
    newest = searches.latest(made)
    is_ours = body["assessor_kind"] == AssessorKind.STAFF
    if is_ours and Status(body["status"]).rests_on_a_search and newest is not None and searches.is_due(newest, today):
        sentence = _("Assessment %(key)s rests on the search of %(day)s, which is due again since %(since)s; search again and log it.")
        found.append(sentence % {"key": key, "day": newest, "since": searches.due_again(newest)})
    return found


def _left_behind(withdrawing: Set[Name], publishing: Set[Name]) -> list[Fault]:
    """Public records that refer to what is taken off the site and would point at nothing."""
    if not withdrawing:
        return []
    return [
        (
            (kind, key),
            _("%(record)s refers to %(kind)s %(other)s; withdraw or change it first.")
            % {"record": f"{RecordKind(kind).label.capitalize()} {key}", "kind": _word(other_kind), "other": other},
        )
        for (kind, key), pointed_at in _referring(withdrawing, but=withdrawing | publishing)
        for other_kind, other in sorted(pointed_at)
    ]


def dependants(names: Set[Name], *, but: Set[Name] = frozenset()) -> set[Name]:
    """The public records, other than those left out, whose public version refers to any of these or to an effect of one of these actions."""
    return {name for name, _pointed_at in _referring(names | _dropped_effects({}, names), but=but)}


def _referring(names: Set[Name], *, but: Set[Name]) -> Iterator[tuple[Name, set[Name]]]:
    """Public records with those of the names that their public version refers to; records that refer to none are left out."""
    # The index knows keys alone, whatever they are of.
    said = Func("body", function="editions.refers_to", output_field=ArrayField(TextField()))
    rows = RecordEdition.desk.known_at(None).filter(change=Change.PUBLISH.value).alias(said=said)
    for kind, key, body in rows.filter(said__overlap=sorted({key for _kind, key in names})).values_list("kind", "key", "body").iterator(500):
        if (kind, key) not in but and (pointed_at := references(RecordKind(kind), body) & names):
            yield (kind, key), pointed_at


def _forwarding(forwards: Mapping[Name, str], publishing: Set[Name], withdrawing: Set[Name]) -> list[Fault]:
    """Merged records whose address would lead to nothing that readers see, themselves and circles included."""
    standing = _public_of({(kind, other) for (kind, _key), other in forwards.items()}) - withdrawing | publishing
    return [
        (
            (kind, key),
            _("%(key)s would lead to %(other)s, which is not public; publish that first or in the same submission.") % {"key": key, "other": other},
        )
        for (kind, key), other in sorted(forwards.items())
        if (kind, other) not in standing
    ]


def _not_addressed(bodies: Mapping[Name, Body], withdrawing: Set[Name]) -> list[Fault]:
    """Verdicts and effects on governments that the public version of their recommendation doesn't address: no page would show them."""
    addressed = {key: body for (kind, key), body in bodies.items() if kind == RecordKind.RECOMMENDATION}
    standing_on = {"recommendation__in": list(addressed)}
    new: list[tuple[Name, str, Name]] = []
    for (kind, key), body in bodies.items():
        if kind == RecordKind.ASSESSMENT:
            new.append(((kind, key), f"Assessment {key}", (body["recommendation"], body["government"])))
        elif kind == RecordKind.ACTION:
            new += [((kind, key), f"Effect {effect['key']}", (effect["recommendation"], effect["government"])) for effect in body["effects"]]
    others = {recommendation for _name, _what, (recommendation, _government) in new} - set(addressed)
    rows = RecordEdition.desk.known_at(None).filter(kind=RecordKind.RECOMMENDATION, change=Change.PUBLISH.value, key__in=others)
    addressed |= dict(rows.values_list("key", "body"))
    governments = {key: {addressee["government"]: addressee["counted"] for addressee in body["addressees"]} for key, body in addressed.items()}

    found = []
    for name, what, (recommendation, government) in new:
        if recommendation not in governments:
            continue  # said already: it is not public
        if government not in governments[recommendation]:
            sentence = f"{what} is of {government}, which the public version of {recommendation} does not address; submit {recommendation} too."
            found.append((name, sentence))
        elif what.startswith("Assessment") and not governments[recommendation][government]:
            found.append((name, f"{what} is of {government}, which {recommendation} names as a group or a model, so that it has no status."))
    touched = set(bodies) | set(withdrawing)
    old: list[tuple[str, Name]] = []
    for key, recommendation, government in (
        AssessmentEdition.desk.known_at(None).filter(**standing_on).values_list("key", "recommendation", "government")
    ):
        if ("assessment", key) not in touched:
            old.append((f"Assessment {key}", (recommendation, government)))
    effects = EffectEdition.desk.known_at(None).filter(**standing_on)
    for key, action, recommendation, government in effects.values_list("key", "action", "recommendation", "government"):
        if ("action", action) not in touched:
            old.append((f"Effect {key}", (recommendation, government)))
    return found + [
        (("recommendation", recommendation), f"{what} is of {government}, which {recommendation} no longer addresses; withdraw or change it first.")
        for what, (recommendation, government) in sorted(old)
        if government not in governments[recommendation] or (what.startswith("Assessment") and not governments[recommendation][government])
    ]


def _successions(bodies: Mapping[Name, Body], withdrawing: Set[Name]) -> list[Fault]:
    """Staff assessments of an addressee must be one chain, those already public included, where they were and where they will be."""
    new = {key: body for (kind, key), body in bodies.items() if kind == RecordKind.ASSESSMENT}
    if not new:
        return []
    rows = RecordEdition.desk.known_at(None).filter(kind=RecordKind.ASSESSMENT, change=Change.PUBLISH.value)
    places = {_place(body) for body in (*new.values(), *rows.filter(key__in=new).values_list("body", flat=True))}
    standing = rows.filter(body__recommendation__in={recommendation for recommendation, _government in places}).values_list("key", "body")
    chains: dict[tuple[str, str], dict[str, Body]] = {place: {} for place in places}
    for key, body in (dict(standing) | new).items():
        if _place(body) in places and body["assessor_kind"] == AssessorKind.STAFF and ("assessment", key) not in withdrawing:
            chains[_place(body)][key] = body
    found = []
    for chain in chains.values():
        try:
            status.in_succession(verdict(chain[key]) for key in sorted(chain))
        except ValueError as error:
            found += [(("assessment", key), str(error)) for key in sorted(chain) if key in new or not new.keys() & chain.keys()]
    return found


def _place(assessment: Body) -> tuple[str, str]:
    return assessment["recommendation"], assessment["government"]
