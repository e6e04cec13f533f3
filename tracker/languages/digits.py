"""The digits of a language. Persian writes numbers as ۱۲۳; codes, references, hashes, addresses and what is in another language keep 123."""

import re

DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹"}
"""By language, from nought to nine, as the CLDR's default numbering system has them (``arabext``)."""
_TABLES = {language: str.maketrans("0123456789", digits) for language, digits in DIGITS.items()}

_NEVER = frozenset({"code", "kbd", "samp", "pre", "script", "style", "textarea", "time", "title", "option"})
"""Elements whose digits stay as they were written; ``title`` and ``option`` are plain text and are left to whoever writes them."""
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_PIECE = re.compile(r"<!--.*?-->|<(/?)([a-zA-Z][\w-]*)([^>]*?)(/?)>|([^<]+)", re.DOTALL)
_LANG = re.compile(r'\slang="([^"]*)"')
_TOKEN = re.compile(r"&#?\w+;|[^\s<>&]+")
_NUMBER = re.compile(r"[^\w]*\d+(?:[^\w\s]*\d+)*[^\w]*", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}")
_LATIN, _ARABIC = re.compile("[A-Za-z]"), re.compile("[\u0620-\u064a\u066e-\u06d3]")


def localized(text: str, language: str) -> str:
    """A plain text that is in that language, with its digits."""
    return text.translate(_TABLES[language]) if language in _TABLES else text


def in_page(page: str, language: str) -> str:
    """An HTML page in that language with its digits in every number that stands in the page's own language.

    Kept as they are: what is marked with another ``lang``, elements for machines (``_NEVER``), and whatever is no plain number: a word
    with other letters (MQ-1, §3b), an ISO date. So is a text in Latin letters alone that nobody marked.
    """
    kept: list[tuple[str, bool]] = []  # open elements, and whether what is in them is kept as it is
    result = []
    for piece in _PIECE.finditer(page):
        closing, name, attributes, alone, text = piece.groups()
        if text is not None:
            as_it_is = (kept and kept[-1][1]) or (_LATIN.search(text) and not _ARABIC.search(text))
            result.append(text if as_it_is else _TOKEN.sub(lambda found: _token(found[0], language), text))
            continue
        result.append(piece[0])
        if not name:
            continue
        name = name.lower()
        if closing:
            while kept and kept.pop()[0] != name:
                pass
        elif name not in _VOID and not alone:
            kept.append((name, _is_kept(name, attributes, kept[-1][1] if kept else False, language)))
    return "".join(result)


def _is_kept(name: str, attributes: str, around: bool, language: str) -> bool:
    if name in _NEVER:
        return True
    marked = _LANG.search(attributes)
    return marked[1] != language if marked else around


def _token(token: str, language: str) -> str:
    if token.startswith("&") or not _NUMBER.fullmatch(token) or _ISO_DATE.match(token):
        return token
    return token.translate(_TABLES[language])
