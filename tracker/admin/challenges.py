"""Challenges from the public: read, looked into, answered."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.admin.base import NounAdmin, change_link
from tracker.admin.forms import DeskForm
from tracker.editorial.challenges import answer
from tracker.editorial.freeze import MODELS
from tracker.editorial.verbs import Refused
from tracker.models import Challenge, RecordKind
from tracker.rules.vocabulary import ChallengeState


class AnswerForm(DeskForm):
    """What became of it, and why."""

    def clean(self) -> dict[str, Any] | None:
        """Both, or it stays open."""
        data = super().clean() or self.cleaned_data
        if data.get("state") == ChallengeState.OPEN:
            raise ValidationError(_("Say whether the challenge is upheld or dismissed."))
        if not (data.get("answer") or "").strip():
            raise ValidationError(_("Say why the record stands, or what was mended."))
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # Who and when are written by the verb; the database holds the promise.
        return {*super()._get_validation_exclusions(), "answered_by", "answered_at", "state"}


@admin.register(Challenge)
class ChallengeAdmin(NounAdmin):
    """What a reader says is wrong in a published record. Open ones first, the oldest of them first."""

    form = AnswerForm  # type: ignore[assignment]
    list_display = ("number", "says_first", "kind", "key", "received_at", "state", "answered_by")
    list_filter = ("state", "kind")
    search_fields = ("key", "says", "source", "answer")
    related = ("answered_by",)
    fieldsets = (
        (_("What the reader says"), {"fields": ("record", "edition", "says", "source", ("name", "email"), "received_at")}),
        (_("The answer"), {"fields": ("state", "answer", ("answered_by", "answered_at"))}),
    )
    readonly_fields = ("record", "edition", "says", "source", "name", "email", "received_at", "answered_by", "answered_at")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Open ones first, then by how long they wait."""
        return (models.Case(models.When(state=ChallengeState.OPEN.value, then=0), default=1), "received_at", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Readers write them, on the public site."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It stays, answered."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may answer."""
        return request.user.has_perm("tracker.answer_challenge")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The answer is itself the reason."""
        return self.fieldsets

    @admin.display(description=_("number"), ordering="id")
    def number(self, challenge: Challenge) -> str:
        """As the reader was told."""
        return f"#{challenge.pk}"

    @admin.display(description=_("what is wrong"))
    def says_first(self, challenge: Challenge) -> str:
        """Its beginning."""
        return challenge.says if len(challenge.says) <= 80 else challenge.says[:79] + "…"

    @admin.display(description=_("record"))
    def record(self, challenge: Challenge) -> str:
        """The way to the record's form, where it is looked into and mended."""
        if challenge.pk is None:
            return "–"
        model = MODELS[RecordKind(challenge.kind)]
        lookup = "reference" if challenge.kind == RecordKind.RECOMMENDATION else "key"
        record = model._default_manager.filter(**{lookup: challenge.key}).first()
        words = gettext("%(kind)s %(key)s") % {"kind": RecordKind(challenge.kind).label, "key": challenge.key}
        return change_link(record, words) if record is not None else words

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the verb."""
        try:
            answer(obj, by=request.user, state=ChallengeState(form.cleaned_data["state"]), answer=form.cleaned_data["answer"])  # type: ignore[arg-type]
        except Refused as refused:
            self.message_user(request, str(refused), messages.ERROR)
