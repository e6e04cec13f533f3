"""Corrections: what was changed or taken back after it had been public, found by itself from the published versions.

They are of what this site said, so that ``known`` decides which there are. Of things that came after ``as_of`` they tell nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tracker.editions.tables import CORRECTIONS, Erasure, GovernmentEdition, RecordEdition
from tracker.public.as_of import documents_of, had_come
from tracker.public.clocks import Clocks
from tracker.public.columns import GOVERNMENTS
from tracker.public.wording import Line, is_of_a_later_day, lines, parties_in
from tracker.rules.identifiers import HELD_BY
from tracker.rules.vocabulary import Nature, Word


@dataclass
class Correction:
    """An edition of a record that corrected, withdrew or merged it. ``lines`` are empty where nothing was changed but the whole taken off.

    ``is_to_come``: what it changed is of a day after that of the page, so that no line tells it.
    """

    record: RecordEdition
    lines: list[Line] = field(default_factory=list)
    is_to_come: bool = False

    @property
    def reviewed(self) -> bool:
        """Whether a person approved it."""
        return self.record.provenance == "reviewed"


def corrections(rows: Sequence[RecordEdition], clocks: Clocks) -> list[Correction]:
    """Editions of records with what each changed; those that correct nothing have no lines. Asks two questions, whatever the number."""
    changed = [row for row in rows if row.nature == Nature.CORRECTED]
    bodies = _bodies(changed)
    documents = documents_of(clocks, parties_in(bodies.values()))
    found = []
    for row in rows:
        after, before = bodies.get(row.pk), bodies.get(("before", row.pk))
        if before is None or after is None:
            found.append(Correction(row))
        elif any(is_of_a_later_day(row.kind, body, clocks) for body in (before, after)):
            found.append(Correction(row, is_to_come=True))
        else:
            found.append(Correction(row, lines(row.kind, before, after, clocks=clocks, documents=documents)))
    return found


def _bodies(rows: Sequence[RecordEdition]) -> dict[Any, Any]:
    """The body of each edition by its id, and of the one before it by ("before", id): an edition ends when the next begins."""
    if not rows:
        return {}
    wanted = Q(pk__in=[row.pk for row in rows])
    for row in rows:
        wanted |= Q(kind=row.kind, key=row.key, known_to=row.known_from)
    ended = {(row.kind, row.key, row.known_from): row.pk for row in rows}
    found: dict[Any, Any] = {}
    for pk, kind, key, known_to, body in RecordEdition.objects.filter(wanted).values_list("pk", "kind", "key", "known_to", "body"):
        found[pk] = body
        if follower := ended.get((kind, key, known_to)):
            found["before", follower] = body
    return found


def corrections_of(clocks: Clocks, records: Q) -> list[Correction]:
    """The corrections of records that the site had made by ``known``, newest first."""
    rows = clocks.ever_said(RecordEdition).defer("body").filter(records, nature__in=CORRECTIONS)
    return corrections(list(rows.order_by("-edition", "kind", "key")), clocks)


@dataclass
class ReferenceChange:
    """A government or group that is public otherwise than before: who changed it, when and why stands on its own row."""

    row: GovernmentEdition
    lines: list[Line]


def reference_changes(clocks: Clocks, given: Mapping[str, Sequence[str]]) -> list[ReferenceChange]:
    """What was changed of public governments and groups by ``known``, newest first, as far as the filters of a list of changes let it through.

    Of the filters they meet ``government``, and ``nature`` as corrections do; whoever asks for something else asks for records.
    """
    if set(given) - {"government", "nature"} or not {"correction", Nature.CORRECTED.value} & set(given.get("nature", ["correction"])):
        return []
    rows = clocks.ever_said(GovernmentEdition).exclude(changed_at=None)
    if "government" in given:
        rows = rows.filter(code__in=given["government"])
    changed = list(rows.order_by("-edition", "code"))
    ended = GovernmentEdition.objects.filter(code__in={row.code for row in changed}).exclude(known_to=None) if changed else ()
    before = {(row.code, row.known_to): row for row in ended}
    found = [ReferenceChange(row, _government_lines(before[row.code, row.known_from], row, clocks)) for row in changed]
    return [each for each in found if each.lines]


def _government_lines(before: GovernmentEdition, after: GovernmentEdition, clocks: Clocks) -> list[Line]:
    """Each column that says something else, and each membership by as_of."""
    labels = {column.name: str(column.label) for column in GOVERNMENTS.columns}
    found = [
        Line(labels[name], _said(getattr(before, name)), _said(getattr(after, name)))
        for name in ("name", "kind", "includes_every_state", *HELD_BY["government"], "note")
        if getattr(before, name) != getattr(after, name)
    ]
    was, now = ({(each["member"], each["since"]): each for each in row.members if had_come(each["since"], clocks.as_of)} for row in (before, after))
    for member, since in sorted(was.keys() | now.keys()):
        one, other = was.get((member, since)), now.get((member, since))
        if one != other:
            found.append(Line(_("member %(code)s") % {"code": member}, _days(one, clocks), _days(other, clocks)))
    return [line for line in found if line.before != line.after]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _(value.label) if isinstance(value, Word) else str(value)


def _days(membership: Any, clocks: Clocks) -> str:
    if membership is None:
        return ""
    until = membership["until"]
    if until and had_come(until, clocks.as_of):
        return _("since %(since)s, until %(until)s") % {"since": membership["since"], "until": until}
    return _("since %(since)s") % {"since": membership["since"]}


def erasures(clocks: Clocks) -> list[Erasure]:
    """When data of a person was erased, newest first: why and from which records, not whose."""
    found = Erasure.objects.all()
    return list(found if clocks.known is None else found.filter(erased_at__lte=clocks.known))
