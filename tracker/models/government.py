"""Governments, and groups of them with dated memberships."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField, WordField, one_of
from tracker.models.base import history, wikidata_field
from tracker.rules.dates import Order, order
from tracker.rules.identifiers import ISO_3166_2_PATTERN
from tracker.rules.vocabulary import GovernmentKind

CODE_PATTERN = r"^[A-Z][A-Z0-9-]+\Z"


@history
class Government(models.Model):
    """A state, the EU, an international organisation, a sub-national government, or a group of them.

    Codes are ISO 3166-1 alpha-2 where there is one; EU, XK and INTL by convention.
    """

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(CODE_PATTERN, _("Use capital letters, digits and hyphens, as AL or EU-MEMBERS."))],
        help_text=_("ISO 3166-1 alpha-2 where there is one (AL, GB); EU for the Union as a body; a name of your own for a group."),
    )
    kind = WordField(GovernmentKind, verbose_name=_("kind"), default=GovernmentKind.STATE)
    name = models.CharField(_("name"), max_length=200, unique=True, help_text=_("The short English name, as readers know it."))
    includes_every_state = models.BooleanField(
        _("includes every state"), default=False, help_text=_("For “the international community”: every state on this site is a member on every day.")
    )
    note = models.TextField(_("note"), blank=True)

    # What others call it. ISO 3166-1 alpha-3 and the number follow from the code (tracker/languages/codes.py).
    iso_3166_2 = models.CharField(
        _("ISO 3166-2 code"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(ISO_3166_2_PATTERN, _("Write it as CA-QC or GB-SCT: the state’s two letters, a hyphen, one to three signs."))],
        help_text=_("Of a government within a state, as CA-QC; empty for every other, and where unknown."),
    )
    wikidata = wikidata_field(
        _("Of the government or the group itself, as Q42: not of its territory’s capital or its ministry. Empty where unknown.")
    )

    class Meta:
        """Ordered as readers look them up."""

        ordering = ["name"]
        verbose_name = _("government")
        verbose_name_plural = _("governments")
        constraints = [
            one_of("kind", GovernmentKind, "government_kind_is_in_the_vocabulary"),
            models.CheckConstraint(condition=models.Q(code__regex=CODE_PATTERN), name="government_code_is_capital_letters"),
            models.CheckConstraint(
                condition=models.Q(includes_every_state=False) | models.Q(kind=GovernmentKind.GROUP.value), name="only_a_group_includes_every_state"
            ),
            models.CheckConstraint(
                condition=models.Q(iso_3166_2="") | models.Q(kind=GovernmentKind.SUBNATIONAL.value),
                name="only_a_government_within_a_state_has_an_iso_3166_2_code",
                violation_error_message=_("ISO 3166-2 has codes for governments within a state; empty it, or choose that kind."),
            ),
            models.UniqueConstraint(
                fields=["wikidata"],
                condition=~models.Q(wikidata=""),
                name="a_wikidata_item_is_one_government",
                violation_error_message=_("Another government has this Wikidata item already."),
            ),
        ]

    def __str__(self) -> str:
        """Name and code, as the lists show it."""
        return f"{self.name} ({self.code})"


@history
class Membership(models.Model):
    """A government's time in a group, from its first day to its last."""

    group = models.ForeignKey(
        Government,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("group"),
        limit_choices_to={"kind": GovernmentKind.GROUP.value},
    )
    member = models.ForeignKey(Government, on_delete=models.PROTECT, related_name="groups", verbose_name=_("member"))
    since = PartialDateField(verbose_name=_("since"), help_text=_("The first day of membership."))
    until = PartialDateField(verbose_name=_("until"), null=True, blank=True, help_text=_("The last day of membership; empty while it lasts."))

    class Meta:
        """A member joins once on a date."""

        ordering = ["group", "member", "since"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["group", "member", "since"], name="a_member_joins_once_on_a_date"),
            models.CheckConstraint(condition=~models.Q(group=models.F("member")), name="a_group_is_not_its_own_member"),
        ]

    def __str__(self) -> str:
        """Who, where, when."""
        return f"{self.member} in {self.group}, {self.since}–{self.until or ''}"

    def clean(self) -> None:
        """A membership ends after it begins."""
        if self.until and self.since and order(self.until, self.since) is Order.BEFORE:
            raise ValidationError({"until": _("The last day of membership lies before the first.")})
