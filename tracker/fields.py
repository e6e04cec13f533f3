"""Model and form fields of our own: a partial date, and a word of a controlled vocabulary."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.rules import dates
from tracker.rules.dates import PartialDate
from tracker.rules.vocabulary import Word


class PartialDateFormField(forms.CharField):
    """Takes what staff type (``2019-02``, ``February 2019``) and gives a :class:`PartialDate`, or None where empty."""

    def __init__(self, **kwargs: Any) -> None:
        """Set up a short text input with an example in it."""
        kwargs.setdefault("widget", forms.TextInput(attrs={"placeholder": "2019-02-01, 2019-02, 2019", "size": 18}))
        kwargs.pop("max_length", None)
        kwargs.pop("empty_value", None)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> PartialDate | None:  # type: ignore[override]
        """Read the typed text; a ``ValidationError`` says what would be right."""
        if isinstance(value, PartialDate) or value in self.empty_values:
            return value or None
        try:
            return dates.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """Show a date in its ISO form."""
        return str(value) if isinstance(value, PartialDate) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the texts mean, not how they are written."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class PartialDateField(models.Field):
    """A :class:`PartialDate` in a column of the database's own domain ``partial_date``, which refuses what is no date."""

    description = _("A day, a month or a year")

    def db_type(self, connection: Any) -> str:
        """The domain made by the first migration."""
        return "partial_date"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> PartialDate | None:
        """From the stored text."""
        return None if value is None else PartialDate(value)

    def to_python(self, value: Any) -> PartialDate | None:
        """From whatever a form, a fixture or code gives."""
        if value is None or isinstance(value, PartialDate):
            return value
        if value == "":
            return None
        try:
            return dates.parse(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> str | None:
        """The text to store."""
        value = self.to_python(value)
        return None if value is None else value.text

    def value_to_string(self, obj: models.Model) -> str:
        """The ISO form, for serializers."""
        return str(self.value_from_object(obj) or "")

    def formfield(self, **kwargs: Any) -> Any:
        """The field of a form that takes it."""
        return super().formfield(**{"form_class": PartialDateFormField, **kwargs})


class WordField(models.CharField):
    """A value of one of the controlled vocabularies (:mod:`tracker.rules.vocabulary`)."""

    def __init__(self, vocabulary: type[Word] | None = None, **kwargs: Any) -> None:
        """Take the choices from a vocabulary."""
        self.vocabulary = vocabulary
        if vocabulary is not None:
            kwargs["choices"] = vocabulary.choices()
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave the choices out of migrations: a changed word is no change of the table."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """The vocabulary's member where there is one; an unknown raw value stays text."""
        return self._member(value)

    def to_python(self, value: Any) -> Any:
        """As :meth:`from_db_value`, for forms and code."""
        return self._member(super().to_python(value))

    def _member(self, value: Any) -> Any:
        if self.vocabulary is None or not value:
            return value
        try:
            return self.vocabulary(value)
        except ValueError:
            return value

    def get_prep_value(self, value: Any) -> Any:
        """The stored text."""
        return value.value if isinstance(value, Word) else super().get_prep_value(value)


def one_of(field: str, vocabulary: type[Word], name: str, *, blank: bool = False) -> models.CheckConstraint:
    """A constraint: the column holds a value of the vocabulary, whoever writes it."""
    values = [word.value for word in vocabulary] + ([""] if blank else [])
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
