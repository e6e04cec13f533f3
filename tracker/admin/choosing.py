"""Related records are chosen by typing, and named by their keys where there are no scripts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext

from tracker.models import Addressee

NOTHING = "0"
"""The key of no record: what a name of nothing stands for."""


class NamedToo:
    """A choice by typing needs scripts: without them a record is named by its key, reference or code, an addressee by both parts of its name."""

    named_nothing: Mapping[str, str] = {}
    """What was typed and names no record, by the name of its field: it stands there again to be mended."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        """With the field for those without scripts."""
        chosen = super().render(name, value, attrs, renderer)  # type: ignore[misc]
        plain = '{}<noscript><input type="text" name="{}--named" value="{}" class="named" aria-label="{}" placeholder="{}"></noscript>'
        typed = self.named_nothing.get(name, "")
        return format_html(plain, chosen, name, typed, gettext("Name another by its key or code"), gettext("or its key, code"))

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """An empty field says what to do in it: without words it has no name for those who cannot see it."""
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": gettext("Type to find")}  # type: ignore[misc]

    @property
    def media(self) -> forms.Media:
        """With the script that names the field that searches."""
        return super().media + forms.Media(js=["admin/js/autocomplete.js", "tracker/choosing.js"])  # type: ignore[misc]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was named takes the place of what was chosen; a name of nothing is an invalid choice like any other."""
        chosen = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        named = str(data.get(f"{name}--named") or "").strip()
        names = [one for part in named.split(",") if (one := part.strip())] if self.allow_multiple_selected else [named] if named else []  # type: ignore[attr-defined]
        found = {one: self._named(one) for one in names}
        self.named_nothing = {**self.named_nothing, name: ", ".join(one for one in names if found[one] == NOTHING)}
        if not names:
            return chosen
        return [*(chosen or ()), *found.values()] if self.allow_multiple_selected else found[named]  # type: ignore[attr-defined]

    def _named(self, name: str) -> Any:
        model = self.field.remote_field.model  # type: ignore[attr-defined]
        if model is Addressee:
            reference, _space, code = name.partition(" ")
            found = model._default_manager.filter(recommendation__reference=reference, government__code__iexact=code.strip())
        else:
            names = {field.name for field in model._meta.fields} & {"key", "reference", "code"}
            found = model._default_manager.filter(models.Q(*((f"{field}__iexact", name) for field in names), _connector=models.Q.OR))
        return found.values_list("pk", flat=True).first() or NOTHING


class KnownChoice:
    """Autocomplete that asks the database for the chosen option only where the form's record does not hold it already.

    A form with fifty rows would otherwise ask fifty times.
    """

    known: dict[str, str] | None = None

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> list[Any]:
        """The chosen option alone; the others are searched for."""
        if self.known is None or len(value) != 1 or value[0] not in self.known:
            return super().optgroups(name, value, attr)  # type: ignore[misc]
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]  # type: ignore[attr-defined]
        return [(None, [*empty, self.create_option(name, value[0], self.known[value[0]], True, len(empty))], 0)]  # type: ignore[attr-defined]


class ChooseOne(NamedToo, KnownChoice, AutocompleteSelect):
    """One record, searched for by typing."""


class ChooseSeveral(NamedToo, AutocompleteSelectMultiple):
    """Several records, each searched for by typing."""


class Autocompleting:
    """Every relation is chosen by typing."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Search instead of a list of everything."""
        if self._can_be_searched(db_field):
            kwargs.setdefault("widget", ChooseOne(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The same for several."""
        if self._can_be_searched(db_field):
            kwargs.setdefault("widget", ChooseSeveral(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Two buttons beside a choice, add and change: deleting from another record's form is a trap."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = field.widget.can_view_related = False
        return field

    def _can_be_searched(self, db_field: Any) -> bool:
        related = self.admin_site._registry.get(db_field.remote_field.model)  # type: ignore[attr-defined]
        return bool(related and related.search_fields)
