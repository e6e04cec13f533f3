"""Long lists of options that stand on a page many times, written once."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tracker.admin.importing.draft import places
from tracker.exchange.profiles import Profile


class Menu:
    """The options of a select, each as (value, words)."""

    def __init__(self, html: SafeString) -> None:
        self.html = html

    @classmethod
    def of_places(cls, profile: Profile) -> "Menu":
        """The places that a column may fill, by kind of record."""
        return cls(format_html_join("", '<optgroup label="{}">{}</optgroup>', ((group, cls.of(fields).html) for group, fields in places(profile))))

    @classmethod
    def of(cls, choices: Iterable[tuple[str, str]]) -> "Menu":
        """These, one after the other."""
        return cls(format_html_join("", '<option value="{}">{}</option>', choices))

    def choosing(self, value: str) -> SafeString:
        """With one of them chosen."""
        before = format_html('<option value="{}"', value)
        return mark_safe(self.html.replace(before, f"{before} selected", 1)) if value else self.html  # made of escaped parts
