"""The language of an address: ``/fr/matrix/`` is ``/matrix/`` in French. An address without a prefix is in English, whoever asks."""

import re

from tracker.languages import LANGUAGES, SOURCE

_PREFIX = re.compile(rf"/({'|'.join(code for code in LANGUAGES if code != SOURCE)})(?=/|$)")


def language_of(path: str) -> str:
    """The code of the language that a path is in."""
    found = _PREFIX.match(path)
    return found[1] if found else SOURCE


def in_language(path: str, code: str) -> str:
    """The same path in another language."""
    bare = _PREFIX.sub("", path, count=1) or "/"
    return bare if code == SOURCE else f"/{code}{bare}"
