"""Two people at one form, as plain bookkeeping: what a page was made from, what was typed into it, what stands now, and one form that holds it all.

The three are compared field by field and row by row, as the form shows them. So a record that was edited and edited back is unchanged, and so is one
whose cited passages were edited on their own pages. What was typed is never dropped: it stays in its field, or comes back as a new row.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tracker.models import User

Values = dict[str, Any]
State = dict[str, dict[str, Values]]
"""Prefix of the rows → key of the row → field → value. The record itself stands under two empty names. All of it can be said in JSON."""

RECORD = ""


# What stands


def editable(form: Any, owner: str = "") -> list[str]:
    """The fields of a form that hold something of its record: neither its keys nor what the form asks besides, as the question why.

    Of a row (``owner`` names its way to the record) they are all that can be typed into it: a new passage is one row of fields of two records.
    """
    meta = form._meta.model._meta
    if owner:
        return [name for name, asked in form.fields.items() if name not in (meta.pk.name, owner, "DELETE", "ORDER") and not asked.disabled]
    names = {column.name for column in (*meta.concrete_fields, *meta.many_to_many)} - {meta.pk.name}
    return [name for name, asked in form.fields.items() if name in names and not asked.disabled]


def values(form: Any, owner: str = "") -> Values:
    """What a form was opened with."""
    return {name: plain(form.get_initial_for_field(form.fields[name], name)) for name in editable(form, owner)}


def state(form: Any, formsets: Iterable[Any]) -> State:
    """What a form and the rows below it were opened with."""
    found = {RECORD: {RECORD: values(form)}}
    for rows in formsets:
        found[rows.prefix] = {str(row.instance.pk): values(row, rows.fk.name) for row in rows.initial_forms}
    return found


def plain(value: Any) -> Any:
    """A value that JSON can say, the same before and after."""
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, models.Model):
        return plain(value.pk)
    if isinstance(value, list | tuple | set | models.QuerySet):
        return sorted((plain(item) for item in value), key=str)
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def touched(asked: Any, before: Any, typed: Any) -> bool:
    """Whether what was typed differs from what stood there. Browsers end lines in their own way, and forms drop spaces at the ends."""
    if isinstance(before, str) and isinstance(typed, str) and _tidy(before) == _tidy(typed):
        return False
    return asked.has_changed(before, typed)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def words(asked: Any, value: Any) -> str:
    """A value as people read it; empty where there is none."""
    options: Any = getattr(asked, "queryset", None)
    if isinstance(asked, forms.ModelMultipleChoiceField):
        return ", ".join(str(item) for item in options.filter(pk__in=value or []))
    if value is None or value == "":
        return ""
    if isinstance(asked, forms.ModelChoiceField):
        found = options.filter(pk=value).first() if str(value).isdigit() else None
        return str(found) if found else _("a record that is gone")
    if isinstance(asked, forms.BooleanField):
        return _("yes") if value else _("no")
    return str(dict(getattr(asked, "choices", ())).get(value, value))


def typed_words(asked: Any, typed: Any) -> str:
    """What was typed or chosen, as people read it; what cannot be read stands as it is."""
    try:
        return words(asked, plain(asked.to_python(typed)) if isinstance(asked, forms.BooleanField) else typed)
    except (forms.ValidationError, ValueError):
        return str(typed)


# Who changed it


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed something, when and why. ``user`` is None where the software did it by itself."""

    user: int | None
    who: str
    when: dt.datetime
    why: str

    def __str__(self) -> str:
        """Who and when."""
        return _("%(who)s, %(when)s") % {"who": self.who, "when": date_format(localtime(self.when), "DATETIME_FORMAT")}


class Changes:
    """The newest changes of records and rows, read from the history that the database keeps. ``reader`` is the one who is told."""

    def __init__(self, reader: Any) -> None:
        """Read nothing yet."""
        self.reader = reader
        self._events: dict[Any, list[Any]] = {}

    def of(self, model: Any, key: Any, name: str | None = None) -> Change | None:
        """The last change of a row, or of one of its fields; None where no history is kept of it."""
        if name is not None and model._meta.get_field(name).many_to_many:
            return self._of_choices(model, key, name)
        events = self._of(model, "pgh_obj_id", key)
        if not events:
            return None
        newest = events[0]
        if name is not None:
            column = model._meta.get_field(name).attname
            for before in events[1:]:
                if getattr(before, column) != getattr(events[0], column):
                    break
                newest = before
        return self._said(newest)

    def before_removal(self, model: Any, key: Any) -> Values:
        """The values of a row that is gone, as far as the history holds them."""
        events = self._of(model, "pgh_obj_id", key)
        columns = [column for column in model._meta.concrete_fields if not column.primary_key]
        return {column.name: plain(getattr(events[0], column.attname)) for column in columns if hasattr(events[0], column.attname)} if events else {}

    def _of_choices(self, model: Any, key: Any, name: str) -> Change | None:
        """Chosen records stand in a table between the two; where its history is kept, a proxy of that table keeps it."""
        column = model._meta.get_field(name)
        through = column.remote_field.through
        kept = next((other for other in apps.get_models() if other._meta.concrete_model is through and hasattr(other, "history")), None)
        events = self._of(kept, f"{column.m2m_field_name()}_id", key) if kept else []
        return self._said(events[0]) if events else None

    def _of(self, model: Any, column: str, key: Any) -> list[Any]:
        if not hasattr(model, "history"):
            return []
        if (model, column, str(key)) not in self._events:
            table = model.history.rel.related_model
            self._events[model, column, str(key)] = list(table.objects.filter(**{column: key}).order_by("-pgh_id"))
        return self._events[model, column, str(key)]

    def _said(self, event: Any) -> Change:
        context = event.pgh_context or {}
        user = context.get("user")
        person = User.objects.filter(pk=user).first() if user else None
        who = _("you, in another window") if person and person.pk == self.reader.pk else person.public_name if person else _("the software")
        return Change(user, who, event.pgh_created_at, context.get("reason") or "")


# One form that holds both


class Outcome(StrEnum):
    """What becomes of a change that someone else made."""

    TAKEN = "taken"  # the field was not touched here: it holds theirs now
    BOTH = "both"  # changed on both sides: it holds what was typed here
    AGREED = "agreed"  # changed on both sides, to the same
    ADDED = "added"  # a row of theirs
    REMOVED = "removed"  # a row that they removed and that was not touched here
    KEPT = "kept"  # a row that they removed and that was changed here: a new row now
    TICKED = "ticked"  # a row that they changed and that was ticked for deletion here


@dataclass(frozen=True, slots=True)
class Mark:
    """One change of theirs. ``target`` is the id of the field, empty where none is left; before and after are words, None where they do not apply."""

    outcome: Outcome
    what: str
    target: str = ""
    before: str | None = None
    after: str | None = None
    change: Change | None = None

    @property
    def advice(self) -> str:
        """What became of it in the form."""
        return {
            Outcome.TAKEN: _("It stands in your form now."),
            Outcome.BOTH: _("You changed it too: your words stand in the form."),
            Outcome.AGREED: _("You wrote the same."),
            Outcome.ADDED: _("Added. It stands in your form now."),
            Outcome.REMOVED: _("Removed."),
            Outcome.KEPT: _("Removed. You had changed this row: it stands in your form as a new one."),
            Outcome.TICKED: _("You ticked this row for deletion, and the tick still stands."),
        }[self.outcome]

    @property
    def note(self) -> str:
        """The sentence beside the field."""
        who = str(self.change) if self.change else _("Someone else")
        empty = _("empty")
        if self.outcome is Outcome.BOTH:
            sentence = _("Changed meanwhile by %(who)s:") % {"who": who}
            rest = _("These are your words; saving puts them in the place of theirs.")
            return format_html(
                '<span class="both">{} <del>{}</del> → <ins>{}</ins> {}</span>', sentence, self.before or empty, self.after or empty, rest
            )
        if self.outcome is Outcome.TAKEN:
            sentence = _("Changed meanwhile by %(who)s; it was:") % {"who": who}
            return format_html('<span class="taken">{} <del>{}</del></span>', sentence, self.before or empty)
        sentence = {
            Outcome.ADDED: _("Added meanwhile by %(who)s."),
            Outcome.KEPT: _("Removed meanwhile by %(who)s. You had changed it, so it is kept as a new row; empty its fields to let it go."),
            Outcome.TICKED: _("Changed meanwhile by %(who)s. You had ticked it for deletion; take the tick away to keep it."),
        }[self.outcome]
        kind = "taken" if self.outcome is Outcome.ADDED else "both"
        return format_html('<span class="{}">{}</span>', kind, sentence % {"who": who})


@dataclass(slots=True)
class Merged:
    """A form that holds what was typed and what others changed meanwhile.

    ``remaining``: saving it would still change something. ``strays``: labels and words that were typed into fields which the form has no more.
    ``gone``: the record itself was deleted.
    """

    post: QueryDict
    marks: list[Mark] = field(default_factory=list)
    notes: dict[tuple[str, int], dict[str | None, Mark]] = field(default_factory=dict)
    remaining: bool = False
    strays: list[tuple[str, str]] = field(default_factory=list)
    without_base: bool = False
    gone: bool = False
    change: Change | None = None
    wrong: bool = False  # something else is amiss besides, so that the form's own errors are to be shown

    @property
    def groups(self) -> list[tuple[Change | None, list[Mark]]]:
        """The marks, those of one change together, in order of time."""
        found: dict[Any, tuple[Change | None, list[Mark]]] = {}
        for mark in self.marks:
            key = (mark.change.user, mark.change.why, mark.change.when) if mark.change else None
            found.setdefault(key, (mark.change, []))[1].append(mark)
        return sorted(found.values(), key=lambda group: group[0].when.timestamp() if group[0] else 0.0)

    def is_mine(self, user: Any, why: str) -> bool:
        """Whether everything that changed is the same save sent twice."""
        changes = [mark.change for mark in self.marks if mark.change]
        return not self.strays and all(change.user == user.pk and change.why == why for change in changes)

    def attach(self, form: Any, where: tuple[str, int] = (RECORD, 0)) -> None:
        """Put the notes beside the fields of a checked form, after whatever else is wrong there."""
        self.wrong |= bool(form.errors)
        for name, mark in self.notes.get(where, {}).items():
            form.add_error(name, mark.note)


def merge(post: QueryDict, base: State | None, form: Any, formsets: Iterable[tuple[Any, str]], changes: Changes) -> Merged:
    """What was typed (``post``) into a page made from ``base``, and what stands now: unbound forms, the rows each with their noun. Gives both in one.

    ``base`` is None where it is not known; then whatever differs from what stands now counts as changed on both sides.
    """
    merged = Merged(post.copy(), without_base=base is None)
    _Merger(merged, base, changes).record(form)
    present = {RECORD}
    for rows, noun in formsets:
        present.add(rows.prefix)
        _Merger(merged, base, changes).rows(rows, noun)
    for prefix in (base or {}).keys() - present:
        _stray_rows(merged, prefix, (base or {})[prefix])
    return merged


class _Merger:
    """Works on one :class:`Merged`."""

    def __init__(self, merged: Merged, base: State | None, changes: Changes) -> None:
        self.merged, self.base, self.changes = merged, base, changes

    def record(self, form: Any) -> None:
        """The record's own fields."""
        base = self.base[RECORD][RECORD] if self.base is not None else None
        self.settle(form, self.merged.post, base, where=(RECORD, 0), said="", key=form.instance.pk)
        model = form._meta.model
        for name in (base or {}).keys() - set(editable(form)):
            column = model._meta.get_field(name)
            typed: Any = self.merged.post.get(name)
            if base is not None and typed is not None and touched(column.formfield(), base[name], typed):
                self.merged.strays.append((capfirst(str(column.verbose_name)), typed))

    def settle(self, form: Any, data: QueryDict, base: Values | None, *, where: tuple[str, int], said: str, key: Any, owner: str = "") -> bool:
        """One form: its untouched fields take what stands now. Says whether anyone else changed it."""
        found = False
        for name, now in values(form, owner).items():
            asked = form.fields[name]
            typed = read(asked, data, name)
            known = base is not None and name in base
            differs = touched(asked, now, typed)
            if known and base is not None and base[name] == now:
                self.merged.remaining |= differs
                continue
            found = found or known
            before = base[name] if known and base is not None else None
            mine = not known or touched(asked, before, typed)
            outcome = Outcome.BOTH if mine and differs else Outcome.AGREED if mine else Outcome.TAKEN
            self.merged.remaining |= outcome is Outcome.BOTH
            if outcome is Outcome.TAKEN:
                write(asked, data, name, now)
            if not known and not differs:
                continue
            label = capfirst(str(asked.label or name))
            prefix, index = where
            target = f"id_{prefix}-{index}-{name}" if prefix else f"id_{name}"
            mark = Mark(
                outcome,
                f"{said}: {label}" if said else label,
                target,
                words(asked, before) if known else "",
                words(asked, now),
                self.changes.of(form._meta.model, key, name),
            )
            self.merged.marks.append(mark)
            if outcome is not Outcome.AGREED:
                self.merged.notes.setdefault(where, {})[name] = mark
        return found

    def rows(self, rows: Any, noun: str) -> None:
        """The rows of one table below the form, put together anew: those that stand, those kept, those typed, and room for more."""
        model, prefix, owner, pk = rows.model, rows.prefix, rows.fk.name, rows.model._meta.pk.name
        known = self.base.get(prefix, {}) if self.base is not None else None
        posted = posted_rows(self.merged.post, prefix)
        held = {str(row[pk]): row for row in posted if row.get(pk)}
        new = [row for row in posted if not row.get(pk) and is_filled(rows, row)]
        standing = {str(row.instance.pk): row for row in rows.initial_forms}
        result: list[QueryDict] = []

        for key, row in standing.items():
            where, said = (prefix, len(result)), self.called(noun, row, owner)
            base = known.get(key) if known is not None else None
            data = held.get(key)
            if data is not None:
                changed = self.settle(row, data, base, where=where, said=said, key=key, owner=owner)
                if data.get("DELETE"):
                    self.merged.remaining = True
                    if changed:
                        self.note(where, Mark(Outcome.TICKED, said, f"id_{prefix}-{where[1]}-DELETE", change=self.changes.of(model, key)))
            else:
                data = filled(row, owner, **{pk: key})
                if twin := next((other for other in new if not self.differs(row, other, owner)), None):
                    new.remove(twin)
                if base is None:
                    target = next((f"id_{prefix}-{where[1]}-{name}" for name in editable(row, owner)), "")
                    mark = Mark(Outcome.AGREED if twin else Outcome.ADDED, said, target, change=self.changes.of(model, key))
                    self.merged.marks.append(mark) if twin else self.note(where, mark)
            result.append(data)

        count = len(result)
        for key, data in held.items():
            if key in standing:
                continue
            base = known.get(key) if known is not None else None
            asked = rows.empty_form
            mine = not data.get("DELETE") and (
                base is None or any(touched(asked.fields[name], base[name], read(asked.fields[name], data, name)) for name in editable(asked, owner))
            )
            said, change = self.named(noun, asked, data, owner), self.changes.of(model, key)
            if not mine:
                self.merged.marks.append(Mark(Outcome.AGREED if data.get("DELETE") else Outcome.REMOVED, said, change=change))
                continue
            target = next((f"id_{prefix}-{len(result)}-{name}" for name in editable(asked, owner)), "")
            self.note((prefix, len(result)), Mark(Outcome.KEPT, said, target, change=change))
            data.setlist(pk, [""])
            result.append(data)
        result += new
        self.merged.remaining |= len(result) > count
        put_rows(self.merged.post, prefix, [*result, *(blank(rows) for _row in range(rows.extra))], initial=count)

    def note(self, where: tuple[str, int], mark: Mark) -> None:
        """A note on the whole row."""
        self.merged.marks.append(mark)
        self.merged.notes.setdefault(where, {})[None] = mark

    def differs(self, row: Any, data: QueryDict, owner: str) -> bool:
        """Whether a typed row says something else than one that stands."""
        return any(touched(row.fields[name], now, read(row.fields[name], data, name)) for name, now in values(row, owner).items())

    def called(self, noun: str, row: Any, owner: str) -> str:
        """The words for a row that stands: its noun and its first filled field."""
        first = next((said for name, value in values(row, owner).items() if (said := words(row.fields[name], value))), "")
        return f"{capfirst(noun)} “{first}”"

    def named(self, noun: str, asked: Any, data: QueryDict, owner: str) -> str:
        """The same for a row that was typed."""
        fields = {name: asked.fields[name] for name in editable(asked, owner)}
        first = next((said for name, one in fields.items() if (said := typed_words(one, read(one, data, name)))), "")
        return f"{capfirst(noun)} “{first}”"


def _stray_rows(merged: Merged, prefix: str, base: dict[str, Values]) -> None:
    """Rows of a table that the form shows no more: what was typed into them is said, as it can stand nowhere."""
    for row in posted_rows(merged.post, prefix):
        before = base.get(str(row.get("id") or ""), {})
        for name in row:
            text = str(row[name])
            if name not in ("id", "DELETE") and text and _tidy(text) != _tidy(str(before.get(name, ""))):
                merged.strays.append((prefix, text))


# Posted forms as people fill them


def read(asked: Any, data: Any, name: str) -> Any:
    """What was typed into a field."""
    return asked.widget.value_from_datadict(data, MultiValueDict(), name)


def write(asked: Any, data: QueryDict, name: str, value: Any) -> None:
    """Fill a field as a browser would send it."""
    widget = getattr(asked.widget, "widget", asked.widget)
    if isinstance(widget, forms.CheckboxInput):
        data.pop(name, None)
        if value:
            data[name] = "on"
    elif isinstance(value, list) or getattr(widget, "allow_multiple_selected", False):
        data.setlist(name, [str(item) for item in value or ()])
    else:
        data[name] = "" if value is None else str(value)


def posted_rows(post: QueryDict, prefix: str) -> list[QueryDict]:
    """The rows of a table as they were sent, each with the plain names of its fields."""
    try:
        total = int(post.get(f"{prefix}-TOTAL_FORMS", "0"))
    except ValueError:
        total = 0
    rows = [QueryDict(mutable=True) for _row in range(min(max(total, 0), 1000))]
    for name in post:
        index, field = _in_row(prefix, name)
        if field and index < len(rows):
            rows[index].setlist(field, post.getlist(name))
    return rows


def _in_row(prefix: str, name: str) -> tuple[int, str]:
    """The number of the row and the field that a name stands for; no field for other names.

    Two tables of one noun below a form are called ``uses`` and ``uses-2``: a name of the second is none of the first.
    """
    index, _dash, field = name.removeprefix(f"{prefix}-").partition("-") if name.startswith(f"{prefix}-") else ("", "", "")
    of_another = field.partition("-")[0].isdigit() or field.startswith("__prefix__") or field.endswith("_FORMS")
    return (int(index), field) if field and index.isdigit() and not of_another else (0, "")


def put_rows(post: QueryDict, prefix: str, rows: list[QueryDict], *, initial: int) -> None:
    """Send these rows instead; the first ``initial`` of them stand in the database."""
    for name in [name for name in post if _in_row(prefix, name)[1]]:
        del post[name]
    for index, row in enumerate(rows):
        for name in row:
            post.setlist(f"{prefix}-{index}-{name}", row.getlist(name))
    post[f"{prefix}-TOTAL_FORMS"], post[f"{prefix}-INITIAL_FORMS"] = str(len(rows)), str(initial)


def filled(form: Any, owner: str = "", **more: str) -> QueryDict:
    """A row as it stands, as a browser would send it untouched."""
    data = QueryDict(mutable=True)
    for name, value in values(form, owner).items():
        write(form.fields[name], data, name, value)
    data.update(more)
    return data


def blank(rows: Any) -> QueryDict:
    """An empty row, as a browser would send it untouched."""
    return filled(rows.empty_form, rows.fk.name)


def is_filled(rows: Any, row: Mapping[str, Any]) -> bool:
    """Whether anything was typed into a new row."""
    empty = rows.empty_form
    return any(touched(empty.fields[name], value, read(empty.fields[name], row, name)) for name, value in values(empty, rows.fk.name).items())
