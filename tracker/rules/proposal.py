"""Which status follows from what is on record about an addressee: effects, positions, searches, dates. A proposal; a person decides.

Never more than the facts carry. What came before the recommendation is no uptake; where two dates overlap, nothing is made of their order; that
nobody acted is never proposed, for a source must show it. Where the facts do not tell, the proposal is *not assessed*, and its reasons say what a
person must settle. Each rung of the ladder in :func:`propose` says why it stands there.
"""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tracker.rules import order
from tracker.rules.dates import Order, PartialDate
from tracker.rules.dates import order as order_of
from tracker.rules.vocabulary import Answer, Direction, Earlier, EventKind, Status


@dataclass(frozen=True, slots=True)
class Bearing:
    """An effect on the addressee, with what its action's dates say.

    ``acted_on`` is the date of the decisive event and ``decided_by`` its kind; None where no event is decisive. ``undoes`` is the key of the effect
    that this one undoes (``direction`` is None then). ``disputed``: something disputes the action. ``draft``: readers do not see it.
    """

    key: str
    action: str
    acted_on: PartialDate | None
    decided_by: EventKind | None
    events: tuple[tuple[EventKind, PartialDate], ...] = ()
    direction: Direction | None = None
    undoes: str | None = None
    disputed: bool = False
    draft: bool = False

    @property
    def decisive(self) -> order.Dated | None:
        """The event whose date decides its order."""
        return (self.decided_by, self.acted_on) if self.decided_by and self.acted_on else None


@dataclass(frozen=True, slots=True)
class Said:
    """A position: what was answered, when, by whom."""

    answer: Answer
    on: PartialDate
    said_by: str


@dataclass(frozen=True, slots=True)
class Searched:
    """A search that found nothing of the kind. It counts before the day ``until``, from which it is due again."""

    on: PartialDate
    until: dt.date


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on record that bears on one addressee. ``superseded_by`` names recommendations that took this one's place, with their dates."""

    recommended_on: PartialDate
    due_on: PartialDate | None = None
    has_criteria: bool = True
    effects: tuple[Bearing, ...] = ()
    positions: tuple[Said, ...] = ()
    searches: tuple[Searched, ...] = ()
    superseded_by: tuple[tuple[str, PartialDate], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence: an English message and its parameters, to be translated. ``effect`` is the key of the effect that it speaks of."""

    message: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    effect: str | None = None

    def __str__(self) -> str:
        """The sentence in English."""
        return self.message % self.parameters


@dataclass(frozen=True, slots=True)
class Proposal:
    """The status that follows from the facts on a day, since when it holds (None: no dated change) and why, the deciding reason first."""

    status: Status
    effective_on: PartialDate | None
    reasons: tuple[Reason, ...]


def _(message: str) -> str:
    """Marks a message for translation; whoever shows it translates it."""
    return message


def asks_why(proposal: Proposal, chosen: Status) -> bool:
    """Whether choosing a status asks for a sentence: it is not the proposed one.

    *No action* beside a proposed *no evidence found* needs none: the source that shows it, without which it is not published, is the sentence.
    """
    if chosen is Status.NO_ACTION and proposal.status is Status.NO_EVIDENCE:
        return False
    return chosen is not proposal.status


# How one effect stands on a day


class _Stands(enum.Enum):
    """What an effect does for the proposal."""

    FULFILS = enum.auto()  # later than the recommendation and in force
    PARTLY_FULFILS = enum.auto()
    AGAINST = enum.auto()
    UNDONE = enum.auto()  # was toward it, until someone undid it
    ANNOUNCED = enum.auto()  # toward it, not in force so far
    UNSETTLED = enum.auto()  # bears on it, and the dates do not tell how
    ORDER_UNKNOWN = enum.auto()
    UNJUDGED = enum.auto()
    NEITHER = enum.auto()  # earlier, without direct effect, no longer against it, or to come


@dataclass(frozen=True, slots=True)
class _Reading:
    stands: _Stands
    reason: Reason
    sign: int = 0
    since: PartialDate | None = None  # of unknown order: when what goes against it, and may stand, was done


class _Reader:
    """Reads the effects on one addressee as they stand on a day, each with the sentence that says so."""

    def __init__(self, facts: Facts, day: dt.date) -> None:
        self.facts, self.day = facts, day
        self.made = facts.recommended_on
        self.by_key = {effect.key: effect for effect in facts.effects}
        self.undoers: dict[str, list[Bearing]] = {}
        for effect in facts.effects:
            if effect.undoes:
                self.undoers.setdefault(effect.undoes, []).append(effect)

    def read(self, effect: Bearing) -> _Reading:
        """How one effect stands."""
        sign, acted_on = self.sign(effect), effect.acted_on
        unsettled = _Stands.UNSETTLED if sign else _Stands.NEITHER
        if acted_on is None:
            return self.say(effect, unsettled, _("%(action)s: no event of the action is decisive, so that it has no date."))
        if acted_on.first > self.day:
            return self.say(effect, _Stands.NEITHER, _("%(action)s (%(acted)s): its day is to come."))
        if acted_on.last > self.day:
            return self.say(effect, unsettled, _("%(action)s (%(acted)s): it is not certain that it has happened by now."))
        match order.earlier(acted_on, self.made):
            case Earlier.YES:
                return self.earlier(effect)
            case Earlier.UNKNOWN if effect.direction is not Direction.NO_DIRECT_EFFECT:
                message = _("%(action)s (%(acted)s): order unknown beside the recommendation (%(recommended)s), so that it counts neither way.")
                against = sign < 0 and self.in_effect(effect, acted_on).stands is not _Stands.NEITHER
                return self.say(effect, _Stands.ORDER_UNKNOWN, message, since=acted_on if against else None)
        if effect.undoes:
            return self.undoing(effect, self.by_key.get(effect.undoes))
        match effect.direction:
            case Direction.NOT_JUDGED | None:
                return self.say(effect, _Stands.UNJUDGED, _("%(action)s (%(acted)s): nobody has judged how it bears on the recommendation."))
            case Direction.NO_DIRECT_EFFECT:
                return self.say(effect, _Stands.NEITHER, _("%(action)s (%(acted)s): without direct effect on what was recommended."))
        begun = self.begun(effect)
        if begun is None or begun.last > self.day:
            if sign < 0:
                return self.say(effect, _Stands.UNSETTLED, _("%(action)s (%(acted)s): goes against it, and is not shown to have taken effect."))
            return self.say(effect, _Stands.ANNOUNCED, _("%(action)s (%(acted)s): toward it, and not shown to have taken effect."), since=acted_on)
        return self.in_effect(effect, begun)

    def sign(self, effect: Bearing) -> int:
        """+1 toward the recommendation, -1 against it, 0 neither or not known."""
        undone = self.by_key.get(effect.undoes) if effect.undoes else None
        return order.sign(effect.direction, undone.direction if undone else None)

    def say(self, effect: Bearing, stands: _Stands, message: str, *, since: PartialDate | None = None, **more: str) -> _Reading:
        """A reading with its sentence."""
        parameters = {
            "action": effect.action,
            "acted": str(effect.acted_on or "?"),
            "recommended": str(self.made),
            "since": str(since or "?"),
            **more,
        }
        return _Reading(stands, Reason(message, parameters, effect.key), self.sign(effect), since)

    def earlier(self, effect: Bearing) -> _Reading:
        """Dated before the recommendation: never uptake; already in place where it fulfils and was still in force then."""
        made = self.made.last
        ended_on = order.in_force_until(effect.events, self.undone_from(effect), since=made)
        message = _("%(action)s (%(acted)s): earlier than the recommendation (%(recommended)s), so that it is not uptake.")
        if order.already_in_place(direction=effect.direction, is_earlier=Earlier.YES, ended_on=ended_on, on=made):
            if ended_on is None or self.day < ended_on:
                message = _("%(action)s (%(acted)s): earlier than the recommendation (%(recommended)s), so that it is not uptake; already in place.")
            else:
                message = _(
                    "%(action)s (%(acted)s): earlier than the recommendation (%(recommended)s), so that it is not uptake; in place until %(end)s."
                )
        return self.say(effect, _Stands.NEITHER, message, end=str(ended_on))

    def undoing(self, effect: Bearing, undone: Bearing | None) -> _Reading:
        """It undoes another effect. That the other is undone is said where the other is read; here is what is left to say."""
        if undone is None or undone.acted_on is None or undone.direction is None or not undone.direction.sign:
            return self.say(effect, _Stands.UNSETTLED, _("%(action)s (%(acted)s): undoes an effect whose date or direction is not known."))
        if undone.direction.sign < 0:
            # To stop acting against a recommendation is not yet to do what it asks.
            message = _("%(action)s (%(acted)s): undoes “%(undone)s”; that is not by itself what was recommended.")
            return self.say(effect, _Stands.NEITHER, message, undone=undone.action)
        begun = self.begun(effect)
        if begun is None or begun.last > self.day or order.undone_from(effect.events, effect.decisive, on=self.day) is None:
            message = _("%(action)s (%(acted)s): is to undo “%(undone)s”, and is not shown to be in force.")
            return self.say(effect, _Stands.UNSETTLED, message, undone=undone.action)
        match order.earlier(undone.acted_on, self.made):
            case Earlier.YES:
                # Nothing was taken up, so that nothing is reversed: what stood when the recommendation was made was taken away after it.
                message = _("%(action)s (%(acted)s): undid “%(undone)s”, which had been there before the recommendation.")
                return self.say(effect, _Stands.AGAINST, message, since=begun, undone=undone.action)
            case Earlier.UNKNOWN:
                message = _("%(action)s (%(acted)s): undoes “%(undone)s”, whose order beside the recommendation is unknown.")
                return self.say(effect, _Stands.UNSETTLED, message, undone=undone.action)
        return self.say(effect, _Stands.NEITHER, _("%(action)s (%(acted)s): undoes “%(undone)s”."), undone=undone.action)

    def begun(self, effect: Bearing) -> PartialDate | None:
        """When it began to have effect, again where a gap has ended; None where nothing shows it."""
        return order.begun(effect.events, effect.decisive, by=self.day)

    def undone_from(self, effect: Bearing) -> list[PartialDate]:
        """Since when other effects undo this one: those that are in force, from the day on which they began."""
        found = (order.undone_from(other.events, other.decisive, on=self.day) for other in self.undoers.get(effect.key, ()))
        return [on for on in found if on]

    def was_undone(self, effect: Bearing) -> Bearing | None:
        """An effect that undid this one and is not in force any longer: whether this one stands again, the dates do not tell."""
        for other in self.undoers.get(effect.key, ()):
            first = order.begun(other.events, other.decisive)
            if first and first.first <= self.day and order.undone_from(other.events, other.decisive, on=self.day) is None:
                return other
        return None

    def in_effect(self, effect: Bearing, begun: PartialDate) -> _Reading:
        """Later than the recommendation and begun: does it still stand?"""
        toward = self.sign(effect) > 0
        ended_on = order.in_force_until(effect.events, self.undone_from(effect), since=self.day)
        if ended_on is None or self.day < ended_on:
            if other := self.was_undone(effect):
                message = _(
                    "%(action)s (%(acted)s): undone by “%(other)s”, which is not in force any longer; whether it stands again is not certain."
                )
                return self.say(effect, _Stands.UNSETTLED, message, other=other.action)
            return self.standing(effect, begun)
        ends = [(on, kind in (EventKind.REPEALED, EventKind.ANNULLED)) for kind, on in effect.events if kind.ends_force]
        ends += [(on, True) for on in self.undone_from(effect)]
        end, taken_back = max((end for end in ends if end[0].first == ended_on), key=lambda end: (end[0].last, not end[1]))
        if end.last > self.day:
            return self.say(effect, _Stands.UNSETTLED, _("%(action)s (%(acted)s): whether it still stands is not certain (%(end)s)."), end=str(end))
        if not toward:
            return self.say(effect, _Stands.NEITHER, _("%(action)s (%(acted)s): went against it until %(end)s."), end=str(end))
        if taken_back:
            return self.say(effect, _Stands.UNDONE, _("%(action)s (%(acted)s): toward it, and undone (%(end)s)."), since=end, end=str(end))
        # A term that ran out and a suspension are no decision against it; what to call them is for a person to say.
        return self.say(effect, _Stands.UNSETTLED, _("%(action)s (%(acted)s): toward it, and suspended or expired (%(end)s)."), end=str(end))

    def standing(self, effect: Bearing, begun: PartialDate) -> _Reading:
        """It stands on the day."""
        match effect.direction:
            case Direction.FULFILS:
                stands, message = _Stands.FULFILS, _("%(action)s (%(acted)s): fulfils what was recommended.")
                disputed = _("%(action)s (%(acted)s): fulfils what was recommended; a source disputes it.")
            case Direction.PARTLY_FULFILS:
                stands, message = _Stands.PARTLY_FULFILS, _("%(action)s (%(acted)s): fulfils a part of what was recommended.")
                disputed = _("%(action)s (%(acted)s): fulfils a part of what was recommended; a source disputes it.")
            case _other:
                stands, message = _Stands.AGAINST, _("%(action)s (%(acted)s): contradicts what was recommended.")
                disputed = _("%(action)s (%(acted)s): contradicts what was recommended; a source disputes it.")
        return self.say(effect, stands, disputed if effect.disputed else message, since=begun)


# The ladder


def propose(facts: Facts, *, on: dt.date) -> Proposal:
    """The status that follows from the facts on a day."""
    if on < facts.recommended_on.last:
        return Proposal(
            Status.NOT_ASSESSED, None, (Reason(_("Nothing is recommended yet on that day (%(made)s)."), {"made": str(facts.recommended_on)}),)
        )
    reader = _Reader(facts, on)
    readings = [reader.read(effect) for effect in sorted(facts.effects, key=_in_time)]

    def of(*stands: _Stands) -> list[_Reading]:
        return [reading for reading in readings if reading.stands in stands]

    def proposed(status: Status, since: PartialDate | None, why: Reason, *deciding: _Reading) -> Proposal:
        first = [reading.reason for reading in deciding]
        others = [reading.reason for reading in readings if reading not in deciding]
        return Proposal(status, since, (why, *first, *others, *_beside(facts, status, on)))

    full, part, against, undone = of(_Stands.FULFILS), of(_Stands.PARTLY_FULFILS), of(_Stands.AGAINST), of(_Stands.UNDONE)
    unsettled, toward = of(_Stands.UNSETTLED), [*of(_Stands.FULFILS), *of(_Stands.PARTLY_FULFILS)]

    # Did it do both? Then what it did last counts, where the dates tell which that was.
    if toward and against:
        if last := _after_all(against, toward):
            return proposed(Status.CONTRARY_ACTION, _earliest(last), Reason(_("The last of its actions goes against the recommendation.")), *last)
        if last := _after_all(toward, against):
            words = _("It acted toward the recommendation last, and no end is on record of what goes against it: so no more than a part is shown.")
            return proposed(Status.PARTIALLY_IMPLEMENTED, _earliest(last), Reason(words), *last)
        words = _("It acted both toward the recommendation and against it, and the dates do not tell which came last; settle the dates.")
        return proposed(Status.NOT_ASSESSED, None, Reason(words), *toward, *against)

    # Did it act against the recommendation alone?
    if against:
        return proposed(Status.CONTRARY_ACTION, _earliest(against), Reason(_("An action after the recommendation goes against it.")), *against)

    # Did it do what was asked? Nothing that may go against it must be left open, nor what goes against it and may have come last.
    open_against = [reading for reading in unsettled if reading.sign < 0]
    open_against += [reading for reading in of(_Stands.ORDER_UNKNOWN) if reading.since and not _before_any(reading, full)]
    if full and not open_against:
        return proposed(Status.IMPLEMENTED, _earliest(full), Reason(_("An action after the recommendation fulfils it and stands.")), *full)
    if full:
        words = _("An action fulfils the recommendation, and it is not settled whether another one goes against it.")
        return proposed(Status.PARTIALLY_IMPLEMENTED, _earliest(full), Reason(words), *full, *open_against)

    # Or a part of it? Parts are never added up to a whole.
    if part:
        return proposed(Status.PARTIALLY_IMPLEMENTED, _earliest(part), Reason(_("An action after the recommendation fulfils a part of it.")), *part)

    # Is something open that would decide? Then no lower rung is honest.
    if any(reading.sign for reading in unsettled):
        return proposed(Status.NOT_ASSESSED, None, Reason(_("What decides is not settled; a person must settle it.")), *unsettled)

    # Was everything that it had done undone?
    if undone:
        return proposed(Status.REVERSED, _latest(undone), Reason(_("What it had done after the recommendation was undone.")), *undone)

    # Has another recommendation taken this one's place?
    if replacing := [(name, made) for name, made in facts.superseded_by if made.last <= on]:
        name, made = min(replacing, key=lambda item: item[1].last)
        why = Reason(_("Recommendation %(other)s of %(made)s takes its place."), {"other": name, "made": str(made)})
        return proposed(Status.SUPERSEDED, made, why)

    # What did it say that it would do? What was announced and is not in effect says as much as an answer.
    if heard := _heard(facts, of(_Stands.ANNOUNCED), on):
        return proposed(*heard)

    # Is something on record that nobody has judged, or whose order is unknown? Then "nothing was found" would not be true.
    if open_ := of(_Stands.ORDER_UNKNOWN, _Stands.UNJUDGED):
        return proposed(
            Status.NOT_ASSESSED, None, Reason(_("Something is on record whose order or direction is not known; a person must judge it.")), *open_
        )

    # Did someone search, and not too long ago?
    searches = [search for search in facts.searches if search.on.first <= on]
    if valid := [search for search in searches if on < search.until]:
        newest = max(valid, key=lambda search: search.until)
        dates = {"searched": str(newest.on), "until": str(newest.until)}
        return proposed(
            Status.NO_EVIDENCE, None, Reason(_("The search of %(searched)s found no action of the kind; it counts until %(until)s."), dates)
        )
    if searches:
        newest = max(searches, key=lambda search: search.until)
        dates = {"searched": str(newest.on), "until": str(newest.until)}
        why = Reason(_("The search of %(searched)s counted until %(until)s; someone must search again."), dates)
        return proposed(Status.NOT_ASSESSED, None, why)
    if readings or facts.positions:
        return proposed(Status.NOT_ASSESSED, None, Reason(_("Nothing on record decides, and no search is on record; someone must search.")))
    return proposed(Status.NOT_ASSESSED, None, Reason(_("No effect, no answer and no search is on record; someone must search.")))


def _in_time(effect: Bearing) -> tuple[dt.date, str]:
    return (effect.acted_on.last if effect.acted_on else dt.date.max, effect.key)


def _earliest(readings: Iterable[_Reading]) -> PartialDate:
    return min((reading.since for reading in readings if reading.since), key=lambda on: (on.last, on.first))


def _latest(readings: Iterable[_Reading]) -> PartialDate:
    return max((reading.since for reading in readings if reading.since), key=lambda on: (on.last, on.first))


def _after_all(some: list[_Reading], others: list[_Reading]) -> list[_Reading]:
    """Those that certainly came after every one of the others."""
    return [one for one in some if all(one.since and other.since and order_of(one.since, other.since) is Order.AFTER for other in others)]


def _before_any(one: _Reading, others: list[_Reading]) -> bool:
    """Whether it certainly came before one of the others."""
    return any(one.since and other.since and order_of(one.since, other.since) is Order.BEFORE for other in others)


def _beside(facts: Facts, status: Status, on: dt.date) -> list[Reason]:
    """What else a person should know who weighs the proposal."""
    found = []
    for said in sorted(facts.positions, key=lambda said: said.on.last):
        words = {"who": said.said_by, "answer": said.answer.label, "on": str(said.on)}
        if _before(said, facts):
            found.append(Reason(_("%(who)s said “%(answer)s” (%(on)s) before the recommendation, so that it is no answer to it."), words))
        else:
            found.append(Reason(_("%(who)s answered “%(answer)s” (%(on)s)."), words))
    if status is Status.IMPLEMENTED and not facts.has_criteria:
        found.append(Reason(_("The recommendation has no criteria for “implemented”; say in the rationale by what it is judged.")))
    if facts.due_on and facts.due_on.last < on and status is not Status.IMPLEMENTED:
        found.append(Reason(_("It was due on %(due)s, which has passed."), {"due": str(facts.due_on)}))
    return found


_CONSIDERS = (Answer.ACCEPTED, Answer.IN_PART, Answer.IN_PRINCIPLE)
"""Answers that take the matter up. *Noted* takes no position and decides nothing."""


def _heard(facts: Facts, announced: list[_Reading], on: dt.date) -> tuple[Status, PartialDate | None, Reason] | None:
    """What its newest word says, answers and announcements together; None where it said nothing that decides.

    Of several words those count that no other certainly follows. Where they differ, their order is unknown and a person must say.
    """
    words = [(reading.since, Status.UNDER_CONSIDERATION) for reading in announced if reading.since]
    for said in facts.positions:
        if said.answer is Answer.NOTED or said.on.last > on or _before(said, facts):
            continue
        words.append((said.on, Status.UNDER_CONSIDERATION if said.answer in _CONSIDERS else Status.REJECTED))
    newest = {status for when, status in words if not any(order_of(when, other) is Order.BEFORE for other, _status in words)}
    if not words:
        return None
    if len(newest) > 1:
        return Status.NOT_ASSESSED, None, Reason(_("It said different things, and the dates do not tell which it said last; settle the dates."))
    (status,) = newest
    others = [when for when, other in words if other is not status]
    # Since when it says so: its first word of the kind that no other word can follow.
    since = min(
        (when for when, own in words if own is status and all(order_of(when, other) is Order.AFTER for other in others)), key=lambda when: when.last
    )
    if status is Status.REJECTED:
        return status, since, Reason(_("Its newest word is a rejection, and no action after the recommendation is on record."))
    return status, since, Reason(_("It has taken the matter up; no action in effect is on record."))


def _before(said: Said, facts: Facts) -> bool:
    """Whether it was said before the recommendation, so that it is no answer to it."""
    return order_of(said.on, facts.recommended_on) is Order.BEFORE
