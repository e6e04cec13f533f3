"""Themes and kinds of measure that are here already: which of them a file's word means, by its key or by its name."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping

from tracker.exchange.files import ended
from tracker.exchange.profiles.naming import short_name
from tracker.exchange.schema import BY_NAME

RESOURCES = ("themes", "measures")


class Ambiguous(ValueError):
    """A word that may mean several; the rest of a sentence that begins with it."""


class Named:
    """By file of the package: what is here, each with its key and its name."""

    def __init__(self, here: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """``here``: by file ("themes", "measures"), the name of each key."""
        self.here: dict[str, dict[str, str]] = {resource: dict((here or {}).get(resource, {})) for resource in RESOURCES}
        self._called: dict[tuple[str, str], list[str]] = defaultdict(list)
        for resource, names in self.here.items():
            for key, name in names.items():
                self._called[resource, _written(name)].append(key)

    @classmethod
    def of_the_desk(cls) -> "Named":
        """As the database has them now: a query each."""
        return cls({resource: dict(BY_NAME[resource].model._default_manager.order_by("key").values_list("key", "name")) for resource in RESOURCES})

    def key(self, resource: str, word: str) -> str:
        """The key of what a word means: its own where it is a key that is here, else that of what is called so, else one made of the word.

        Names are compared without regard to case, spaces and how accents are composed. Raises :class:`Ambiguous` where several may be meant: two are
        called so, or one is called so and another has the key that the word would make.
        """
        here = self.here[resource]
        if word in here:
            return word
        made = short_name(word)
        called = self._called.get((resource, _written(word)), [])
        called = [key for key in called if here[key] == word] or called
        found = [*called, *([made] if made in here and made not in called else [])]
        if len(found) > 1:
            told = ", ".join(f"“{here[key]}” ({key})" for key in found)
            raise Ambiguous(ended(f"may mean more than one {BY_NAME[resource].noun}: {told}; put the key of the one that is meant for it"))
        return found[0] if found else made


def _written(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())
