"""Actions with their events, parties and effects."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import HowMany, OfThoseUsed, PartAdmin, change_link, link
from tracker.admin.bearing import Bearing, assess_url
from tracker.admin.beside import WithText
from tracker.admin.citing import AlsoInAssessments, Citing
from tracker.admin.documents import CitationRows, sources_link, with_sources
from tracker.admin.forms import Blocks, DeskForm, Prefilled, Rows
from tracker.admin.merging import Mergeable
from tracker.admin.publishable import MineFilter, PublishableAdmin, ReviewFilter
from tracker.admin.replies import ReplyBlocks
from tracker.admin.translations import TranslationBlocks
from tracker.models import Action, ActionEvent, Addressee, Effect, LegalStatus
from tracker.rules import order
from tracker.rules.vocabulary import Earlier


class EventFormSet(Prefilled):
    """The events of an action, of which at most one is decisive."""

    def clean(self) -> None:
        """One decisive event, whichever rows were ticked and unticked."""
        super().clean()
        filled = [form for form in self.forms if getattr(form, "cleaned_data", {}).get("on") and not form.cleaned_data.get("DELETE")]
        if sum(bool(form.cleaned_data.get("decisive")) for form in filled) > 1:
            raise ValidationError(_("Tick one event as decisive: its date decides whether the action came before or after a recommendation."))

    def save(self, commit: bool = True) -> Any:
        """Untick first, so that the tick can move from one row to another."""
        unticked = [form.instance.pk for form in self.initial_forms if "decisive" in form.changed_data and not form.cleaned_data.get("decisive")]
        if commit and unticked:
            ActionEvent.objects.filter(pk__in=unticked, decisive=True).update(decisive=False)
        return super().save(commit)


class EventRows(Rows):
    """What happened to it when."""

    model = ActionEvent
    formset = EventFormSet
    fields = ("kind", "on", "decisive", "note")
    related = ("action",)


class LegalStatusRows(Rows):
    """At whom it was aimed, and how each stands before the law."""

    model = LegalStatus
    fields = ("party", "standing", "on", "said_by", "wording", "sources")
    readonly_fields = ("sources",)
    related = ("party", "action")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With how many sources each cites."""
        return with_sources(super().get_queryset(request))

    @admin.display(description=_("sources"))
    def sources(self, status: Any) -> str:
        """The way to its cited sources."""
        return sources_link(status)


class EffectForm(DeskForm):
    """An effect has a direction, or undoes another and takes its sign from that one."""

    def clean(self) -> dict[str, Any] | None:
        """One of the two."""
        data = super().clean() or self.cleaned_data
        if data.get("undoes") and data.get("direction"):
            self.add_error("direction", _("Leave the direction empty: an effect that undoes another takes its sign from that one."))
        elif not data.get("undoes") and not data.get("direction") and "direction" not in self.errors and "undoes" not in self.errors:
            self.add_error("direction", _("Say how the action bears on the recommendation, or which effect it undoes."))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # Said above, beside the field.
        return {*super()._get_validation_exclusions(), *({"direction"} if "direction" in self.errors else ())}


class EffectBlocks(Blocks):
    """How it bears on what was recommended."""

    model = Effect
    form = EffectForm
    fields = (("addressee", "corroboration"), ("direction", "undoes"), "reasoning", ("earlier", "assess"))
    readonly_fields = ("earlier", "assess")
    related = (
        "addressee__recommendation",
        "addressee__government",
        "action",
        "undoes__action",
        "undoes__addressee__recommendation",
        "undoes__addressee__government",
    )
    prefetch = ("action__events", "action__citation_uses__citation")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new action bears on something."""
        return 0 if obj else 1

    @admin.display(description=_("assessment"))
    def assess(self, effect: Effect) -> str:
        """The way to a verdict on the addressee, with the action's date and cited passages filled in."""
        return link(assess_url(effect), gettext("Assess with this action")) if effect.pk and effect.addressee.counted else "–"

    @admin.display(description=_("order in time"))
    def earlier(self, effect: Effect) -> str:
        """Computed from the dates."""
        return order_in_words(effect) if effect.pk else gettext("Follows from the dates once both are saved.")


def order_in_words(effect: Effect) -> str:
    """Whether the action came before the recommendation, with both dates."""
    event = effect.action.decisive_event
    if event is None:
        return gettext("Not known: no event is decisive.")
    recommendation = effect.addressee.recommendation
    found = order.earlier(event.on, recommendation.recommended_on)
    dates = {"acted": event.on, "recommended": recommendation.recommended_on}
    sentence = {
        Earlier.YES: gettext("Earlier than the recommendation (%(acted)s before %(recommended)s): never counted as uptake."),
        Earlier.NO: gettext("Later than the recommendation (%(acted)s after %(recommended)s)."),
        Earlier.UNKNOWN: gettext("Order unknown: %(acted)s and %(recommended)s overlap."),
    }[found]
    return format_html('<span class="order order-{}">{}</span>', found, sentence % dates)


@admin.register(Action)
class ActionAdmin(Bearing, Citing, Mergeable, WithText, PublishableAdmin):
    """What a government body did."""

    chosen_by = Effect._meta.get_field("action")

    list_display = ("key", "title", "government", "measure", "decided_on", "bears_on", "review")
    list_display_links = ("key", "title")
    list_filter = (
        ReviewFilter, MineFilter, ("government", OfThoseUsed), ("measure", OfThoseUsed), "corroboration",
        "effects__direction",
    )  # fmt: skip
    search_fields = ("key", "title", "description", "body", "target", "legal_instrument", "celex", "bill", "=government__code", "government__name")
    ordering = ("key",)
    related = ("government", "measure")
    prepopulated_fields = {"key": ("title",)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "title",
                    ("government", "measure"),
                    "body",
                    "description",
                    "scope_note",
                    "legal_instrument",
                    "celex",
                    ("bill", "legislature"),
                )
            },
        ),
        (_("At whom it was aimed"), {"fields": ("target",)}),
        (_("How sure it is"), {"fields": ("corroboration", "note", "key")}),
    )
    inlines = (EventRows, CitationRows, AlsoInAssessments, LegalStatusRows, EffectBlocks, ReplyBlocks, TranslationBlocks)

    def listed(self) -> dict[str, Any]:
        """The decisive date, and how many addressees each bears on."""
        decisive = ActionEvent.objects.filter(action=models.OuterRef("pk"), decisive=True).values("on")[:1]
        return {"_on": models.Subquery(decisive), "_effects": HowMany(Effect.objects.filter(action=models.OuterRef("pk")))}

    @admin.display(description=_("date"), ordering="_on")
    def decided_on(self, action: Any) -> str:
        """Of its decisive event."""
        return str(action._on) if action._on else gettext("no decisive event")

    @admin.display(description=_("effects"), ordering="_effects")
    def bears_on(self, action: Any) -> int:
        """On how many addressees."""
        return action._effects

    def public_address(self, record: Action) -> str:
        """Its page."""
        return f"/actions/{record.key}/"

    # On to the verdict

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the button that goes on, for those who assess."""
        context["may_assess"] = self._may_assess(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """Saved; on to the verdict where that button was pressed."""
        return self._on_to_assessment(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """The same."""
        return self._on_to_assessment(request, obj) or super().response_change(request, obj)

    def _may_assess(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tracker.add_assessment")

    def _on_to_assessment(self, request: HttpRequest, action: Action) -> HttpResponse | None:
        """The form of the assessment of what the action bears on; of several, the rows from which each is assessed."""
        if "_assess" not in request.POST or not self._may_assess(request):
            return None
        found = action.effects.select_related("action").prefetch_related("action__events", "action__citation_uses__citation")
        counted = list(found.filter(addressee__in=Addressee.objects.counted()))
        if len(counted) == 1:
            self.message_user(request, gettext("“%(action)s” is saved.") % {"action": action}, messages.SUCCESS)
            return HttpResponseRedirect(assess_url(counted[0]))
        said = (
            gettext("Saved. Each addressee is assessed from its row below.")
            if counted
            else gettext("Saved. It bears on no addressee that has a status.")
        )
        self.message_user(request, said, messages.SUCCESS if counted else messages.WARNING)
        return HttpResponseRedirect(reverse("admin:tracker_action_change", args=[action.pk]) + "#effects-group")


@admin.register(Effect)
class EffectAdmin(PartAdmin):
    """How an action bears on an addressee. Entered with the action; here it is found."""

    list_display = ("key", "action", "addressee", "direction_word", "earlier")
    list_filter = ("direction", "corroboration", ("addressee__government", OfThoseUsed))
    search_fields = (
        "key",
        "action__key",
        "action__title",
        "addressee__recommendation__reference",
        "=addressee__government__code",
        "addressee__government__name",
    )
    ordering = ("-id",)
    related = ("action", "addressee__recommendation", "addressee__government", "undoes")
    part_of = {Action: ("effects",)}
    fieldsets = ((None, {"fields": ("of_action", "addressee", "direction_word", "undoes", "reasoning", "corroboration", "earlier", "key")}),)
    readonly_fields = ("of_action", "direction_word", "earlier")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """With the dates that decide its order."""
        return super().get_queryset(request).prefetch_related("action__events")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """In the form of its action."""
        return False

    @admin.display(description=_("action"))
    def of_action(self, effect: Effect) -> str:
        """The action in whose form it is edited."""
        return change_link(effect.action)

    @admin.display(description=_("direction"), ordering="direction")
    def direction_word(self, effect: Effect) -> str:
        """Its direction, or the effect that it undoes."""
        return (
            effect.get_direction_display() if effect.direction else gettext("undoes %(key)s") % {"key": effect.undoes.key if effect.undoes else "?"}
        )

    @admin.display(description=_("order in time"))
    def earlier(self, effect: Effect) -> str:
        """Computed from the dates."""
        return order_in_words(effect)
