"""One action that bears on many: recommendations and governments chosen at once, with one direction and one reasoning for all."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import touch
from tracker.admin.choosing import ChooseSeveral
from tracker.admin.forms import ReasonForm
from tracker.models import Addressee, Effect, Government, Recommendation
from tracker.models.action import cannot_bear_on
from tracker.rules.vocabulary import Basis, Corroboration, Direction


class BearingForm(ReasonForm):
    """An action's form with what it bears on, beyond the rows below it."""

    BEARING = ("bears_on", "recommendations", "governments", "add_addressees", "direction", "reasoning", "effects_corroboration")

    bears_on = forms.ModelMultipleChoiceField(
        label=_("Addressees"),
        required=False,
        queryset=Addressee.objects.select_related("recommendation", "government"),
        widget=ChooseSeveral(Effect._meta.get_field("addressee"), admin.site),
        help_text=_("Type a reference, a government or its code."),
    )
    recommendations = forms.ModelMultipleChoiceField(
        label=_("or every one of these recommendations"),
        required=False,
        queryset=Recommendation.objects.all(),
        widget=ChooseSeveral(Addressee._meta.get_field("recommendation"), admin.site),
    )
    governments = forms.ModelMultipleChoiceField(
        label=_("for each of these governments"),
        required=False,
        queryset=Government.objects.all(),
        widget=ChooseSeveral(Addressee._meta.get_field("government"), admin.site),
        help_text=_("Empty: the government that acted."),
    )
    add_addressees = forms.BooleanField(
        label=_("Where one of them does not address one of these governments, add it there as tracked by the editors"), required=False
    )
    direction = forms.ChoiceField(label=_("Direction"), required=False, choices=[("", "---------"), *Direction.choices()])
    reasoning = forms.CharField(
        label=_("Reasoning"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=_("Why this direction, for all of them; each can be changed in its row after saving."),
    )
    effects_corroboration = forms.ChoiceField(label=_("Corroboration"), required=False, choices=Corroboration.choices())

    @property
    def changed_content(self) -> list[str]:
        """The fields of the action itself: what it bears on is kept in rows of their own."""
        return [name for name in super().changed_content if name not in self.BEARING]

    def bearings(self) -> list[tuple[Recommendation, Government, Addressee | None]]:
        """What was chosen, each once; without an addressee where there is none yet."""
        data = self.cleaned_data
        chosen: dict[tuple[int, int], tuple[Recommendation, Government, Addressee | None]] = {
            (addressee.recommendation_id, addressee.government_id): (addressee.recommendation, addressee.government, addressee)
            for addressee in data.get("bears_on") or ()
        }
        recommendations, governments = list(data.get("recommendations") or ()), list(data.get("governments") or ())
        if recommendations and not governments and self.instance.government_id:
            governments = [self.instance.government]
        there = {
            (addressee.recommendation_id, addressee.government_id): addressee
            for addressee in Addressee.objects.filter(recommendation__in=recommendations, government__in=governments).select_related(
                "recommendation", "government"
            )
        }
        for recommendation in recommendations:
            for government in governments:
                name = (recommendation.pk, government.pk)
                chosen.setdefault(name, (recommendation, government, there.get(name)))
        return list(chosen.values())

    def _post_clean(self) -> None:
        """Once the action's own fields are known: one sentence for each that cannot be."""
        super()._post_clean()
        if "direction" not in self.fields:
            return
        chosen = self.bearings()
        if not chosen:
            if self.cleaned_data.get("governments"):
                self.add_error("recommendations", gettext("Choose the recommendations on which it bears for these governments."))
            elif self.cleaned_data.get("reasoning") or self.cleaned_data.get("direction"):
                self.add_error("bears_on", gettext("Choose on what it bears."))
            return
        if not self.cleaned_data.get("direction"):
            self.add_error("direction", gettext("Say how the action bears on them."))
        if not (self.cleaned_data.get("reasoning") or "").strip():
            self.add_error("reasoning", gettext("Say why this direction."))
        if not self.instance.government_id:
            return  # said already: without it nothing more can be judged
        borne = set(self.instance.effects.values_list("addressee_id", flat=True)) if self.instance.pk else set()
        for recommendation, government, addressee in chosen:
            names = {"recommendation": recommendation.reference, "government": government.name}
            field = "bears_on" if addressee in (self.cleaned_data.get("bears_on") or ()) else "recommendations"
            if wrong := cannot_bear_on(self.instance.government, government):
                self.add_error(field, f"{recommendation.reference}: {wrong}")
            elif addressee is None and not self.cleaned_data.get("add_addressees"):
                text = gettext("%(recommendation)s does not address %(government)s; tick below to add it as tracked by the editors.")
                self.add_error("recommendations", text % names)
            elif addressee is not None and addressee.pk in borne:
                text = gettext("It bears on %(recommendation)s for %(government)s already; change that row instead.")
                self.add_error(field, text % names)

    def save_bearings(self, by: Any) -> tuple[list[Effect], list[Addressee], list[Addressee]]:
        """Write the effects, after the rows were saved: those made, the addressees added, and those that a row of their own has already."""
        made, added, left = [], [], []
        data = self.cleaned_data
        for recommendation, government, chosen in self.bearings():
            addressee = chosen
            if addressee is None:
                addressee = Addressee.objects.create(recommendation=recommendation, government=government, basis=Basis.TRACKED)
                touch(Recommendation.objects.filter(pk=recommendation.pk), by)
                added.append(addressee)
            if Effect.objects.filter(action=self.instance, addressee=addressee).exists():
                left.append(addressee)
                continue
            effect = Effect(action=self.instance, addressee=addressee, direction=data["direction"], reasoning=data["reasoning"])
            effect.corroboration = data.get("effects_corroboration") or Corroboration.SINGLE_SOURCE
            effect.save()
            made.append(effect)
        return made, added, left


class Bearing(admin.ModelAdmin):
    """Adds it to the pages of actions."""

    form = BearingForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """For those who may write; before the question why."""
        fieldsets = list(super().get_fieldsets(request, obj))
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            return fieldsets
        fields = ("bears_on", "recommendations", "governments", "add_addressees", ("direction", "effects_corroboration"), "reasoning")
        bearing = (_("Bears on several at once"), {"fields": fields, "classes": ("bearing",)})
        return [*fieldsets[:-1], bearing, fieldsets[-1]]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The rows first; then the effects on what was chosen at once."""
        super().save_related(request, form, formsets, change)
        made, added, left = form.save_bearings(request.user)
        if made and change:
            self.rows_changed(request, form.instance)  # type: ignore[attr-defined]
        if added:
            names = ", ".join(str(addressee) for addressee in added)
            messages.info(request, gettext("Added, tracked by the editors: %(names)s. Submit these recommendations too.") % {"names": names})
        if left:
            names = ", ".join(str(addressee) for addressee in left)
            messages.info(request, gettext("Left as their rows say: %(names)s.") % {"names": names})


def assess_url(effect: Effect) -> str:
    """The form of an assessment of what an action bears on, with the action's date and cited passages filled in."""
    event = effect.action.decisive_event
    uses = sorted(effect.action.citation_uses.all(), key=lambda use: use.citation.key)
    query: dict[str, Any] = {"addressee": effect.addressee_id, "citations": ",".join(f"{use.citation.key}:{use.stance}" for use in uses)}
    return f"{reverse('admin:tracker_assessment_add')}?{urlencode(query | ({'effective_on': event.on} if event else {}))}"
