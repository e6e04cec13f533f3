"""Public texts of records in other languages: who translated them, how, and which wording."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import WordField, one_of
from tracker.models.action import Action
from tracker.models.assessment import Assessment
from tracker.models.base import Publishable, history
from tracker.models.document import Document
from tracker.models.recommendation import Recommendation
from tracker.rules.translating import LANGUAGE_PATTERN, TEXTS, language_of, same_language
from tracker.rules.vocabulary import TranslationKind

TRANSLATED: dict[str, type[Publishable]] = {
    "document": Document,
    "recommendation": Recommendation,
    "action": Action,
    "assessment": Assessment,
}
"""The columns that name the translated record, and the kind of record in each."""


def text_choices(*kinds: str) -> list[tuple[str, Any]]:
    """The texts of these kinds that may be translated, each with what the desk calls it; a text of several kinds once."""
    names = {text: TRANSLATED[kind]._meta.get_field(text) for kind in kinds for text in TEXTS[kind]}
    return [(text, field.verbose_name) for text, field in names.items()]  # type: ignore[union-attr]


def _is_of(kind: str) -> Q:
    """The column of one kind is filled and no other."""
    return Q(**{f"{kind}__isnull": False}, **dict.fromkeys((other for other in TRANSLATED if other != kind), None))


def _is_of_one() -> Q:
    condition = Q()
    for kind in TRANSLATED:
        condition |= _is_of(kind)
    return condition


def _is_of_a_text() -> Q:
    condition = Q()
    for kind, texts in TEXTS.items():
        condition |= Q(**{f"{kind}__isnull": False, "text__in": list(texts)})
    return condition


@history
class Translation(models.Model):
    """A public text of a record in another language. It is reviewed and published with the record.

    ``translates`` holds the original as it was translated: where the record says something else by now, the translation is of an earlier wording, and
    pages say so.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, null=True, blank=True, related_name="translations", verbose_name=_("document"))
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.CASCADE, null=True, blank=True, related_name="translations", verbose_name=_("recommendation")
    )
    action = models.ForeignKey(Action, on_delete=models.CASCADE, null=True, blank=True, related_name="translations", verbose_name=_("action"))
    assessment = models.ForeignKey(
        Assessment, on_delete=models.CASCADE, null=True, blank=True, related_name="translations", verbose_name=_("assessment")
    )

    # What is translated, and the words
    text = models.CharField(_("text"), max_length=40, help_text=_("Which text of the record: title, statement, rationale."))
    language = models.CharField(
        _("language"),
        max_length=12,
        validators=[RegexValidator(LANGUAGE_PATTERN, _("Write a language tag, as fr, fa, ar or es."))],
        help_text=_("BCP 47 tag of the translation, as fr, fa, ar or es."),
    )
    words = models.TextField(_("words"), help_text=_("The translation, whole; it claims nothing that the original does not."))
    translates = models.TextField(
        _("translates"), help_text=_("The original as it was translated. Where the record's text differs, the translation is of an earlier wording.")
    )

    # Who made it, and how
    kind = WordField(TranslationKind, verbose_name=_("kind"))
    translator = models.CharField(_("translator"), max_length=300, help_text=_("The person or body; for a machine, its name and version."))
    checked_by = models.CharField(
        _("checked by"), max_length=300, blank=True, help_text=_("Who read it against the original; empty where nobody did, and readers are told so.")
    )
    url = models.URLField(_("address"), max_length=1000, blank=True, help_text=_("Of an official translation: where it can be read."))
    locator = models.CharField(_("locator"), max_length=200, blank=True, help_text=_("Where it stands there: p. 4, ¶17."))

    class Meta:
        """By text, then language."""

        ordering = ["text", "language"]
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            one_of("kind", TranslationKind, "translation_kind_is_in_the_vocabulary"),
            models.CheckConstraint(condition=_is_of_one(), name="a_translation_is_of_one_record"),
            models.CheckConstraint(condition=_is_of_a_text(), name="a_translation_is_of_a_text_that_the_record_has"),
            models.CheckConstraint(condition=Q(language__regex=LANGUAGE_PATTERN), name="a_translation_names_its_language"),
            models.CheckConstraint(condition=~Q(words__regex=r"^\s*$") & ~Q(translates__regex=r"^\s*$"), name="a_translation_says_what_and_of_what"),
            models.CheckConstraint(condition=~Q(translator__regex=r"^\s*$"), name="a_translation_names_its_translator"),
            models.CheckConstraint(
                condition=~Q(kind=TranslationKind.OFFICIAL.value) | ~Q(url=""), name="an_official_translation_says_where_it_can_be_read"
            ),
            *(
                models.UniqueConstraint(
                    fields=[kind, "text", "language"],
                    name=f"{'an' if kind[0] == 'a' else 'a'}_{kind}_has_one_translation_a_text_and_language",
                    violation_error_message=_("This text has a translation into this language already."),
                )
                for kind in TRANSLATED
            ),
        ]

    def __str__(self) -> str:
        """Text, language and whose it is."""
        return f"{self.text} ({self.language}), {self.translator}"

    @property
    def of(self) -> tuple[str, Publishable] | None:
        """The kind of the translated record, and the record; None while there is none."""
        return next(((kind, getattr(self, kind)) for kind in TRANSLATED if getattr(self, f"{kind}_id") is not None), None)

    @property
    def is_outdated(self) -> bool:
        """Whether the record's text is another than the one that was translated."""
        return self.of is not None and getattr(self.of[1], self.text) != self.translates

    def clean(self) -> None:
        """It is of a text that its record has, into another language; an official one says where it can be read."""
        if self.of is None:
            return
        kind, record = self.of
        if self.text not in TEXTS[kind]:
            raise ValidationError({"text": _("A %(kind)s has these texts: %(texts)s.") % {"kind": _(kind), "texts": ", ".join(TEXTS[kind])}})
        source = record.known_from.language if isinstance(record, Recommendation) and record.known_from_id else ""
        if self.language and same_language(self.language, language_of(kind, self.text, vars(record), source=source)):
            raise ValidationError({"language": _("The text is in this language already.")})
        if self.kind == TranslationKind.OFFICIAL and not self.url:
            raise ValidationError({"url": _("Say where the official translation can be read.")})
