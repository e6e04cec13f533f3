"""What the pages of all nouns share: autocomplete, the question "why?", who edited what, and the history in words."""

from collections.abc import Iterable, Mapping
from typing import Any

import pghistory
from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminURLFieldWidget, AutocompleteSelect, AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin import comments, versions, workflow
from tracker.admin.concurrency import ConcurrentSaves
from tracker.admin.history import entries
from tracker.admin.reviewstate import (
    APPROVED,
    DRAFT,
    EDITED,
    PUBLIC,
    RETURNED,
    WAITING,
    WITHDRAWN,
    ReviewState,
    in_state,
    review_state,
    review_states,
)
from tracker.editorial.freeze import kind_of
from tracker.models import Action, Addressee, Assessment, Challenge, Recommendation, User
from tracker.models.base import Publishable
from tracker.rules.vocabulary import ChallengeState
from tracker.signin.keeping import KeepsForms

# Fields of forms


NOTHING = "0"
"""The key of no record: what a name of nothing stands for."""


class NamedToo:
    """A choice by typing needs scripts: without them a record is named by its key, reference or code, an addressee by both parts of its name."""

    named_nothing: Mapping[str, str] = {}
    """What was typed and names no record, by the name of its field: it stands there again to be mended."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        """With the field for those without scripts."""
        chosen = super().render(name, value, attrs, renderer)  # type: ignore[misc]
        plain = '{}<noscript><input type="text" name="{}--named" value="{}" class="named" aria-label="{}" placeholder="{}"></noscript>'
        typed = self.named_nothing.get(name, "")
        return format_html(plain, chosen, name, typed, gettext("Name another by its key or code"), gettext("or its key, code"))

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """An empty field says what to do in it: without words it has no name for those who cannot see it."""
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": gettext("Type to find")}  # type: ignore[misc]

    @property
    def media(self) -> forms.Media:
        """With the script that names the field that searches."""
        return super().media + forms.Media(js=["admin/js/autocomplete.js", "tracker/choosing.js"])  # type: ignore[misc]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was named takes the place of what was chosen; a name of nothing is an invalid choice like any other."""
        chosen = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        named = str(data.get(f"{name}--named") or "").strip()
        names = [one for part in named.split(",") if (one := part.strip())] if self.allow_multiple_selected else [named] if named else []  # type: ignore[attr-defined]
        found = {one: self._named(one) for one in names}
        self.named_nothing = {**self.named_nothing, name: ", ".join(one for one in names if found[one] == NOTHING)}
        if not names:
            return chosen
        return [*(chosen or ()), *found.values()] if self.allow_multiple_selected else found[named]  # type: ignore[attr-defined]

    def _named(self, name: str) -> Any:
        model = self.field.remote_field.model  # type: ignore[attr-defined]
        if model is Addressee:
            reference, _space, code = name.partition(" ")
            found = model._default_manager.filter(recommendation__reference=reference, government__code__iexact=code.strip())
        else:
            names = {field.name for field in model._meta.fields} & {"key", "reference", "code"}
            found = model._default_manager.filter(models.Q(*((f"{field}__iexact", name) for field in names), _connector=models.Q.OR))
        return found.values_list("pk", flat=True).first() or NOTHING


class KnownChoice:
    """Autocomplete that asks the database for the chosen option only where the form's record does not hold it already.

    A form with fifty rows would otherwise ask fifty times.
    """

    known: dict[str, str] | None = None

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> list[Any]:
        """The chosen option alone; the others are searched for."""
        if self.known is None or len(value) != 1 or value[0] not in self.known:
            return super().optgroups(name, value, attr)  # type: ignore[misc]
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]  # type: ignore[attr-defined]
        return [(None, [*empty, self.create_option(name, value[0], self.known[value[0]], True, len(empty))], 0)]  # type: ignore[attr-defined]


class ChooseOne(NamedToo, KnownChoice, AutocompleteSelect):
    """One record, searched for by typing."""


class ChooseSeveral(NamedToo, AutocompleteSelectMultiple):
    """Several records, each searched for by typing."""


class DeskForm(forms.ModelForm):
    """A form whose broken promises read as sentences, and whose chosen records need no query each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownChoice):
                widget.known = self._known(name)

    def _known(self, name: str) -> dict[str, str] | None:
        if name not in self.instance._state.fields_cache:
            return None
        related = getattr(self.instance, name)
        return None if related is None else {str(related.pk): str(related)}

    def _update_errors(self, errors: ValidationError) -> None:
        """As Django does it; a constraint without a message of its own speaks by its name, which is the promise that it keeps."""
        promises = {
            constraint.get_violation_error_message(): capfirst(constraint.name.replace("_", " ")) + "."
            for constraint in self._meta.model._meta.constraints
        }
        for problems in getattr(errors, "error_dict", {}).values():
            for problem in problems:
                problem.message = promises.get(problem.message, problem.message)
        super()._update_errors(errors)


class ReasonForm(DeskForm):
    """A record's form, with the question why. Readers are owed the answer once the record is public."""

    must_say_why = False
    why = forms.CharField(
        label=_("Why?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("In a sentence: it stands beside your change in the history."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "why" in self.fields and self.must_say_why:
            self.fields["why"].required = True
            self.fields["why"].error_messages["required"] = _("This record is public; say why you change it.")

    @property
    def changed_content(self) -> list[str]:
        """The fields of the record that were changed: the answer to why is none."""
        return [name for name in self.changed_data if name != "why"]


class HowMany(models.Subquery):
    """How many rows a query finds for each record (``OuterRef``). Each is counted by itself: counts over joined tables multiply each other."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


class Autocompleting:
    """Every relation is chosen by typing."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Search instead of a list of everything."""
        if self._can_be_searched(db_field):
            kwargs.setdefault("widget", ChooseOne(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The same for several."""
        if self._can_be_searched(db_field):
            kwargs.setdefault("widget", ChooseSeveral(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Two buttons beside a choice, add and change: deleting from another record's form is a trap."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def _can_be_searched(self, db_field: Any) -> bool:
        related = self.admin_site._registry.get(db_field.remote_field.model)  # type: ignore[attr-defined]
        return bool(related and related.search_fields)


class Prefilled(forms.BaseInlineFormSet):
    """Rows of which the first new ones may be filled in already. They are saved as they stand: what is sent back is compared with empty rows."""

    def __init__(self, *args: Any, initial: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=initial, **kwargs)
        self.extra = max(self.extra, len(initial or ()))

    def add_fields(self, form: Any, index: int | None) -> None:
        """The tick that takes a row away stands in a column of its own: it is named here."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = gettext("Delete")


class Rows(Autocompleting, admin.TabularInline):
    """Rows of a table below a form. ``related`` is what a row's words need."""

    form = DeskForm
    formset = Prefilled
    template = "admin/tracker/rows.html"
    extra = 1
    related: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    labelled = False  # whether the template shows a label beside each field
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 40})}}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With what the rows show, so that fifty rows cost as many queries as five."""
        return super().get_queryset(request).select_related(*self.related).prefetch_related(*self.prefetch)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a table the label stands above the column: each field says it by itself for those who cannot see it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and not self.labelled:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", capfirst(str(field.label or db_field.verbose_name)))
        return field


class Blocks(Rows):
    """The same with a small form for each row, where texts are long."""

    template = "admin/tracker/blocks.html"
    extra = 0
    labelled = True


class ReadOnlyRows(Rows):
    """Rows that verbs and background work write; shown, never edited."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


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


# Pages


class NounAdmin(KeepsForms, ConcurrentSaves, Autocompleting, admin.ModelAdmin):
    """The pages of one noun.

    ``related`` is what its words need from other tables. ``part_of`` says which publishable records hold it as a part, and are
    therefore edited when it is.
    """

    form = ReasonForm
    list_per_page = 100
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
        """Where a relation is chosen by typing, what bears the very code that was typed comes first."""
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


class ReviewFilter(admin.SimpleListFilter):
    """Where the records stand between draft and public."""

    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """In the order of the work."""
        return [
            (DRAFT, _("Drafts")),
            (WAITING, _("Submitted")),
            (RETURNED, _("Returned")),
            (APPROVED, _("Approved")),
            (PUBLIC, _("Published")),
            (EDITED, _("Edited since published")),
            (WITHDRAWN, _("Withdrawn")),
        ]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The records in the chosen state."""
        state = self.value()
        return in_state(queryset, state) if state in dict(self.lookup_choices) else queryset


class MineFilter(admin.SimpleListFilter):
    """Whose records."""

    title = _("person")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Mine, or everybody's."""
        return [("me", _("Recorded or last edited by me"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Those that the user recorded or edited last."""
        return of_user(queryset, request.user) if self.value() == "me" else queryset


def of_user(records: models.QuerySet[Any], user: Any) -> models.QuerySet[Any]:
    """What a person recorded or edited last."""
    return records.filter(models.Q(recorded_by=user) | models.Q(edited_by=user))


class DeskList(ChangeList):
    """A list whose rows know what :meth:`NounAdmin.listed` says."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> models.QuerySet[Any]:
        """The rows; the counts beside the filters need no more than their number."""
        if exclude_parameters is None:
            self.root_queryset = self.root_queryset.annotate(**self.model_admin.listed())
        return super().get_queryset(request, exclude_parameters)


class ReviewedList(DeskList):
    """A list whose rows know where they stand, found for all of them at once."""

    def get_results(self, request: HttpRequest) -> None:
        """The page of results, each with its ``review``."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        states = review_states(self.result_list)
        for record in self.result_list:
            record.review = states[record.pk]


class PublishableAdmin(NounAdmin):
    """A record that is reviewed and published: a document, a recommendation, an action or an assessment."""

    change_form_template = "admin/tracker/record_form.html"
    change_list_template = "admin/tracker/record_list.html"
    actions = ("submit_for_review", "withdraw_from_site", "take_down_from_site")
    key_field = "key"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return ReviewedList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the way to deleted drafts."""
        return super().changelist_view(request, {"deleted_url": versions.may_see_deleted(self, request), **(extra_context or {})})

    @admin.display(description=_("review"))
    def review(self, record: Publishable) -> str:
        """The word for where it stands."""
        state: ReviewState = record.review  # type: ignore[attr-defined]
        return format_html('<span class="review review-{}">{}</span>', state.tone, state.word)

    def public_address(self, record: Any) -> str:
        """Its address on the public site."""
        raise NotImplementedError

    def view_on_site(self, record: Any) -> str | None:
        """Its public address; none while the public has no such page."""
        return self.public_address(record) if self.is_public(record) else None

    def is_public(self, obj: Any) -> bool:
        """Whether readers see it."""
        return self.state_of(obj).edition is not None

    def state_of(self, obj: Any) -> ReviewState:
        """Where it stands; looked up once for each page."""
        if not hasattr(obj, "_review_state"):
            obj._review_state = review_state(obj)
        return obj._review_state

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The key stands in public addresses: it stays once a version was submitted."""
        fixed = (self.key_field,) if obj and self.state_of(obj).ever_submitted else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A key is proposed for a new record only."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A draft may go; what was submitted stays in the record of the review."""
        return super().has_delete_permission(request, obj) and not (obj and self.state_of(obj).ever_submitted)

    def has_submit_permission(self, request: HttpRequest) -> bool:
        """Researchers and reviewers."""
        return request.user.has_perm("tracker.submit")

    def has_take_down_permission(self, request: HttpRequest) -> bool:
        """Whether the user may ask for what the law asks for."""
        return request.user.has_perm("tracker.take_down")

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Reviewers."""
        return request.user.has_perm("tracker.review")

    # Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Note who recorded it first and who edited it last."""
        if not change:
            obj.recorded_by = request.user
        if not change or form.changed_content:
            obj.edited_by = request.user
        super().save_model(request, obj, form, change)

    def rows_changed(self, request: HttpRequest, obj: Any) -> None:
        """An edit of its rows is an edit of the record."""
        touch(type(obj)._default_manager.filter(pk=obj.pk), request.user)  # type: ignore[arg-type]

    # Pages

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With the versions, to compare and to restore."""
        return super().history_view(request, object_id, {**versions.on_history(self, request, object_id), **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        """The page that asks before a single record is submitted or withdrawn."""
        name = self.opts.model_name
        return [
            path("<int:pk>/submit/", self.admin_site.admin_view(self.submit_view), name=f"tracker_{name}_submit"),
            path("<int:pk>/withdraw/", self.admin_site.admin_view(self.withdraw_view), name=f"tracker_{name}_withdraw"),
            path("<int:pk>/take-down/", self.admin_site.admin_view(self.take_down_view), name=f"tracker_{name}_take_down"),
            *versions.urls(self),
            *super().get_urls(),
        ]

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, and what else goes with it."""
        return self._single(request, pk, "submit_for_review")

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why it goes."""
        return self._single(request, pk, "withdraw_from_site")

    def take_down_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what the law asks for."""
        return self._single(request, pk, "take_down_from_site")

    def _single(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        chosen = self.get_queryset(request).filter(pk=pk)
        if not chosen or action not in self.get_actions(request):
            raise PermissionDenied
        return getattr(self, action)(request, chosen)

    @admin.action(description=_("Submit for review"), permissions=["submit"])
    def submit_for_review(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Bundle the chosen records and what they need."""
        return workflow.ask_about_records(self, request, queryset, workflow.SUBMIT)

    @admin.action(description=_("Withdraw from the site"), permissions=["review"])
    def withdraw_from_site(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Ask for the chosen records to be taken off the site."""
        return workflow.ask_about_records(self, request, queryset, workflow.WITHDRAW)

    @admin.action(description=_("Take down for legal reasons"), permissions=["take_down"])
    def take_down_from_site(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        """Ask for the chosen records to be taken down, past days included."""
        return workflow.ask_about_records(self, request, queryset, workflow.TAKE_DOWN)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With where the record stands, and what may be done with it."""
        record = kwargs.get("obj")
        context["may_submit"] = self.has_submit_permission(request)
        context["notice"] = self.notice(request, record)
        if record is not None:
            context["challenges"] = Challenge.objects.filter(kind=kind_of(record), key=record.public_key, state=ChallengeState.OPEN.value)
            context["tools"] = self.tools(request, record)
            context["review"] = state = self.state_of(record)
            if state.shipped and not state.edited and context["may_submit"]:
                submit_url = reverse(f"admin:tracker_{self.opts.model_name}_submit", args=[record.pk])
                context["confirm_url"] = f"{submit_url}?{urlencode({'reason': gettext('Reviewed here as it is.')})}"
            context["may_withdraw"] = state.edition is not None and self.has_review_permission(request)
            comments.onto_form(request, context, record)
            if state.edition is not None and self.has_take_down_permission(request):
                context["take_down_url"] = reverse(f"admin:tracker_{self.opts.model_name}_take_down", args=[record.pk])
            if context["may_withdraw"]:
                context["withdraw_url"] = reverse(f"admin:tracker_{self.opts.model_name}_withdraw", args=[record.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def tools(self, request: HttpRequest, record: Any) -> list[tuple[str, Any]]:
        """Links above a record's form beside those that every noun has: address and words."""
        return []

    def notice(self, request: HttpRequest, record: Any) -> str:
        """What stands at the top of the form; empty for nothing. ``record`` is None on the form of a new one."""
        return ""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Saved; on to the submission where that button was pressed."""
        return self._on_to_submission(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Saved; on to the submission where that button was pressed."""
        return self._on_to_submission(request, obj) or super().response_change(request, obj)

    def _on_to_submission(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        if "_submit_for_review" not in request.POST or not self.has_submit_permission(request):
            return None
        return HttpResponseRedirect(reverse(f"admin:tracker_{self.opts.model_name}_submit", args=[obj.pk]))


def link(url: str, words: Any) -> str:
    """A link."""
    return format_html('<a href="{}">{}</a>', url, words)


def change_link(obj: Any, words: Any = None) -> str:
    """A link to a record's form."""
    return link(reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk]), words or str(obj))
