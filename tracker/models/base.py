"""What editorial records share: keys, who recorded and last edited them, and an append-only history of every change."""

import re
import secrets
from typing import Any, TypeVar

import pghistory
import pgtrigger
from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.rules.identifiers import CELEX_PATTERN, ONE_LINE_PATTERN, WIKIDATA_PATTERN

Model = TypeVar("Model", bound=type[models.Model])

KEY_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9.-]*\Z"
KEY_HELP = _("Letters, digits, dots and hyphens. It becomes part of the public address and does not change once published.")
key_is_plain = RegexValidator(KEY_PATTERN, _("Use letters, digits, dots and hyphens, beginning with a letter or digit."))
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", re.ASCII)
_NOT_IN_ADDRESSES = re.compile(r"""[\s<>"{}|\\^`]""")


def is_language(tag: str) -> None:
    """Refuse what is no BCP 47 tag (RFC 5646) of a language that CLDR knows, with a script or a region where that tells something."""
    if not _LANGUAGE.fullmatch(tag) or tag.partition("-")[0] not in Locale("en").languages:
        raise ValidationError(_("“%(tag)s” is no tag of a language; write it as en, fr, fa or zh-Hant."), params={"tag": tag})


def is_plain_address(url: str) -> None:
    """Refuse characters that an address has no way to hold unless they are written as %22 and the like (RFC 3986)."""
    if found := _NOT_IN_ADDRESSES.search(url):
        raise ValidationError(_("An address holds no “%(sign)s”; copy it from the address bar."), params={"sign": found.group()})


def wikidata_field(advice: Any) -> models.CharField:
    """The number of an item of Wikidata."""
    is_item = RegexValidator(WIKIDATA_PATTERN, _("Write the number of the Wikidata item alone, as Q42."))
    return models.CharField(_("Wikidata item"), max_length=20, blank=True, validators=[is_item], help_text=advice)


is_one_line = RegexValidator(ONE_LINE_PATTERN, _("Write it in one line, without spaces around it."))


def celex_field(advice: Any) -> models.CharField:
    """The CELEX number of an act or a document of EU law."""
    is_celex = RegexValidator(
        CELEX_PATTERN, _("Write the CELEX number as EUR-Lex does: sector, year, type and number without spaces, as 32019R0881.")
    )
    return models.CharField(_("CELEX number"), max_length=50, blank=True, validators=[is_celex], help_text=advice)


def bill_field(advice: Any) -> models.CharField:
    """The number of a bill or a resolution before a legislature, as the legislature writes it."""
    return models.CharField(_("bill number"), max_length=100, blank=True, validators=[is_one_line], help_text=advice)


def legislature_field() -> models.CharField:
    """Whose the bill number is."""
    return models.CharField(
        _("legislature"),
        max_length=200,
        blank=True,
        help_text=_("Which parliament or chamber numbered the bill; empty where there is no bill number."),
    )


def a_bill_number_names_its_legislature(noun: str) -> models.CheckConstraint:
    """A constraint: C-5 is a bill of many parliaments."""
    neither, both = models.Q(bill="", legislature=""), ~models.Q(bill="") & ~models.Q(legislature="")
    return models.CheckConstraint(
        condition=neither | both,
        name=f"{noun}_bill_number_names_its_legislature",
        violation_error_message=_("Give the bill number and the legislature together: C-5 is a bill of many parliaments."),
    )


def kept_as_written(name: str, operation: pgtrigger.Operation, *columns: str, or_where: str = "") -> pgtrigger.Protect:
    """A trigger that refuses an operation, or a change of the columns named or one ``or_where`` describes; not to the erasure of a person's data."""
    changes = [f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns] + ([f"({or_where})"] if or_where else [])
    guarded = f"({' OR '.join(changes)}) AND " if changes else ""
    return pgtrigger.Protect(name=name, operation=operation, condition=pgtrigger.Condition(f"({guarded}NOT editions.being_erased())"))


RECORDED_BY_THE_CHANGE = """
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'An entry of the history is written by the change that it records.' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.pgh_created_at := transaction_timestamp();
    RETURN NEW;
"""
"""Triggers record as whoever makes the change, who therefore has the right to add entries: none is added by hand, and none says another time."""


def history(model: Model) -> Model:
    """Record every insert, update and delete of a model in an append-only table beside it.

    Each entry says who and why, as far as the writer said so (``pghistory.context(user=..., reason=...)``). Nobody rewrites an entry; only the
    erasure of a person's data blanks words in it, and leaves a log of its own (``tracker.editions.tables.Erasure``).
    """
    return pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        model_name=f"{model.__name__}History",
        obj_field=pghistory.ObjForeignKey(related_name="history"),
        append_only=False,
        meta={
            "triggers": [
                kept_as_written("history_is_append_only", pgtrigger.Update | pgtrigger.Delete),
                pgtrigger.Trigger(
                    name="history_is_written_by_changes", when=pgtrigger.Before, operation=pgtrigger.Insert, func=RECORDED_BY_THE_CHANGE
                ),
            ]
        },
        context_field=pghistory.ContextJSONField(),
        context_id_field=pghistory.ContextUUIDField(null=True),
    )(model)


def new_key() -> str:
    """A short random key for records that nobody needs to name: 8 characters, no vowels, no look-alikes."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz23456789") for _letter in range(8))


class Publishable(models.Model):
    """A record that is reviewed and published: a document, a recommendation, an action or an assessment."""

    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("recorded by")
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("last edited by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    edited_at = models.DateTimeField(_("last edited at"), auto_now=True)

    class Meta:
        """Shared by the four."""

        abstract = True

    @property
    def public_key(self) -> str:
        """The key that names the record in its public address."""
        return self.key  # type: ignore[attr-defined]


never_deleted = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
