"""Recommendations, whom they address, and how they stand to each other."""

from typing import Any

from django.db import models
from django.db.models.functions import Lower, Trim
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField, WordField, one_of
from tracker.models.base import KEY_HELP, KEY_PATTERN, Publishable, history, is_language, key_is_plain
from tracker.models.document import Document
from tracker.models.government import Government
from tracker.models.searched import searched_by
from tracker.rules.vocabulary import Basis, Corroboration, GovernmentKind, RelationKind, StatementForm


@history
class Measure(models.Model):
    """A kind of measure, as *expulsion* or *closure of institution*; used of recommendations and of actions."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True, help_text=_("In the singular and in small letters: “expulsion”."))
    definition = models.TextField(_("definition"), blank=True)

    class Meta:
        """By name."""

        ordering = ["name"]
        verbose_name = _("kind of measure")
        verbose_name_plural = _("kinds of measure")

    def __str__(self) -> str:
        """Its name."""
        return self.name


@history
class Theme(models.Model):
    """A subject that recommendations share."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        """By name."""

        ordering = ["name"]
        verbose_name = _("theme")
        verbose_name_plural = _("themes")

    def __str__(self) -> str:
        """Its name."""
        return self.name


def words_of(text: Any) -> models.Func:
    """A number by which texts of the same words are found: they differ in white space, in capitals and in how their letters are composed alone."""
    spaced = models.Func(text, models.Value(r"\s+"), models.Value(" "), models.Value("g"), function="regexp_replace", output_field=models.TextField())
    composed = models.Func(Trim(spaced), function="normalize", output_field=models.TextField())
    return models.Func(Lower(composed), models.Value(0), function="hashtextextended", output_field=models.BigIntegerField())


@history
class Recommendation(Publishable):
    """A measure that a paper, a resolution or an inquiry proposed."""

    reference = models.CharField(_("reference"), max_length=60, unique=True, validators=[key_is_plain], help_text=KEY_HELP)

    # Its words
    number = models.CharField(_("number in the document"), max_length=60, blank=True, help_text=_("As the document prints it; empty where unknown."))
    short_title = models.CharField(_("short title"), max_length=200, help_text=_("What is asked, claiming nothing: “Expel intelligence officers”."))
    statement = models.TextField(_("statement"))
    statement_form = WordField(StatementForm, verbose_name=_("form of the statement"), default=StatementForm.PARAPHRASE)
    language = models.CharField(
        _("language"),
        max_length=12,
        blank=True,
        validators=[is_language],
        help_text=_("BCP 47 tag of the short title and of a paraphrase, as fr or fa; empty for English. A verbatim statement is in its document's."),
    )

    # Where it comes from
    made_by = models.CharField(_("made by"), max_length=300, help_text=_("Who makes the recommendation; not who reports it."))
    made_in = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="recommendations_made",
        verbose_name=_("made in"),
        help_text=_("The document that makes it; empty where unknown."),
    )
    known_from = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        related_name="recommendations_known",
        verbose_name=_("known from"),
        help_text=_("The document in which it was read here: the same, or one that reports it."),
    )
    locator = models.CharField(
        _("locator"), max_length=200, help_text=_("Where it stands in the document that it is known from: ¶17, p. 4, call 41.")
    )
    recommended_on = PartialDateField(verbose_name=_("recommended on"))
    corroboration = WordField(
        Corroboration, verbose_name=_("corroboration"), default=Corroboration.SINGLE_SOURCE, help_text=_("About the wording, not about the premise.")
    )

    # What it asks of whom
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="recommendations", verbose_name=_("kind of measure"))
    themes = models.ManyToManyField(Theme, blank=True, related_name="recommendations", verbose_name=_("themes"))
    target = models.CharField(_("target"), max_length=300, blank=True, help_text=_("Whom or what the measure is aimed at."))
    addressed = models.CharField(
        _("addressees as named"),
        max_length=300,
        blank=True,
        help_text=_("Codes of the governments or groups as the text names them, joined by semicolons."),
    )
    criteria_partial = models.TextField(
        _("partial when"), blank=True, help_text=_("What must be shown before the status “partially implemented” is given.")
    )
    criteria_full = models.TextField(_("implemented when"), blank=True, help_text=_("What must be shown before the status “implemented” is given."))
    due_on = PartialDateField(verbose_name=_("due on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        """By reference."""

        ordering = ["reference"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        indexes = [
            models.Index(words_of("statement"), "id", name="recommendation_by_its_words"),
            searched_by("reference", "number", "short_title", "statement", "made_by", "target", name="recommendation"),
        ]
        constraints = [
            one_of("statement_form", StatementForm, "statement_form_is_in_the_vocabulary"),
            one_of("corroboration", Corroboration, "recommendation_corroboration_is_in_the_vocabulary"),
            models.CheckConstraint(condition=models.Q(reference__regex=KEY_PATTERN), name="reference_is_letters_digits_dots_hyphens"),
        ]

    def __str__(self) -> str:
        """Reference and short title."""
        return f"{self.reference} {self.short_title}"

    @property
    def public_key(self) -> str:
        """Its reference."""
        return self.reference


_CHOICE: Any = Recommendation.themes.through
_CHOICE.__str__ = lambda choice: str(choice.theme)  # the page that asks before a recommendation is deleted lists what goes with it
_CHOICE._meta.verbose_name = _("theme")


@history
class RecommendationTheme(Recommendation.themes.through):  # type: ignore[name-defined]
    """A theme of a recommendation, so that the history keeps it too."""

    class Meta:
        """The table that Django makes for the themes."""

        proxy = True


@history
class Relation(models.Model):
    """How one recommendation stands to another."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="relations", verbose_name=_("recommendation"))
    kind = WordField(RelationKind, verbose_name=_("relation"))
    other = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="related_from", verbose_name=_("other recommendation"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        """Said once."""

        ordering = ["recommendation", "kind"]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            one_of("kind", RelationKind, "relation_kind_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["recommendation", "kind", "other"], name="a_relation_is_said_once"),
            models.CheckConstraint(condition=~models.Q(recommendation=models.F("other")), name="a_recommendation_is_not_related_to_itself"),
        ]

    def __str__(self) -> str:
        """As a sentence."""
        return f"{self.recommendation.reference} {RelationKind(self.kind).label} {self.other.reference}"


@history
class DeadlineMove(models.Model):
    """A deadline of a recommendation that was moved: the ledger of it. The recommendation's own ``due_on`` is the one that holds now.

    A change of ``due_on`` after the recommendation was first published writes its row by itself (``tracker/editorial/promises.sql``); one that was
    moved before that is entered by hand.
    """

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="deadline_moves", verbose_name=_("recommendation"))
    before = PartialDateField(verbose_name=_("from"))
    after = PartialDateField(verbose_name=_("to"), null=True, blank=True, help_text=_("Empty where it was given up."))
    moved_on = PartialDateField(verbose_name=_("moved on"), help_text=_("When it was moved."))
    moved_by = models.CharField(
        _("moved by"),
        max_length=300,
        blank=True,
        help_text=_("Who moved it: the inquiry, the government. Empty where our record was wrong."),
    )
    reason = models.TextField(_("reason"), help_text=_("Why, in a sentence."))

    class Meta:
        """In order of time."""

        ordering = ["moved_on", "id"]
        verbose_name = _("moved deadline")
        verbose_name_plural = _("moved deadlines")
        constraints = [
            models.UniqueConstraint(fields=["recommendation", "before", "moved_on", "moved_by"], name="a_deadline_is_moved_once_on_a_day"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_moved_deadline_says_why"),
        ]

    def __str__(self) -> str:
        """From, to, when."""
        return f"{self.before} → {self.after or _('given up')}, {self.moved_on}"


class AddresseeQuerySet(models.QuerySet["Addressee"]):
    """Addressees as colleagues ask for them."""

    def counted(self) -> "AddresseeQuerySet":
        """Those that have a status: neither a group nor a government cited as a model."""
        return self.exclude(basis=Basis.MODEL_CITED.value).exclude(government__kind=GovernmentKind.GROUP.value)


@history
class Addressee(models.Model):
    """One recommendation × one government: the unit that has a status."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="addressees", verbose_name=_("recommendation"))
    government = models.ForeignKey(Government, on_delete=models.PROTECT, related_name="addressed_by", verbose_name=_("government"))
    basis = WordField(Basis, verbose_name=_("basis"), default=Basis.NAMED, help_text=_("Why this government stands here."))
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = AddresseeQuerySet.as_manager()

    class Meta:
        """A government is an addressee of a recommendation once."""

        ordering = ["recommendation__reference", "government__code"]
        verbose_name = _("addressee")
        verbose_name_plural = _("addressees")
        constraints = [
            one_of("basis", Basis, "addressee_basis_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["recommendation", "government"], name="a_government_is_addressed_once"),
        ]

    def __str__(self) -> str:
        """Reference and government."""
        return f"{self.recommendation.reference} → {self.government.name}"

    @property
    def counted(self) -> bool:
        """Whether it has a status: a group and a government cited as a model have none."""
        return self.basis != Basis.MODEL_CITED and self.government.kind != GovernmentKind.GROUP
