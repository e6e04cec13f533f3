"""What the pages of all nouns share: the question "why?", who edited what, and the history in words.

Beside it: how records are chosen (choosing.py), forms and rows (forms.py), and what is reviewed and published (publishable.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pghistory
from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.choosing import Autocompleting
from tracker.admin.concurrency import ConcurrentSaves
from tracker.admin.forms import ReasonForm
from tracker.admin.history import entries
from tracker.admin.searching import found_by_words, knows_words
from tracker.models import Action, Assessment, Recommendation, User
from tracker.models.base import Publishable
from tracker.signin.keeping import KeepsForms


class OfThoseUsed(admin.RelatedFieldListFilter):
    """A filter whose values are the related records that any record of the list has: of each one is looked for, however many there are."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Without those that none has."""
        having = Exists(model_admin.model._default_manager.filter(**{self.field_path: OuterRef("pk")}))
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=Q(having))


class HowMany(models.Subquery):
    """How many rows a query finds for each record (``OuterRef``). Each is counted by itself: counts over joined tables multiply each other."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


# Who edited what


def touch(records: models.QuerySet[Any], by: User) -> None:
    """Someone edited something that is reviewed as a part of these records: they are its last editor now."""
    records.update(edited_by=by, edited_at=timezone.now())


def publishables_of(lookups: Mapping[type[Publishable], Iterable[str]], value: Any) -> Iterable[models.QuerySet[Any]]:
    """The records of each kind that a value reaches by any of the lookups."""
    for model, names in lookups.items():
        condition = models.Q()
        for name in names:
            condition |= models.Q(**{name: value})
        yield model._default_manager.filter(pk__in=model._default_manager.filter(condition).values("pk"))


CITED_IN: dict[type[Publishable], tuple[str, ...]] = {
    Recommendation: ("citation_uses__citation",),
    Action: ("citation_uses__citation", "legal_statuses__citation_uses__citation", "replies__citation_uses__citation"),
    Assessment: ("citation_uses__citation", "positions__citation_uses__citation", "replies__citation_uses__citation"),
}
"""From a citation to the records that are approved together with it."""


FOUND_BY_WORDS = _(
    'Whole words or how they begin, accents and capitals aside; of several words a record has them all. In "quotation marks": as written.'
)


class NounAdmin(KeepsForms, ConcurrentSaves, Autocompleting, admin.ModelAdmin):
    """The pages of one noun.

    ``related`` is what its words need from other tables. ``part_of`` says which publishable records hold it as a part, and are
    therefore edited when it is.
    """

    form = ReasonForm
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    related: tuple[str, ...] = ()
    part_of: dict[type[Publishable], tuple[str, ...]] = {}
    published_fields: frozenset[str] | None = None  # which of its fields are a part of those records; None: all
    key_field: str | None = None
    object_history_template = "admin/tracker/object_history.html"
    formfield_overrides = {
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})},
        models.URLField: {"assume_scheme": "https", "widget": AdminURLFieldWidget},
    }

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        """Where words are kept, the page says how they are found."""
        super().__init__(model, admin_site)
        if knows_words(model, self.search_fields):
            self.search_help_text = FOUND_BY_WORDS

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what ``__str__`` and the lists show."""
        return super().get_queryset(request).select_related(*self.related)

    def listed(self) -> dict[str, Any]:
        """What the list alone shows of each record: counts and dates from other tables, by the names of their annotations.

        A form, a history, and above all the search behind a choice, which runs at every key that is typed, ask for none of it.
        """
        return {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return DeskList

    # Forms

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The declared ones, and the question why for those who may write."""
        fieldsets = list(super().get_fieldsets(request, obj))
        writable = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if writable and issubclass(self.form, ReasonForm):
            fieldsets.append((None, {"fields": ["why"], "classes": ["why"]}))
        return fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, knowing whether it must ask why."""
        form = super().get_form(request, obj, change, **kwargs)
        form.must_say_why = bool(obj and self.is_public(obj))
        return form

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """On the empty form of a new record some rows may be filled in already."""
        found = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.method == "GET" and obj.pk is None and (rows := self.prefilled_rows(request, inline)):
            found["initial"] = rows
        return found

    def prefilled_rows(self, request: HttpRequest, inline: Any) -> list[dict[str, Any]]:
        """What stands filled in below the form of a new record, in the rows of an inline."""
        return []

    def get_search_results(self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str) -> tuple[models.QuerySet[Any], bool]:
        """By words where they are kept. Where a relation is chosen by typing, what bears the very code that was typed comes first."""
        if knows_words(self.model, self.search_fields):
            found, duplicates = found_by_words(queryset, search_term, self.search_fields), False
        else:
            found, duplicates = super().get_search_results(request, queryset, search_term)
        codes = [name[1:] for name in self.search_fields if name.startswith("=") and name.endswith("code")]
        if codes and "field_name" in request.GET and (words := search_term.upper().split()):
            typed = models.Case(models.When(**{f"{codes[0]}__in": words}, then=models.Value(0)), default=models.Value(1))
            found = found.order_by(typed, *self.get_ordering(request))
        return found, duplicates

    def is_public(self, obj: Any) -> bool:
        """Whether readers see it."""
        return False

    def changeform_view(self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None) -> Any:
        """Every write says who and why."""
        note_who_and_why(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Every deletion too."""
        note_who_and_why(request)
        return super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """And every action on a list."""
        note_who_and_why(request)
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what changed; records of which this is a part are edited with it."""
        if change and not form.changed_content:
            return
        super().save_model(request, obj, form, change)
        if self.published_fields is None or self.published_fields & set(form.changed_content):
            self.mark_wholes(request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Taking a part away is an edit of the whole."""
        self.mark_wholes(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """The same for several."""
        for obj in queryset:
            self.delete_model(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the rows; a change of them is a change of the record."""
        super().save_related(request, form, formsets, change)
        if change and any(formset.has_changed() for formset in formsets):
            self.rows_changed(request, form.instance)

    def rows_changed(self, request: HttpRequest, obj: Any) -> None:
        """What follows a change of the rows alone."""
        self.mark_wholes(request, obj)

    def mark_wholes(self, request: HttpRequest, obj: Any) -> None:
        """The user is the last editor of the records of which this is a part."""
        for records in publishables_of(self.part_of, obj):
            touch(records, request.user)  # type: ignore[arg-type]

    # History: the tables of events hold it; Django's log of its own would say the same twice.

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Kept by the database."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Kept by the database."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Kept by the database."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed what, when and why, in words."""
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History of %(name)s") % {"name": obj},
            "entries": entries(obj, registry=self.admin_site._registry, request=request),
            "object": obj,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "preserved_filters": self.get_preserved_filters(request),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)


def note_who_and_why(request: HttpRequest) -> None:
    """Say to the history who writes and why; the middleware has opened its entry for this request."""
    if request.method == "POST":
        pghistory.context(user=request.user.pk, reason=request.POST.get("why", "").strip())


class PartAdmin(NounAdmin):
    """A record that is entered in the form of the whole that it belongs to. Its own page shows it; some let its citations be added there."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only within the whole."""
        return False

    def locked_before(self, key: Any) -> Iterable[models.QuerySet[Any]]:
        """The whole, in whose form it is a row."""
        return publishables_of(self.part_of, key)


class DeskList(ChangeList):
    """A list whose rows know what :meth:`NounAdmin.listed` says."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet[Any]:
        """The rows; the counts beside the filters need no more than their number."""
        if exclude_parameters is None:
            self.root_queryset = self.root_queryset.annotate(**self.model_admin.listed())
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        """Which records a page shows is asked first, and then what it shows of them: all that are found would be put in order with all they hold."""
        super().get_results(request)
        shown = list(self.result_list.values_list("pk", flat=True))
        rows = self.root_queryset.in_bulk(shown)
        self.result_list = [rows[pk] for pk in shown]  # type: ignore[assignment]


def link(url: str, words: Any) -> str:
    """A link."""
    return format_html('<a href="{}">{}</a>', url, words)


def change_link(obj: Any, words: Any = None) -> str:
    """A link to a record's form."""
    return link(reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk]), words or str(obj))
