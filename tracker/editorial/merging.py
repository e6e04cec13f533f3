"""Merge a duplicate into the record that stays: what points at the one points at the other, and a public address leads on.

The desk's records are moved at once. A duplicate that was never submitted is deleted then. Of a public one, the withdrawal and the new versions of
everything that readers see and that was moved make one submission, approved and published whole; its address leads to the record that stays from
then on. Of A merged into B and B later into C, A's address leads to B's and B's to C's: whoever follows an address follows it to its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK, RecordEdition
from tracker.editorial.bundles import find, name_of, needed, public
from tracker.editorial.capturing import check_again
from tracker.editorial.freeze import kind_of
from tracker.editorial.readiness import Name, dependants
from tracker.editorial.verbs import Refused, submit
from tracker.models import (
    Action,
    ActionEvent,
    Addressee,
    Assessment,
    Capture,
    Change,
    Citation,
    CitationUse,
    Document,
    Effect,
    PassageCheck,
    Recommendation,
    Snapshot,
    SnapshotText,
    State,
    Submission,
    User,
    Version,
)
from tracker.models.base import Publishable
from tracker.rules.dates import Order, order
from tracker.rules.vocabulary import AssessorKind, Direction, PassageOutcome

MERGED: dict[type[Publishable], frozenset[str]] = {
    Document: frozenset({"citations", "recommendations_made", "recommendations_known", "snapshots", "captures", "link_check", "translations"}),
    Recommendation: frozenset({"addressees", "citation_uses", "relations", "related_from", "deadline_moves", "translations"}),
    Action: frozenset({"events", "legal_statuses", "effects", "replies", "citation_uses", "translations"}),
}
"""The kinds that can be merged, each with the relations that point at its records and that :class:`_Merger` deals with. Assessments follow each
other in a chain instead."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that both records have and that cannot stand twice: a person chooses."""

    name: str
    words: str
    options: tuple[tuple[str, str], ...]
    chosen: str  # empty while nobody has


@dataclass(slots=True)
class Merger:
    """What a merger did, or would do."""

    duplicate: Publishable
    into: Publishable
    moved: list[str] = field(default_factory=list)
    there_already: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    publishing: list[Publishable] = field(default_factory=list)  # new versions in the submission
    withdrawing: list[Publishable] = field(default_factory=list)
    drafts: list[Publishable] = field(default_factory=list)  # changed at the desk alone
    was_public: bool = False
    deleted: bool = False
    submission: Submission | None = None
    refusals: list[str] = field(default_factory=list)  # of a rehearsal: why it could not be done so


class _Rehearsed(Exception):
    """Takes back what a rehearsal wrote."""


def merge(duplicate: Publishable, *, into: Publishable, by: User, reason: str, choices: Mapping[str, str] | None = None) -> Merger:
    """Move what points at the duplicate to the record that stays; delete the duplicate, or ask for its withdrawal where it is public.

    ``choices`` answer the questions of :func:`rehearse` by their names. Raises ``Refused`` or ``ValidationError`` in sentences, and then nothing is
    changed.
    """
    if not reason.strip():
        raise Refused(_("Say why: the reason stands beside the change on the public page of changes."))
    try:
        with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
            done = _merge(duplicate, into, by, reason, choices or {})
            if unanswered := [question.words for question in done.questions if not question.chosen]:
                raise ValidationError(unanswered)
    except _BROKEN as error:
        raise Refused(_broken_promise(duplicate, into)) from error
    return done


_BROKEN = (IntegrityError, ProtectedError, RestrictedError)
"""How the database, or Django before it, refuses what a merger would leave behind."""


def _broken_promise(duplicate: Publishable, into: Publishable) -> str:
    return _(
        "%(duplicate)s cannot be merged into %(into)s so: what would be moved does not fit what is there. Nothing was changed; mend one of the two"
        " first, or choose otherwise."
    ) % {"duplicate": duplicate.public_key, "into": into.public_key}


def rehearse(duplicate: Publishable, *, into: Publishable, by: User, choices: Mapping[str, str] | None = None) -> Merger:
    """What :func:`merge` would do, found by doing it and taking it back; with what it would refuse."""
    done = Merger(duplicate, into)
    try:
        with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=_("Rehearsal")):
            done = _merge(duplicate, into, by, _("Rehearsal"), choices or {}, done)
            raise _Rehearsed
    except _Rehearsed:
        done.submission = None
    except Refused as error:
        done.refusals = [str(error)]
    except ValidationError as error:
        done.refusals = list(error.messages)
    except _BROKEN:
        done.refusals = [_broken_promise(duplicate, into)]
    return done


def _merge(duplicate: Publishable, into: Publishable, by: User, reason: str, choices: Mapping[str, str], done: Merger | None = None) -> Merger:
    _refuse_pair(duplicate, into)
    # In the order of their keys, so that two mergers the other way round wait for each other instead of blocking each other.
    both = type(duplicate)._default_manager.select_for_update().filter(pk__in=[duplicate.pk, into.pk]).order_by("pk")
    held = {record.pk: record for record in both}
    if len(held) != 2:
        raise Refused(_("%(record)s is no longer on the desk.") % {"record": (duplicate if duplicate.pk not in held else into).public_key})
    done = done or Merger(duplicate, into)
    work = _Merger(done, held[duplicate.pk], held[into.pk], by, choices)
    done.was_public = _standing(work.duplicate, work.into)
    work.move()
    work.sign()
    if not done.was_public:
        _delete(work)
        return done
    names = {name_of(work.duplicate), *map(name_of, work.withdrawn)}
    going = (public(work.changed) | dependants(names) | ({name_of(work.into)} - public([name_of(work.into)]))) - names
    publishing = find(sorted(going))
    done.publishing = [*publishing, *(record for record in needed(publishing) if name_of(record) not in names)]
    done.withdrawing = [work.duplicate, *work.withdrawn]
    done.drafts = find(sorted(set(work.changed) - {name_of(record) for record in done.publishing} - names))
    done.submission = submit(
        done.publishing, by=by, reason=reason, withdrawing={work.duplicate: work.into.public_key} | dict.fromkeys(work.withdrawn, "")
    )
    return done


def _refuse_pair(duplicate: Publishable, into: Publishable) -> None:
    if type(duplicate) is not type(into) or type(duplicate) not in MERGED:
        raise Refused(_("Only two documents, two recommendations or two actions can be merged."))
    if duplicate.pk == into.pk:
        raise Refused(_("Choose another record as the one that stays."))
    if isinstance(duplicate, Action) and isinstance(into, Action) and duplicate.government_id != into.government_id:
        raise Refused(
            _("%(one)s is an action of %(a)s, %(other)s of %(b)s: they are not the same action.")
            % {"one": duplicate.key, "a": duplicate.government.name, "other": into.key, "b": into.government.name}
        )


def _standing(duplicate: Publishable, into: Publishable) -> bool:
    """Whether the duplicate is public; refused where one of the two was withdrawn, or where a submission waits that holds an unknown duplicate."""
    kind = kind_of(duplicate)
    rows = RecordEdition.desk.known_at(None).filter(kind=kind, key__in=[duplicate.public_key, into.public_key]).values_list("key", "change")
    for key, change in rows:
        if change != Change.PUBLISH:
            raise Refused(_("%(key)s was withdrawn from the site already; it can be merged no more, nor merged into.") % {"key": key})
    if any(key == duplicate.public_key for key, _change in rows):
        return True
    open_states = [State.SUBMITTED.value, State.APPROVED.value]
    waiting = Version.objects.filter(kind=kind, key=duplicate.public_key, submission__state__in=open_states).first()
    if waiting is not None:
        raise Refused(_("%(key)s waits in submission #%(number)s; take that back first.") % {"key": waiting.key, "number": waiting.submission_id})
    return False


def _delete(work: "_Merger") -> None:
    """Delete a draft that nobody was asked about. What was submitted stays in the record of the review, and who reads it there finds the draft."""
    work.done.drafts = find(sorted(set(work.changed) - {name_of(work.duplicate)}))
    if Version.objects.filter(kind=kind_of(work.duplicate), key=work.duplicate.public_key).exists():
        work.done.moved.append(
            _("%(key)s was submitted once, and what was submitted stays: it stays as a draft.") % {"key": work.duplicate.public_key}
        )
        return
    if isinstance(work.duplicate, Document) and work.duplicate.snapshots.exists():
        work.done.moved.append(_("%(key)s holds archived copies, which are never deleted: it stays as a draft.") % {"key": work.duplicate.key})
        return
    work.done.deleted = True
    work.duplicate.delete()


class _Merger:
    """One merger at work: it moves, and keeps what it did in words."""

    def __init__(self, done: Merger, duplicate: Any, into: Any, by: User, choices: Mapping[str, str]) -> None:
        self.done, self.duplicate, self.into, self.by, self.choices = done, duplicate, into, by, choices
        self.changed: set[Name] = set()
        self.withdrawn: list[Assessment] = []

    def move(self) -> None:
        """Everything that points at the duplicate, as far as the record that stays does not have it."""
        match self.duplicate:
            case Document():
                self._document()
            case Recommendation():
                self._recommendation()
            case Action():
                self._action()
        self._translations()

    def sign(self) -> None:
        """Who merges is the last editor of everything that was changed."""
        self.changed -= {name_of(self.duplicate)}
        for record in find(self.changed):
            type(record)._default_manager.filter(pk=record.pk).update(edited_by=self.by, edited_at=timezone.now())

    def _moved(self, what: Any, *changed: Publishable) -> None:
        self.done.moved.append(str(what))
        self.changed |= {name_of(record) for record in changed}

    def _there(self, what: Any) -> None:
        self.done.there_already.append(str(what))

    def _ask(self, name: str, words: str, *options: tuple[str, str]) -> str:
        """What was chosen; the first option while nobody has, which :func:`merge` does not let pass."""
        chosen = self.choices.get(name, "")
        chosen = chosen if chosen in dict(options) else ""
        self.done.questions.append(Question(name, words, options, chosen))
        return chosen or options[0][0]

    def _agree(self, name: str, what: str, stays: Any, goes: Any, column: str) -> None:
        """Of two rows that say the same, the one that stays takes what the other alone says; where they differ a person chooses."""
        mine, other = getattr(stays, column), getattr(goes, column)
        if mine == other or not other:
            return
        if mine:
            one, two = (getattr(row, f"get_{column}_display", lambda row=row: getattr(row, column))() for row in (stays, goes))
            words = {"what": what, "field": stays._meta.get_field(column).verbose_name}
            answer = self._ask(
                f"{name}-{column}",
                _("%(what)s: the two say different things under “%(field)s”. Choose one.") % words,
                ("keep", _("“%(words)s”, as at %(key)s") % {"words": one, "key": self.into.public_key}),
                ("take", _("“%(words)s”, as at %(key)s") % {"words": two, "key": self.duplicate.public_key}),
            )
            if answer == "keep":
                return
        setattr(stays, column, other)
        stays.save()
        self._moved(_("%(what)s: “%(words)s”") % {"what": what, "words": getattr(stays, f"get_{column}_display", lambda: other)()}, self.into)

    # Documents

    def _document(self) -> None:
        decided = PassageCheck.objects.filter(citation__document=self.duplicate).exclude(seen_by=None).select_related("snapshot")
        decisions = {(check.citation_id, check.snapshot.sha256): check for check in decided}
        for citation in Citation.objects.filter(document=self.duplicate).order_by("key"):
            served = [served_by(use) for use in citation.uses.select_related(*_SERVED)]
            citation.document = self.into
            citation.save()
            self._moved(_("Citation %(locator)s: %(says)s") % {"locator": citation.locator, "says": citation.says}, *served)
        for recommendation in Recommendation.objects.filter(Q(made_in=self.duplicate) | Q(known_from=self.duplicate)):
            for name in ("made_in", "known_from"):
                if getattr(recommendation, f"{name}_id") == self.duplicate.pk:
                    setattr(recommendation, name, self.into)
            recommendation.save()
            self._moved(_("Where %(recommendation)s comes from") % {"recommendation": recommendation}, recommendation)
        held = set(self.into.snapshots.values_list("sha256", flat=True))
        for snapshot in self.duplicate.snapshots.select_related("extracted"):
            if snapshot.sha256 in held:
                self._there(_("Archived copy %(copy)s") % {"copy": snapshot})
                continue
            # A copy says once what it is a copy of: the same bytes are entered for the document that stays as well.
            again = Snapshot.objects.create(document=self.into, **{name: getattr(snapshot, name) for name in _OF_SNAPSHOT})
            if hasattr(snapshot, "extracted"):
                read = {name: getattr(snapshot.extracted, name) for name in ("text", "parts", "about", "problem")}
                SnapshotText.objects.create(snapshot=again, **read)
            self._moved(_("Archived copy %(copy)s") % {"copy": snapshot}, self.into)
        Capture.objects.filter(document=self.duplicate).update(document=self.into)
        self._checks(decisions)

    def _checks(self, decisions: Mapping[tuple[int, str], PassageCheck]) -> None:
        """Each passage is looked for in the copies that it did not meet before; what was decided about a lost one holds for the same copy."""
        check_again(self.into, list(self.into.citations.all()))
        for check in PassageCheck.objects.filter(citation__document=self.into, outcome=PassageOutcome.LOST.value).select_related("snapshot"):
            before = decisions.get((check.citation_id, check.snapshot.sha256))
            if before is not None and check.seen_by_id is None:
                check.seen_by, check.decision = before.seen_by, before.decision
                check.save()

    # Recommendations

    def _recommendation(self) -> None:
        standing = {addressee.government_id: addressee for addressee in self.into.addressees.select_related("government", "recommendation")}
        for addressee in self.duplicate.addressees.select_related("government").order_by("government__name"):
            other = standing.get(addressee.government_id)
            if other is None:
                self._bearing(addressee)
                addressee.recommendation = self.into
                addressee.save()
                self._moved(_("Addressee %(government)s") % {"government": addressee.government.name}, self.into)
            else:
                self._there(_("Addressee %(government)s") % {"government": other.government.name})
                self._onto(addressee, other)
        self._relations()
        self._uses(self.duplicate, self.into, "recommendation", self.into)
        moves = {(move.before, move.moved_on, move.moved_by) for move in self.into.deadline_moves.all()}
        for move in self.duplicate.deadline_moves.all():
            if (move.before, move.moved_on, move.moved_by) in moves:
                self._there(_("Moved deadline %(move)s") % {"move": move})
            else:
                move.recommendation = self.into
                move.save()
                self._moved(_("Moved deadline %(move)s") % {"move": move}, self.into)
        held = set(self.into.themes.values_list("pk", flat=True))
        for theme in self.duplicate.themes.exclude(pk__in=held):
            self.into.themes.add(theme)
            self._moved(_("Theme %(theme)s") % {"theme": theme}, self.into)

    def _bearing(self, addressee: Addressee) -> None:
        """What bears on an addressee names its recommendation, and is changed with it."""
        self.changed |= {name_of(effect.action) for effect in addressee.effects.select_related("action")}
        self.changed |= {name_of(assessment) for assessment in addressee.assessments.all()}

    def _onto(self, addressee: Addressee, other: Addressee) -> None:
        """What bears on an addressee of the duplicate, and what is said of it, onto the same government's of the record that stays."""
        for column in ("basis", "note"):
            self._agree(f"addressee-{other.government.code}", str(other), other, addressee, column)
        if not other.counted and (addressee.assessments.exists() or other.assessments.exists()):
            raise Refused(_("%(other)s would have no status there, and its assessments could not stay; choose another basis.") % {"other": other})
        for effect in addressee.effects.select_related("action").order_by("key"):
            self._effect(effect, effect.action, other)
        assessments = list(addressee.assessments.order_by("pk"))
        staff = [assessment for assessment in assessments if assessment.assessor_kind == AssessorKind.STAFF]
        theirs = list(other.assessments.filter(assessor_kind=AssessorKind.STAFF.value).order_by("pk"))
        choice = self._which_holds(other, staff, theirs) if staff and theirs else "move"
        if choice == "keep":
            known = public(map(name_of, staff))
            for assessment in reversed(_chain(staff)):
                if name_of(assessment) in known:
                    self.withdrawn.append(assessment)
                else:
                    assessment.delete()  # a draft about a record that goes
            assessments = [assessment for assessment in assessments if assessment not in staff]
        elif choice in ("after", "before"):
            first, last = (staff, theirs) if choice == "after" else (theirs, staff)
            follower = _chain(first)[0]
            follower.supersedes = _chain(last)[-1]
            follower.addressee = other
            follower.save()
            self.changed.add(name_of(follower))
        for assessment in assessments:
            assessment = Assessment.objects.get(pk=assessment.pk)  # one of them may have got its predecessor just now
            assessment.addressee = other
            assessment.save()
            self._moved(_("Assessment %(assessment)s") % {"assessment": assessment}, assessment)

    def _which_holds(self, other: Addressee, staff: list[Assessment], theirs: list[Assessment]) -> str:
        names = {
            "government": other.government.name,
            "one": self.into.public_key,
            "its": ", ".join(str(assessment.get_status_display()) for assessment in _chain(theirs)),
            "two": self.duplicate.public_key,
            "others": ", ".join(str(assessment.get_status_display()) for assessment in _chain(staff)),
        }
        return self._ask(
            f"chain-{other.government.code}",
            _("Both have been assessed for %(government)s: %(one)s (%(its)s) and %(two)s (%(others)s). Choose which assessments hold.") % names,
            ("keep", _("Only those of %(one)s; those of %(two)s go with it") % names),
            ("after", _("Those of %(two)s follow those of %(one)s") % names),
            ("before", _("Those of %(one)s follow those of %(two)s") % names),
        )

    def _relations(self) -> None:
        held = set(self.into.relations.values_list("kind", "other_id"))
        for relation in self.duplicate.relations.select_related("other", "recommendation"):
            words = _("Relation: %(relation)s") % {"relation": relation}
            if relation.other_id == self.into.pk or (relation.kind, relation.other_id) in held:
                self._there(words)
            else:
                relation.recommendation = self.into
                relation.save()
                self._moved(words, self.into)
        for relation in self.duplicate.related_from.select_related("other", "recommendation"):
            words = _("Relation: %(relation)s") % {"relation": relation}
            holder = relation.recommendation
            if holder.pk in (self.into.pk, self.duplicate.pk) or holder.relations.filter(kind=relation.kind, other=self.into).exists():
                if holder.pk != self.duplicate.pk:
                    relation.delete()
                    self.changed.add(name_of(holder))
                self._there(words)
            else:
                relation.other = self.into
                relation.save()
                self._moved(words, holder)

    # Actions

    def _action(self) -> None:
        self._events()
        said = {(status.party_id, str(status.standing), str(status.on)): status for status in self.into.legal_statuses.all()}
        for status in self.duplicate.legal_statuses.select_related("party"):
            words = _("Legal status: %(status)s") % {"status": status}
            same = said.get((status.party_id, str(status.standing), str(status.on)))
            if same is None:
                status.action = self.into
                status.save()
                self._moved(words, self.into)
            else:
                self._there(words)
                for column in ("said_by", "wording"):
                    self._agree(f"status-{same.pk}", str(same), same, status, column)
                self._uses(status, same, "legal_status", self.into)
        for effect in self.duplicate.effects.select_related("addressee__recommendation", "addressee__government").order_by("key"):
            self._effect(effect, self.into, effect.addressee)
        for reply in self.duplicate.replies.all():
            reply.action = self.into
            reply.save()
            self._moved(_("Reply: %(reply)s") % {"reply": reply}, self.into)
        self._uses(self.duplicate, self.into, "action", self.into)

    def _events(self) -> None:
        """An event of the same kind and date is there already. One of which the dates alone do not tell whether it is the same is asked about."""
        there = list(self.into.events.all())
        decisive = next((event for event in there if event.decisive), None)
        arriving = list(self.duplicate.events.all())
        same = {event.pk: one for event in arriving for one in there if (one.kind, str(one.on)) == (event.kind, str(event.on))}
        # Each says of which event of the duplicate it is known: that one is no other.
        free = [one for one in there if one not in same.values()]
        wanted = None
        for event in arriving:
            was_decisive = event.decisive
            stands = same.get(event.pk)
            if stands is None:
                alike = next((one for one in free if one.kind == event.kind and order(one.on, event.on) is Order.UNKNOWN), None)
                stands = self._event(event, alike)
                if alike is not None and alike.pk is None:  # a person took the other in its place
                    free.remove(alike)
                    decisive = stands if decisive is alike else decisive
            else:
                self._there(_("Event: %(event)s") % {"event": event})
            if stands is not event:
                self._agree(f"event-{event.kind}-{event.on}", str(stands), stands, event, "note")
            wanted = stands if was_decisive else wanted
        if wanted is not None and wanted is not decisive:
            self._decisive(decisive, wanted)

    def _event(self, event: ActionEvent, alike: ActionEvent | None) -> ActionEvent:
        """The event that stands for one of the duplicate: itself, moved, or the one there that a person says is the same."""
        answer = "both" if alike is None else self._which_event(event, alike)
        if alike is not None and answer == "keep":
            self._there(_("Event: %(event)s") % {"event": event})
            return alike
        held = ActionEvent.objects.get(pk=alike.pk) if alike is not None and answer == "take" else None
        if alike is not None and held is not None:
            alike.delete()
        event.action, event.decisive = self.into, held is not None and held.decisive
        event.save()
        self._moved(_("Event: %(event)s") % {"event": event}, self.into)
        if held is not None:
            self._agree(f"event-{event.kind}-{event.on}", str(event), event, held, "note")
        return event

    def _which_event(self, event: ActionEvent, alike: ActionEvent) -> str:
        return self._ask(
            f"event-{event.kind}-{event.on}",
            _("%(one)s and %(two)s may be the same event. Choose what stands.") % {"one": alike, "two": event},
            ("keep", _("They are the same: %(event)s, as at %(key)s") % {"event": alike, "key": self.into.public_key}),
            ("take", _("They are the same: %(event)s, as at %(key)s") % {"event": event, "key": self.duplicate.public_key}),
            ("both", _("They are two events: both")),
        )

    def _decisive(self, decisive: ActionEvent | None, wanted: ActionEvent) -> None:
        """One date decides the order of the action that stays."""
        if decisive is not None:
            answer = self._ask(
                "decisive",
                _("Both have a decisive event. Choose whose date decides whether the action came before or after a recommendation."),
                ("keep", _("%(event)s, as at %(key)s") % {"event": decisive, "key": self.into.public_key}),
                ("take", _("%(event)s, as at %(key)s") % {"event": wanted, "key": self.duplicate.public_key}),
            )
            if answer == "keep":
                return
            decisive.decisive = False
            decisive.save()
        wanted.decisive = True
        wanted.save()
        self._moved(_("Decisive: %(event)s") % {"event": wanted}, self.into)

    # All

    def _translations(self) -> None:
        """A translation follows the words that it translates: to the record that stays, where that says the same and has none in that language."""
        held = set(self.into.translations.values_list("text", "language"))
        for translation in self.duplicate.translations.all():
            words = _("Translation: %(translation)s") % {"translation": translation}
            if (translation.text, translation.language) in held:
                self._there(words)
            elif getattr(self.into, translation.text) == translation.translates:
                setattr(translation, kind_of(self.into).value, self.into)
                translation.save()
                self._moved(words, self.into)
            else:
                note = _("%(translation)s stays with %(key)s: the other record does not say what it translates.")
                self.done.moved.append(note % {"translation": translation, "key": self.duplicate.public_key})

    # Both

    def _effect(self, effect: Effect, action: Action, addressee: Addressee) -> None:
        """An effect to another action or addressee; where that has one already, the one that stays is undone by whatever undoes the other."""
        effect.refresh_from_db(fields=["undoes"])  # what it undoes may have been moved just now
        words = _("Effect: %(effect)s") % {"effect": effect}
        there = Effect.objects.filter(action=action, addressee=addressee).exclude(pk=effect.pk).first()
        undoing = Effect.objects.filter(undoes__in=[effect, *([there] if there else [])]).select_related("action")
        changed = [effect.action, action, *(found.action for found in undoing)]
        if there is not None:
            alike = (there.direction, there.undoes_id) == (effect.direction, effect.undoes_id)
            if alike:
                self._agree(f"effect-{effect.key}", str(there), there, effect, "reasoning")
            if alike or self._which_effect(effect, there) == "keep":
                effect.undone_by.update(undoes=there)
                effect.delete()
                self.changed |= {name_of(record) for record in changed}
                self._there(words)
                return
            there.undone_by.update(undoes=effect)
            there.delete()
        effect.action, effect.addressee = action, addressee
        effect.save()
        self._moved(words, *changed)

    def _which_effect(self, effect: Effect, there: Effect) -> str:
        """One of two effects; none that undoes the other, in whose place it would undo itself."""
        one, two = (Direction(found.direction).label if found.direction else _("undoes another") for found in (there, effect))
        keep = ("keep", _("%(direction)s, as at %(key)s") % {"direction": one, "key": self.into.public_key})
        take = ("take", _("%(direction)s, as at %(key)s") % {"direction": two, "key": self.duplicate.public_key})
        options = [] if there.undoes_id == effect.pk else [keep]
        options += [] if effect.undoes_id == there.pk else [take]
        return self._ask(
            f"effect-{effect.key}",
            _("%(action)s bears on %(addressee)s twice: %(one)s and %(two)s. Choose one.")
            % {"action": there.action.key, "addressee": there.addressee, "one": one, "two": two},
            *options,
        )

    def _uses(self, source: Any, target: Any, column: str, changed: Publishable) -> None:
        """Cited sources that the other does not cite."""
        held = {use.citation_id: use for use in target.citation_uses.all()}
        for use in source.citation_uses.select_related("citation__document"):
            words = _("Cited source: %(citation)s") % {"citation": use.citation}
            if (same := held.get(use.citation_id)) is not None:
                self._there(words)
                self._agree(f"cited-{column}-{same.pk}", str(use.citation), same, use, "stance")
                continue
            setattr(use, column, target)
            use.save()
            self._moved(words, changed)


_OF_SNAPSHOT = ("sha256", "size", "media_type", "captured_at", "captured_how", "stored_as", "url", "headers")

_SERVED = (
    "recommendation", "action", "assessment", "position__assessment", "legal_status__action", "reply__action", "reply__assessment",
)  # fmt: skip


def served_by(use: CitationUse) -> Publishable:
    """The record that is approved together with a citation's use."""
    found = use.recommendation or use.action or use.assessment
    if found is None and use.position:
        found = use.position.assessment
    if found is None and use.legal_status:
        found = use.legal_status.action
    if found is None and use.reply:
        found = use.reply.action or use.reply.assessment
    assert found is not None, "the database keeps that a use serves one record"
    return found


def _chain(assessments: list[Assessment]) -> list[Assessment]:
    """In the order in which they follow each other; refused where they are no chain."""
    following = {assessment.supersedes_id: assessment for assessment in assessments}
    keys = {assessment.pk for assessment in assessments}
    found = [assessment for assessment in assessments if assessment.supersedes_id not in keys]
    while found and (after := following.get(found[-1].pk)) is not None and len(found) < len(assessments):
        found.append(after)
    if len(found) != len(assessments):
        addressee = assessments[0].addressee
        raise Refused(_("The staff's assessments of %(addressee)s do not follow each other; mend that first.") % {"addressee": addressee})
    return found


__all__ = ["MERGED", "Merger", "Question", "merge", "rehearse", "served_by"]
