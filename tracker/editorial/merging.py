"""Merge a duplicate into the record that stays: what points at the one points at the other, and a public address leads on.

The desk's records are moved at once. A duplicate that nobody outside knew is deleted then. Of a public one, the withdrawal and the new versions of
everything that readers see and that was moved make one submission, approved and published whole; its address leads to the record that stays from
then on. Of A merged into B and B later into C, A's address leads to B's and B's to C's: whoever follows an address follows it to its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.editions.tables import DESK, RecordEdition
from tracker.editorial.bundles import find, name_of, needed, public
from tracker.editorial.freeze import kind_of
from tracker.editorial.readiness import Name, dependants
from tracker.editorial.verbs import Refused, submit
from tracker.models import (
    Action,
    Addressee,
    Assessment,
    Capture,
    Change,
    Citation,
    CitationUse,
    Document,
    Effect,
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
from tracker.rules.vocabulary import AssessorKind, Direction

MERGED: dict[type[Publishable], frozenset[str]] = {
    Document: frozenset({"citations", "recommendations_made", "recommendations_known", "snapshots", "captures", "link_check"}),
    Recommendation: frozenset({"addressees", "citation_uses", "relations", "related_from", "deadline_moves"}),
    Action: frozenset({"events", "legal_statuses", "effects", "replies", "citation_uses"}),
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
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk, reason=reason):
        done = _merge(duplicate, into, by, reason, choices or {})
        if unanswered := [question.words for question in done.questions if not question.chosen]:
            raise ValidationError(unanswered)
    return done


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
        if change == Change.WITHDRAW:
            raise Refused(_("%(key)s was withdrawn from the site already; it can be merged no more, nor merged into.") % {"key": key})
    if any(key == duplicate.public_key for key, _change in rows):
        return True
    open_states = [State.SUBMITTED.value, State.APPROVED.value]
    waiting = Version.objects.filter(kind=kind, key=duplicate.public_key, submission__state__in=open_states).first()
    if waiting is not None:
        raise Refused(_("%(key)s waits in submission #%(number)s; take that back first.") % {"key": waiting.key, "number": waiting.submission_id})
    return False


def _delete(work: "_Merger") -> None:
    work.done.drafts = find(sorted(set(work.changed) - {name_of(work.duplicate)}))
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

    # Documents

    def _document(self) -> None:
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
        """What bears on an addressee of the duplicate, onto the same government's of the record that stays."""
        if addressee.assessments.exists() and not other.counted:
            raise Refused(
                _("%(other)s has no status there, and the duplicate's assessments of it cannot go with it; give it another basis first.")
                % {"other": other}
            )
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
        events = list(self.into.events.all())
        decided = any(event.decisive for event in events)
        for event in self.duplicate.events.all():
            words = _("Event: %(event)s") % {"event": event}
            if any(one.kind == event.kind and order(one.on, event.on) is Order.UNKNOWN for one in events):
                self._there(words)
                continue
            event.action, event.decisive = self.into, event.decisive and not decided
            event.save()
            self._moved(words, self.into)
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
                self._uses(status, same, "legal_status", self.into)
        for effect in self.duplicate.effects.select_related("addressee__recommendation", "addressee__government").order_by("key"):
            self._effect(effect, self.into, effect.addressee)
        for reply in self.duplicate.replies.all():
            reply.action = self.into
            reply.save()
            self._moved(_("Reply: %(reply)s") % {"reply": reply}, self.into)
        self._uses(self.duplicate, self.into, "action", self.into)

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
        one, two = (Direction(found.direction).label if found.direction else _("undoes another") for found in (there, effect))
        return self._ask(
            f"effect-{effect.key}",
            _("%(action)s bears on %(addressee)s twice: %(one)s and %(two)s. Choose one.")
            % {"action": there.action.key, "addressee": there.addressee, "one": one, "two": two},
            ("keep", _("%(direction)s, as at %(key)s") % {"direction": one, "key": self.into.public_key}),
            ("take", _("%(direction)s, as at %(key)s") % {"direction": two, "key": self.duplicate.public_key}),
        )

    def _uses(self, source: Any, target: Any, column: str, changed: Publishable) -> None:
        """Cited sources that the other does not cite."""
        held = set(target.citation_uses.values_list("citation_id", flat=True))
        for use in source.citation_uses.select_related("citation__document"):
            words = _("Cited source: %(citation)s") % {"citation": use.citation}
            if use.citation_id in held:
                self._there(words)
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
