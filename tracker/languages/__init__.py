"""The languages of the public site: which there are, who translated the interface, and how each writes names, dates, numbers and lists.

The address alone decides the language of a page (``middleware``). Names of states and of languages, months and patterns of dates come from the
Unicode CLDR, by Babel (``names``, ``dates``); words of the interface from the catalogues in tracker/locale (:mod:`tracker.messages`).
"""

from dataclasses import dataclass

SOURCE = "en"
"""The language in which the interface is written; it decides where a translation reads otherwise."""
MAKERS = "makers"
"""The makers of this software, as those who translated."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: its code, its name in itself, who translated (empty: nobody, it is the source), and who reviewed that.

    ``reviewed_by`` is a person's name; empty as long as nobody has read the translation, and every page says so.
    """

    code: str
    name: str
    translated_by: str = ""
    reviewed_by: str = ""

    @property
    def is_unreviewed(self) -> bool:
        """Whether it is a translation that no person has reviewed."""
        return bool(self.translated_by) and not self.reviewed_by


LANGUAGES = {
    each.code: each
    for each in (
        Language("en", "English"),
        Language("fr", "Français", translated_by=MAKERS),
        Language("fa", "فارسی", translated_by=MAKERS),
    )
}
"""In the order in which they are offered. To add one: a line here and ``manage.py messages``."""
