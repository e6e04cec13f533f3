"""Which government a file means: by code, by its name in English, French, Spanish or Arabic, by a former or a long name, or by an alias."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """What a name was found to mean.

    ``code`` is that of a government of this site. Without one, ``known`` is the ISO code of a country that this site does not have yet, and
    ``candidates`` are the names of those that an ambiguous name may mean. Nothing at all: unknown.
    """

    code: str = ""
    known: str = ""
    candidates: tuple[str, ...] = ()


class Governments:
    """Names to codes, built once: the governments of this site as (code, name, kind), beside the names that the world has for countries."""

    def __init__(self, rows: Iterable[tuple[str, str, str]], aliases: Mapping[str, str] | None = None) -> None:
        self.rows = list(rows)

    @classmethod
    def of_the_desk(cls) -> "Governments":
        """As the database has them now: one query."""
        raise NotImplementedError

    def find(self, text: str) -> Found:
        """What a name or a code means."""
        raise NotImplementedError

    def resolve(self, text: str) -> str | None:
        """The code of the government of this site that a text names, None where there is none or more than one."""
        return self.find(text).code or None

    def suggest(self, text: str) -> list[tuple[str, str]]:
        """Governments of this site with a name close to the text, the closest first, as (code, name)."""
        raise NotImplementedError

    def with_aliases(self, aliases: Mapping[str, str]) -> "Governments":
        """The same, knowing some names more."""
        raise NotImplementedError
