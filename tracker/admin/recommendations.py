"""Recommendations, whom they address, and how they stand to each other."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import HowMany, OfThoseUsed, PartAdmin, change_link, link
from tracker.admin.beside import WithText
from tracker.admin.citing import Citing, NewCitationRows
from tracker.admin.documents import CitationRows
from tracker.admin.forms import ReasonForm, Rows
from tracker.admin.merging import Mergeable
from tracker.admin.publishable import MineFilter, PublishableAdmin, ReviewFilter
from tracker.admin.splitting import Splittable
from tracker.admin.translations import TranslationBlocks
from tracker.editions.tables import AddresseeEdition
from tracker.editorial import capturing
from tracker.models import Addressee, Assessment, DeadlineMove, Government, Recommendation, Relation
from tracker.rules.vocabulary import StatementForm, Status


def with_status(addressees: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Addressees with the status that readers see today, and how many assessments the desk holds."""
    today = timezone.localdate()
    holding = (
        AddresseeEdition.desk.known_at(None)
        .filter(recommendation=OuterRef("recommendation__reference"), government=OuterRef("government__code"), valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gt=today))
    )
    return addressees.annotate(
        _status=Subquery(holding.values("status")[:1]),
        _since=Subquery(holding.values("effective_on")[:1]),
        _assessments=HowMany(Assessment.objects.filter(addressee=OuterRef("pk"))),
    )


def status_word(addressee: Any) -> str:
    """The status that readers see today; in words where they see none."""
    if not addressee.counted:
        return gettext("has no status")
    if not addressee._status:
        return gettext("not public")
    status = Status(addressee._status)
    words = gettext("%(status)s from %(day)s") % {"status": status.label, "day": addressee._since} if addressee._since else status.label
    return format_html('<span class="status tone-{}">{}</span>', status.tone, words)


class AddresseeRows(Rows):
    """Whom it addresses."""

    model = Addressee
    fields = ("government", "basis", "note", "status_now", "assess")
    readonly_fields = ("status_now", "assess")
    related = ("government", "recommendation")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With the public status of each."""
        return with_status(super().get_queryset(request))

    @admin.display(description=_("public status today"))
    def status_now(self, addressee: Any) -> str:
        """What readers see."""
        return status_word(addressee) if addressee.pk else "–"

    @admin.display(description=_("assessments"))
    def assess(self, addressee: Any) -> str:
        """The way to its assessments, or to the first one."""
        if not addressee.pk or not addressee.counted:
            return "–"
        if addressee._assessments:
            url = f"{reverse('admin:tracker_assessment_changelist')}?{urlencode({'addressee__id__exact': addressee.pk})}"
            return link(url, gettext("%(count)s on record") % {"count": addressee._assessments})
        return link(f"{reverse('admin:tracker_assessment_add')}?{urlencode({'addressee': addressee.pk})}", gettext("Assess"))


class DeadlineMoveRows(Rows):
    """The ledger of moved deadlines. A deadline that is moved above writes its row by itself; who else moved it, is entered here."""

    model = DeadlineMove
    fields = ("before", "after", "moved_on", "moved_by", "reason")
    extra = 0


class RelationRows(Rows):
    """How it stands to other recommendations."""

    model = Relation
    fk_name = "recommendation"
    fields = ("kind", "other", "note")
    related = ("recommendation", "other")
    extra = 0


class RecommendationForm(ReasonForm):
    """Those whom the text addresses stand as codes: nothing else finds them again."""

    def clean_addressed(self) -> str:
        """Each a code that there is; for a name, the code is named."""
        codes = [part.strip() for part in self.cleaned_data["addressed"].split(";") if part.strip()]
        known = set(Government.objects.filter(code__in=codes).values_list("code", flat=True))
        for said in codes:
            if said in known:
                continue
            meant = Government.objects.filter(Q(name__iexact=said) | Q(code__iexact=said)).values_list("code", flat=True).first()
            if meant:
                raise ValidationError(_("“%(said)s” is no code; write %(code)s.") % {"said": said, "code": meant})
            raise ValidationError(_("“%(said)s” is no code of a government or group; the list of governments has them.") % {"said": said})
        return "; ".join(codes)


def _is_not_verbatim(row: Recommendation) -> bool:
    documents = [pk for pk in (row.made_in_id, row.known_from_id) if pk]
    return row.statement_form == StatementForm.VERBATIM and bool(capturing.not_in_copies({row.pk: (row.statement, documents)}))


@admin.register(Recommendation)
class RecommendationAdmin(Citing, Splittable, Mergeable, WithText, PublishableAdmin):
    """A measure that a paper, a resolution or an inquiry proposed."""

    form = RecommendationForm
    chosen_by = Relation._meta.get_field("other")

    key_field = "reference"
    list_display = ("reference", "short_title", "made_by", "recommended_on", "measure", "addressed_to", "review")
    list_display_links = ("reference", "short_title")
    list_filter = (
        ReviewFilter,
        MineFilter,
        ("measure", OfThoseUsed),
        ("themes", OfThoseUsed),
        "statement_form",
    )
    search_fields = ("reference", "number", "short_title", "statement", "made_by", "target")
    ordering = ("reference",)
    related = ("measure", "made_in", "known_from")
    fieldsets = (
        (None, {"fields": (("reference", "number"), "short_title", "statement", ("statement_form", "language"))}),
        (_("Where it comes from"), {"fields": ("made_by", "known_from", "locator", "made_in", ("recommended_on", "corroboration"))}),
        (_("What it asks"), {"fields": ("measure", "themes", "target", "addressed", "due_on")}),
        (_("When it counts as done"), {"fields": ("criteria_partial", "criteria_full", "note")}),
    )
    inlines = (AddresseeRows, CitationRows, NewCitationRows, RelationRows, DeadlineMoveRows, TranslationBlocks)

    def save_model(self, request: HttpRequest, obj: Recommendation, form: Any, change: bool) -> None:
        """What is said to be verbatim is looked for in the archived copies of where it comes from."""
        super().save_model(request, obj, form, change)
        if {"statement", "statement_form", "made_in", "known_from"} & set(form.changed_data) and _is_not_verbatim(obj):
            sentence = gettext("The statement is marked as verbatim, and it does not stand in the archived copy: mend it, or call it a paraphrase.")
            self.message_user(request, sentence, messages.WARNING)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """A move that is entered by hand, with who made it, takes the place of the row that the database wrote by itself."""
        super().save_related(request, form, formsets, change)
        by_hand = DeadlineMove.objects.filter(
            recommendation=OuterRef("recommendation"), before=OuterRef("before"), after=OuterRef("after"), pk__gt=OuterRef("pk")
        ).exclude(moved_by="")
        DeadlineMove.objects.filter(Exists(by_hand), recommendation=form.instance, moved_by="").delete()

    def listed(self) -> dict[str, Any]:
        """How many governments each addresses."""
        return {"_addressees": HowMany(Addressee.objects.filter(recommendation=OuterRef("pk")))}

    @admin.display(description=_("addressees"), ordering="_addressees")
    def addressed_to(self, recommendation: Any) -> int:
        """How many, groups included."""
        return recommendation._addressees

    def public_address(self, record: Recommendation) -> str:
        """Its page."""
        return f"/recommendations/{record.reference}/"


@admin.register(Addressee)
class AddresseeAdmin(PartAdmin):
    """One recommendation × one government. Entered with the recommendation; here it is found and looked at."""

    list_display = ("reference", "short_title", "government", "basis", "status_now", "assessments_held")
    list_filter = ("basis", ("government", OfThoseUsed))
    search_fields = ("recommendation__reference", "recommendation__short_title", "=government__code", "government__name")
    ordering = ("recommendation__reference", "government__name")
    related = ("recommendation", "government")
    part_of = {Recommendation: ("addressees",)}
    fieldsets = (
        (None, {"fields": ("of_recommendation", "government", "basis", "note")}),
        (_("What is on record"), {"fields": ("status_now", "assessments_on_record", "effects_on_record")}),
    )
    readonly_fields = ("of_recommendation", "status_now", "assessments_on_record", "effects_on_record")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With the public status of each."""
        return with_status(super().get_queryset(request))

    def get_search_results(self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str) -> tuple[models.QuerySet[Any], bool]:
        """Whoever assesses is offered only those that can have a status."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        if request.GET.get("model_name") == "assessment":
            found = found.counted()
        return found, duplicates

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """In the form of its recommendation."""
        return False

    @admin.display(description=_("recommendation"), ordering="recommendation__reference")
    def reference(self, addressee: Addressee) -> str:
        """Its reference."""
        return addressee.recommendation.reference

    @admin.display(description=_("title"), ordering="recommendation__short_title")
    def short_title(self, addressee: Addressee) -> str:
        """Its short title."""
        return addressee.recommendation.short_title

    @admin.display(description=_("recommendation"))
    def of_recommendation(self, addressee: Addressee) -> str:
        """The recommendation in whose form it is edited."""
        return change_link(addressee.recommendation)

    @admin.display(description=_("public status today"), ordering="_status")
    def status_now(self, addressee: Any) -> str:
        """What readers see."""
        return status_word(addressee)

    @admin.display(description=_("assessments"), ordering="_assessments")
    def assessments_held(self, addressee: Any) -> int:
        """How many the desk holds."""
        return addressee._assessments

    @admin.display(description=_("assessments"))
    def assessments_on_record(self, addressee: Addressee) -> str:
        """Each with a link."""
        held = addressee.assessments.select_related("addressee__recommendation", "addressee__government")
        lines = [
            change_link(assessment, f"{assessment.get_status_display()} · {assessment.effective_on or gettext('no dated change')}")
            for assessment in held
        ]
        if addressee.counted:
            lines.append(link(f"{reverse('admin:tracker_assessment_add')}?{urlencode({'addressee': addressee.pk})}", gettext("Add an assessment")))
        return format_lines(lines)

    @admin.display(description=_("effects of actions"))
    def effects_on_record(self, addressee: Addressee) -> str:
        """Each with a link to its action."""
        effects = addressee.effects.select_related("action")
        return format_lines(
            [
                change_link(effect.action, f"{effect.action.title} · {effect.get_direction_display() or gettext('undoes another')}")
                for effect in effects
            ]
        )


def format_lines(lines: list[str]) -> str:
    """Lines below each other; a dash where there is none."""
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines)) or "–"
