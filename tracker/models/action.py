"""What government bodies did, against whom, and how it bears on recommendations."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracker.fields import PartialDateField, WordField, one_of
from tracker.models.base import (
    KEY_HELP,
    Publishable,
    a_bill_number_names_its_legislature,
    bill_field,
    celex_field,
    history,
    key_is_plain,
    legislature_field,
    new_key,
    wikidata_field,
)
from tracker.models.government import Government
from tracker.models.recommendation import Addressee, Measure
from tracker.models.searched import searched_by
from tracker.rules.identifiers import OPENSANCTIONS_PATTERN
from tracker.rules.vocabulary import Corroboration, Direction, EventKind, GovernmentKind, PartyKind, Standing


@history
class Action(Publishable):
    """What a government body did."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], help_text=KEY_HELP)

    # Who did what
    government = models.ForeignKey(Government, on_delete=models.PROTECT, related_name="actions", verbose_name=_("government"))
    body = models.CharField(_("body"), max_length=300, help_text=_("The ministry, court, police or parliament that acted."))
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="actions", verbose_name=_("kind of measure"))
    title = models.CharField(_("title"), max_length=300, help_text=_("What was done, claiming nothing beyond the sources."))
    description = models.TextField(_("description"), help_text=_("Attribute every allegation: who says it."))
    scope_note = models.TextField(_("scope"), blank=True, help_text=_("What the action covers and what it leaves out."))
    legal_instrument = models.CharField(_("legal instrument"), max_length=500, blank=True, help_text=_("Name and number; empty where unknown."))
    celex = celex_field(_("Of the legal instrument, where it is one of EU law, as 32019D0025; empty for every other."))
    bill = bill_field(
        _("Of the bill or resolution that the action is about, with the session, as H.R. 1234 (116th Congress); empty where there is none.")
    )
    legislature = legislature_field()

    # At whom it was aimed
    target = models.CharField(
        _("target"), max_length=500, blank=True, help_text=_("In the sources' wording. What is said of them is recorded below, party by party.")
    )

    corroboration = WordField(Corroboration, verbose_name=_("corroboration"), default=Corroboration.SINGLE_SOURCE)
    note = models.TextField(_("note"), blank=True, help_text=_("Where sources differ, say how."))

    class Meta:
        """By key."""

        ordering = ["key"]
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        indexes = [searched_by("key", "title", "description", "body", "target", "legal_instrument", "celex", "bill", name="action")]
        constraints = [
            one_of("corroboration", Corroboration, "action_corroboration_is_in_the_vocabulary"),
            a_bill_number_names_its_legislature("action"),
        ]

    def __str__(self) -> str:
        """Key and title."""
        return f"{self.key} {self.title}"

    @property
    def decisive_event(self) -> "ActionEvent | None":
        """The event whose date decides the action's order; None while none is marked."""
        return next((event for event in self.events.all() if event.decisive), None)


@history
class ActionEvent(models.Model):
    """Something that happened to an action on a date."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="events", verbose_name=_("action"))
    kind = WordField(EventKind, verbose_name=_("event"), default=EventKind.OCCURRED)
    on = PartialDateField(verbose_name=_("date"))
    decisive = models.BooleanField(
        _("decisive"), default=False, help_text=_("One event of an action decides whether it came before or after a recommendation.")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        """In order of date."""

        ordering = ["on", "id"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            one_of("kind", EventKind, "event_kind_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["action"], condition=Q(decisive=True), name="one_event_of_an_action_is_decisive"),
            models.UniqueConstraint(fields=["action", "kind", "on"], name="an_event_is_recorded_once"),
        ]

    def __str__(self) -> str:
        """What and when."""
        return f"{EventKind(self.kind).label} {self.on}"


@history
class Party(models.Model):
    """A person or an organisation named as a target; unnamed persons and groups too."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    kind = WordField(PartyKind, verbose_name=_("kind"))
    name = models.CharField(_("name"), max_length=300, help_text=_("As the sources write it; for unnamed persons, how they are described."))
    note = models.TextField(_("note"), blank=True)

    # What registers call it: who is meant, nothing of what they did
    wikidata = wikidata_field(_("As Q42, only where you are certain that it is the same person or organisation; empty otherwise."))
    opensanctions = models.CharField(
        _("OpenSanctions id"),
        max_length=255,
        blank=True,
        validators=[
            RegexValidator(OPENSANCTIONS_PATTERN, _("Copy the id from the address at OpenSanctions: Q42, or letters and digits with hyphens as NK-…"))
        ],
        help_text=_(
            "Only where you are certain that it is the same one. That a register lists somebody shows nothing: what is said of them is said below."
        ),
    )

    class Meta:
        """By name."""

        ordering = ["name"]
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            one_of("kind", PartyKind, "party_kind_is_in_the_vocabulary"),
            models.CheckConstraint(
                condition=~Q(kind=PartyKind.UNNAMED.value) | Q(wikidata="", opensanctions=""),
                name="an_unnamed_party_has_no_identifier",
                violation_error_message=_("Nobody is named: leave the identifiers empty, for they would name somebody."),
            ),
        ]

    def __str__(self) -> str:
        """Its name."""
        return self.name


@history
class LegalStatus(models.Model):
    """A party's legal status in connection with an action: attributed, dated, in the source's own wording.

    It makes the party a target of the action.
    """

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="legal_statuses", verbose_name=_("action"))
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="legal_statuses", verbose_name=_("party"))
    standing = WordField(Standing, verbose_name=_("legal status"))
    on = PartialDateField(verbose_name=_("on"), help_text=_("When it was so."))
    said_by = models.CharField(_("according to"), max_length=300, help_text=_("Who says so: the body, the court, the outlet."))
    wording = models.CharField(_("wording"), max_length=500, blank=True, help_text=_("The source's own wording, or ours as recorded."))

    class Meta:
        """Said once of a party at an action."""

        ordering = ["action", "party", "on", "id"]
        verbose_name = _("legal status of a party")
        verbose_name_plural = _("parties and their legal status")
        constraints = [
            one_of("standing", Standing, "legal_status_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["action", "party", "standing", "on"], name="a_legal_status_is_said_once"),
            models.CheckConstraint(condition=~Q(said_by__regex=r"^\s*$"), name="a_legal_status_says_who_says_it"),
        ]

    def __str__(self) -> str:
        """Party, status, date, source."""
        return f"{self.party}: {Standing(self.standing).label}, {self.on}, according to {self.said_by}"


def cannot_bear_on(actor: Government, addressed: Government) -> str:
    """Why an action of one government cannot bear on what was recommended to another, in a sentence; empty where it can."""
    if actor != addressed and actor.kind == addressed.kind == GovernmentKind.STATE:
        return _("%(actor)s acted; this was recommended to %(addressed)s.") % {"actor": actor.name, "addressed": addressed.name}
    return ""


@history
class Effect(models.Model):
    """How an action bears on what was recommended to a government. Whether it came earlier follows from the dates and is never typed."""

    key = models.CharField(_("key"), max_length=60, unique=True, validators=[key_is_plain], default=new_key)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="effects", verbose_name=_("action"))
    addressee = models.ForeignKey(Addressee, on_delete=models.PROTECT, related_name="effects", verbose_name=_("addressee"))
    direction = WordField(
        Direction, verbose_name=_("direction"), blank=True, help_text=_("Empty where it undoes another effect: its sign then follows from that one.")
    )
    undoes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_by",
        verbose_name=_("undoes"),
        help_text=_("The effect that this action reverses, as a court lifting a ban."),
    )
    reasoning = models.TextField(_("reasoning"), help_text=_("Why this direction. Name other stated grounds; do not assert causation."))
    corroboration = WordField(Corroboration, verbose_name=_("corroboration"), default=Corroboration.SINGLE_SOURCE)

    class Meta:
        """An action bears on an addressee once."""

        ordering = ["key"]
        verbose_name = _("effect")
        verbose_name_plural = _("effects")
        constraints = [
            one_of("direction", Direction, "effect_direction_is_in_the_vocabulary", blank=True),
            one_of("corroboration", Corroboration, "effect_corroboration_is_in_the_vocabulary"),
            models.UniqueConstraint(fields=["action", "addressee"], name="an_action_bears_on_an_addressee_once"),
            models.CheckConstraint(
                condition=(Q(undoes=None) & ~Q(direction="")) | (Q(undoes__isnull=False) & Q(direction="")),
                name="a_reversing_effect_takes_its_sign_from_what_it_undoes",
            ),
            models.CheckConstraint(condition=~Q(undoes=models.F("id")), name="an_effect_does_not_undo_itself"),
        ]

    def __str__(self) -> str:
        """Action, direction, addressee."""
        word = "reverses" if self.undoes_id else Direction(self.direction).label if self.direction else "?"
        return f"{self.action.key} {word} {self.addressee}"

    def clean(self) -> None:
        """A state's action bears on what was recommended to that state, and an effect undoes a plain one of the same addressee."""
        if self.action_id and self.addressee_id and (wrong := cannot_bear_on(self.action.government, self.addressee.government)):
            raise ValidationError({"addressee": wrong})
        if not self.undoes_id or not self.addressee_id:
            return
        undone: Effect = self.undoes  # type: ignore[assignment]
        if undone.addressee_id != self.addressee_id:
            raise ValidationError({"undoes": _("An effect can undo only an effect on the same addressee.")})
        if undone.undoes_id:
            raise ValidationError({"undoes": _("That effect itself undoes another; give this one a direction of its own instead.")})
