"""Two people on one record: nobody's save takes away what another wrote meanwhile, and nobody's words are lost.

Each form carries, signed, what it was made from. A save takes the record's lock, reads again what stands, and compares the three
(``tracker.admin.threeway``). Where someone changed something since, nothing is written: the form comes back with every word that was typed and with
what the other changed, and is made from what stands now. Saving once more saves what is seen.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin.utils import NestedObjects, flatten_fieldsets, unquote
from django.core import signing
from django.db import IntegrityError, OperationalError, models, transaction
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tracker.admin.threeway import (
    Changes,
    Merged,
    State,
    blank,
    editable,
    merge,
    plain,
    posted_rows,
    put_rows,
    state,
    write,
)

MADE_FROM = "_made_from"
"""The hidden field that says what the page was made from."""

MORE_ROWS = "_more_rows"
"""The button that gives another empty row; its value is the prefix of the rows."""

SEEN = "_seen"
"""The hidden field of a page that asks before deleting: what would go, as it stood when the page was opened."""

PASSING = {"40001", "40P01", "23505"}
"""SQLSTATEs of writes that met another's: not serialisable, deadlock, the same key made at the same time. Another try sees what the other wrote."""

signer = signing.Signer(salt="tracker.admin.concurrency")


def sign(obj: Any, found: State) -> str:
    """What a form of a record was made from, for its hidden field."""
    return signer.sign_object([obj._meta.label, str(obj.pk), found], compress=True)


def made_from(obj: Any, text: str | None) -> State | None:
    """Reads it again. None where it is missing, altered, or another record's."""
    try:
        label, key, found = signer.unsign_object(text or "")
    except (signing.BadSignature, ValueError):
        return None
    return found if (label, key) == (obj._meta.label, str(obj.pk)) else None


class _Refused:
    """A form that holds both: checked as ever, and not saved whatever the checks say."""

    merged: Merged

    def full_clean(self) -> None:
        """With the notes beside the fields."""
        super().full_clean()  # type: ignore[misc]
        self.merged.attach(self)

    def is_valid(self) -> bool:
        """Not to be saved as it is."""
        super().is_valid()  # type: ignore[misc]
        return False


class _Unchecked:
    """A form that goes on being filled in: nothing is amiss yet, and nothing is saved."""

    def full_clean(self) -> None:
        """No errors yet."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def is_valid(self) -> bool:
        """Not to be saved yet."""
        self.full_clean()
        return False


class ConcurrentSaves:
    """For the pages of a noun. A mixin before ``ModelAdmin``."""

    comes_back_as_new = True  # whether what was typed into a record that is gone can fill the form for a new one

    # Locks

    def locked_before(self, key: Any) -> Iterable[models.QuerySet[Any]]:
        """Records whose forms hold this one as a row: they are locked first, in that order everywhere."""
        return ()

    def _lock(self, request: HttpRequest, object_id: str) -> Any:
        """The record as it stands now, kept from other saves until this one is through; None where there is none."""
        obj = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if obj is None:
            return None
        for records in (*self.locked_before(obj.pk), type(obj)._base_manager.filter(pk=obj.pk)):
            # NO KEY: whoever cites the record or adds a row to it from elsewhere need not wait.
            list(records.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        return self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]

    def _standing(self, request: HttpRequest, obj: Any) -> tuple[Any, list[tuple[Any, str]]]:
        """The form and the rows below it as they stand, unbound; the rows are locked, each with their noun."""
        shown = flatten_fieldsets(self.get_fieldsets(request, obj))  # type: ignore[attr-defined]
        form = self.get_form(request, obj, change=True, fields=shown)(instance=obj)
        seen: Counter[str] = Counter()
        formsets = []
        for kind, inline in self.get_formsets_with_inlines(request, obj):  # type: ignore[attr-defined]
            prefix = kind.get_default_prefix()
            seen[prefix] += 1
            if seen[prefix] > 1:
                prefix = f"{prefix}-{seen[prefix]}"
            if inline.has_change_permission(request, obj):
                rows = kind.model._base_manager.filter(**{kind.fk.name: obj.pk}).order_by("pk")
                list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
                formsets.append((kind(instance=obj, prefix=prefix, queryset=inline.get_queryset(request)), str(inline.verbose_name)))
        return form, formsets

    # Saving

    def changeform_view(self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None) -> Any:
        """Tried again where another's writing came in the way."""
        return _persist(request, lambda: super(ConcurrentSaves, self).changeform_view(request, object_id, form_url, extra_context))  # type: ignore[misc]

    def _changeform_view(self, request: HttpRequest, object_id: Any, form_url: str, extra_context: Any) -> Any:
        """Within the transaction: lock, compare, and save only what was made from what stands."""
        if request.method == "POST" and object_id is not None:
            obj = self._lock(request, object_id)
            if obj is None:
                return self._gone(request, object_id, extra_context)
            if self.has_change_permission(request, obj):  # type: ignore[attr-defined]
                answer = self._compare(request, obj)
                if answer is not None:
                    return answer
        if request.method == "POST" and MORE_ROWS in request.POST:
            self._one_more_row(request, object_id)
        return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def _compare(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        """Nothing, where the save may go on or its form comes back; an answer, where the same save was sent twice."""
        form, formsets = self._standing(request, obj)
        base = made_from(obj, request.POST.get(MADE_FROM))
        if base is not None and base == json.loads(json.dumps(state(form, [rows for rows, _noun in formsets]))):
            return None
        merged = merge(request.POST, base, form, formsets, Changes(request.user))
        if not merged.marks and not merged.strays:
            return None
        if not merged.remaining and merged.is_mine(request.user, request.POST.get("why", "").strip()):
            return self.response_change(request, obj)  # type: ignore[attr-defined]
        request.POST = merged.post  # type: ignore[assignment]
        request.merged = merged
        return None

    def _one_more_row(self, request: HttpRequest, object_id: Any) -> None:
        """The form again with everything typed, and an empty row more."""
        prefix = request.POST[MORE_ROWS]
        obj = self.get_object(request, unquote(object_id)) if object_id is not None else None  # type: ignore[attr-defined]
        for kind, inline in self.get_formsets_with_inlines(request, *([obj] if obj else [])):  # type: ignore[attr-defined]
            if prefix == kind.get_default_prefix() and inline.has_add_permission(request, obj):
                post = request.POST.copy()
                rows = kind(instance=obj, prefix=prefix, queryset=kind.model._base_manager.none())
                initial = post.get(f"{prefix}-INITIAL_FORMS", "0")
                put_rows(post, prefix, [*posted_rows(post, prefix), blank(rows)], initial=int(initial) if initial.isdigit() else 0)
                request.POST = post  # type: ignore[assignment]
                request.more_rows = True

    def _gone(self, request: HttpRequest, object_id: str, extra_context: Any) -> HttpResponse:
        """The record was deleted meanwhile: what was typed fills the form for a new one, or is at least shown."""
        model, key = self.model, unquote(object_id)  # type: ignore[attr-defined]
        changes = Changes(request.user)
        change = changes.of(model, key) if key.isdigit() else None
        post = request.POST.copy()
        prefixes = [name.removesuffix("-TOTAL_FORMS") for name in post if name.endswith("-TOTAL_FORMS")]
        if self.comes_back_as_new and self.has_add_permission(request):  # type: ignore[attr-defined]
            seen: Counter[str] = Counter()
            for kind, _inline in self.get_formsets_with_inlines(request):  # type: ignore[attr-defined]
                prefix = kind.get_default_prefix()
                seen[prefix] += 1
                if seen[prefix] > 1:  # as Django names the second table of a noun
                    prefix = f"{prefix}-{seen[prefix]}"
                rows = [row for row in posted_rows(post, prefix) if not row.get("DELETE")]
                for row in rows:
                    row[kind.model._meta.pk.name] = row[kind.fk.name] = ""
                put_rows(post, prefix, rows, initial=0)
            form = self.get_form(request, None, fields=flatten_fieldsets(self.get_fieldsets(request, None)))()
            before = changes.before_removal(model, key) if change else {}
            for name in editable(form):
                if name not in post and name in before:  # as a key that stood fixed in the form
                    write(form.fields[name], post, name, before[name])
            request.POST = post  # type: ignore[assignment]
            request.merged = Merged(post, gone=True, change=change)
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
            return super()._changeform_view(request, None, address, extra_context)  # type: ignore[misc]
        typed = [(_label(model, name), post[name]) for name in post if post[name] and not name.startswith(("_", "csrf")) and "-" not in name]
        typed += [
            (_("%(rows)s, row %(number)s") % {"rows": prefix, "number": number}, text)
            for prefix in prefixes
            for number, row in enumerate(posted_rows(post, prefix), start=1)
            for name in row
            if (text := row[name]) and name not in ("id", "DELETE")
        ]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("This %(noun)s is gone") % {"noun": model._meta.verbose_name},
            "opts": model._meta,
            "change_made": change,
            "typed": typed,
        }
        return TemplateResponse(request, "admin/tracker/gone.html", context, status=404 if not typed else 409)

    # Forms

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form; one that comes back with both is not saved, and says what the other changed."""
        form = super().get_form(request, obj, change=change, **kwargs)  # type: ignore[misc]
        if merged := getattr(request, "merged", None):
            return type(form)(form.__name__, (_Refused, form), {"merged": merged, "__module__": __name__})
        if getattr(request, "more_rows", False):
            return type(form)(form.__name__, (_Unchecked, form), {"__module__": __name__})
        return form

    def _create_formsets(self, request: HttpRequest, obj: Any, change: bool) -> Any:
        """The rows, likewise."""
        formsets, inlines = super()._create_formsets(request, obj, change)  # type: ignore[misc]
        merged: Any = getattr(request, "merged", None)
        for rows in formsets:
            for index, row in enumerate(rows.forms if merged else ()):
                merged.attach(row, (rows.prefix, index))
        for rows in formsets if getattr(request, "more_rows", False) and not merged else ():
            for row in rows.forms:
                row._errors, row.cleaned_data = ErrorDict(), {}
            rows._errors, rows._non_form_errors = [{} for _row in rows.forms], ErrorList()
        return formsets, inlines

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With what it is made from, and with what others changed."""
        obj = kwargs.get("obj")
        if obj is not None and self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            rows = [shown.formset for shown in context["inline_admin_formsets"] if shown.has_change_permission]
            context["made_from"] = sign(obj, state(context["adminform"].form, rows))
        context["merged"] = merged = getattr(request, "merged", None)
        if merged and not merged.wrong and not any(shown.formset.non_form_errors() for shown in context["inline_admin_formsets"]):
            context["errors"] = []
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    # Deleting

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Tried again where another's writing came in the way."""
        return _persist(request, lambda: super(ConcurrentSaves, self).delete_view(request, object_id, extra_context))  # type: ignore[misc]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Deleting several is one transaction: all of them or none."""
        if request.method == "POST" and request.POST.get("action") == "delete_selected":
            with transaction.atomic():
                return super().changelist_view(request, extra_context)  # type: ignore[misc]
        return super().changelist_view(request, extra_context)  # type: ignore[misc]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes. Where the page that asked was opened before a change, it asks again: the answer was about something else."""
        posted = request.POST
        if posted.get("post"):
            keys = [obj.pk for obj in objs]
            for records in (*(records for key in sorted(keys) for records in self.locked_before(key)), self.model._base_manager.filter(pk__in=keys)):  # type: ignore[attr-defined]
                list(records.order_by("pk").select_for_update().values_list("pk", flat=True))
            objs = list(self.get_queryset(request).filter(pk__in=keys))  # type: ignore[attr-defined]
        request.seen = seen = what_goes(objs)
        kept = getattr(request, "kept_form", None)
        request.why = dict(kept.typed).get("why", [""])[0] if kept else posted.get("why", "")
        if posted.get("post") and posted.get(SEEN) != seen:
            changes = [change for obj in objs if (change := Changes(request.user).of(type(obj), obj.pk))]
            request.asked_again = max(changes, key=lambda change: change.when, default=True)  # type: ignore[arg-type, return-value]
            request.POST = QueryDict()  # type: ignore[assignment]
        return super().get_deleted_objects(objs, request)  # type: ignore[misc]


def what_goes(objs: Iterable[Any]) -> str:
    """A digest of records and of everything that is deleted with them, with all their values."""
    found = list(objs)
    collector = NestedObjects(using="default", origin=found)
    collector.collect(found)
    rows = [
        [model._meta.label, str(row.pk), [plain(column.value_from_object(row)) for column in model._meta.concrete_fields]]
        for model, instances in collector.data.items()
        for row in instances
    ]
    return hashlib.sha256(json.dumps(sorted(rows, key=str)).encode()).hexdigest()


def _persist(request: HttpRequest, view: Callable[[], Any]) -> Any:
    """A view whose transaction may end in the way of another's: rolled back whole, it is tried again, on what the other left."""
    posted = request.POST
    for _attempt in range(4):
        try:
            return view()
        except (OperationalError, IntegrityError) as error:
            if getattr(error.__cause__, "sqlstate", "") not in PASSING:
                raise
            request.POST = posted
            for name in ("merged", "more_rows", "asked_again"):
                request.__dict__.pop(name, None)
    return view()


def _label(model: Any, name: str) -> str:
    names = {column.name: column.verbose_name for column in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    return capfirst(str(names.get(name, _("Why?") if name == "why" else name)))
