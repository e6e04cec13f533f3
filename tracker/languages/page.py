"""A rendered page as its language prints it: digits, commas, spaces before signs, and words in other letters apart from the page's direction.

Templates are written once, for all languages: they put numbers, names and signs between their words as English does. What that leaves undone in
Persian and in French is done here, over the text of the page and nothing else of it: no attribute, no element for machines, nothing that is marked
as another language.
"""

import html
import re
from collections.abc import Callable

from tracker.languages.digits import TABLES

_NEVER = frozenset({"code", "kbd", "samp", "pre", "script", "style", "textarea", "time", "title"})
"""Elements whose text stays as it was written."""
_NO_MARKUP = frozenset({"option", "svg", "bdi"})
"""Elements whose text may hold no ``bdi``, or needs none."""
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_PIECE = re.compile(r"<!--.*?-->|<![^>]*>|<(/?)([a-zA-Z][\w-]*)([^>]*?)(/?)>|([^<]+|<)", re.DOTALL)
_LANG = re.compile(r'\slang="([^"]*)"')
_TOKEN = re.compile(r"\S+")
_NUMBER = re.compile(r"[^\w]*\d+(?:[^\w\s]+\d+)*[^\w]*", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}")
_ARABIC = re.compile("[\u0620-\u064a\u066e-\u06d3]")
_EDGES = re.compile(r"(?P<before>[\s.,;:·–…\])]*)(?P<words>.*?)(?P<after>[\s,;:·–…\[]*)", re.DOTALL)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_OWN_COMMAS = re.compile(r"(?<![A-Za-z.)])([,;?])(?=\s|$)")
_PERSIAN = {",": "،", ";": "؛", "?": "؟"}
_SIGNS = re.compile(r"(?P<room>(?<!\s)\s*)(?P<sign>»|[:;?!]+)(?=[\s)\]».,:;?!]|$)|(?P<opens>«)\s*")
_NARROW = frozenset(";?!")
_IN_A_LINE = frozenset({"a", "abbr", "b", "bdi", "code", "del", "em", "i", "ins", "mark", "q", "small", "span", "strong", "sub", "sup", "time", "u"})
"""Elements that a sentence goes on through."""
_OF_ITS_OWN = re.compile(r'\s(?:lang="|dir="auto")')
"""Marks a text that is another's: a title, a quotation, a name, also where it is in the page's language."""


def is_fitted(language: str) -> bool:
    """Whether pages in a language need anything of the kind."""
    return language in _AS_PRINTED


def fitted(page: str, language: str) -> str:
    """An HTML page in that language as the language prints it (``is_fitted``).

    Persian: numbers get the language's digits, unless they are part of a code (MQ-1, §3b) or an ISO date. Commas between its words become its own. A
    text in Latin letters alone that nobody marked is put into ``<bdi>``, so that its full stop stays at its end.

    French: a no-break space stands before colon, semicolon, question and exclamation mark, and within its quotation marks, also where the word
    before the sign is in an element of its own. What is another's, in whatever language, stays letter for letter.
    """
    as_printed = _AS_PRINTED[language]
    open_elements: list[tuple[str, bool, bool]] = []  # name, whether its text is kept as it is, whether it may hold markup
    result = []
    before = " "  # the sign that stands before a text in the same line
    for piece in _PIECE.finditer(page):
        closing, name, attributes, alone, text = piece.groups()
        kept, markup = open_elements[-1][1:] if open_elements else (False, True)
        if text is not None:
            result.append(text if kept or not text.strip() else as_printed(html.unescape(text), markup, before))
            before = text[-1]
            continue
        result.append(piece[0])
        name = (name or "").lower()
        if name and name not in _IN_A_LINE:
            before = " "
        if closing:
            while open_elements and open_elements.pop()[0] != name:
                pass
        elif name and name not in _VOID and not alone:
            open_elements.append((name, _is_kept(name, attributes, kept, language), markup and name not in _NO_MARKUP))
    return "".join(result)


def _is_kept(name: str, attributes: str, around: bool, language: str) -> bool:
    if name in _NEVER:
        return True
    if language == "fr":  # spaces within another's words are the other's, letter for letter
        return name != "html" and (around or name == "bdi" or bool(_OF_ITS_OWN.search(attributes)))
    marked = _LANG.search(attributes)
    return marked[1] != language if marked else around


def _in_french(text: str, _markup: bool, before: str) -> str:
    """Plain text of the page as HTML. French sets ; ? ! off by a narrow no-break space, and : « » by a whole one."""

    def spaced(found: re.Match[str]) -> str:
        if found["opens"]:
            return "«\u00a0"
        after = text[found.start() - 1] if found.start() else before
        if not found["room"] and (after.isspace() or after in "([«"):
            return found[0]
        return ("\u202f" if found["sign"][0] in _NARROW else "\u00a0") + found["sign"]

    return html.escape(_SIGNS.sub(spaced, text), quote=False)


def _in_persian(text: str, markup: bool, _before: str) -> str:
    """Plain text of the page as HTML."""
    language = "fa"
    if _ARABIC.search(text) or not _LATIN.search(text):
        own = _TOKEN.sub(lambda found: _token(found[0], language), text)
        return html.escape(_OWN_COMMAS.sub(lambda found: _PERSIAN[found[1]], own), quote=False)
    parts = _EDGES.fullmatch(text)
    if not markup or not parts:
        return html.escape(text, quote=False)
    before, words, after = (html.escape(parts[name], quote=False) for name in ("before", "words", "after"))
    before, after = (_OWN_COMMAS.sub(lambda found: _PERSIAN[found[1]], edge) for edge in (before, after))
    return f"{before}<bdi>{words}</bdi>{after}"


def _token(token: str, language: str) -> str:
    return token if not _NUMBER.fullmatch(token) or _ISO_DATE.match(token) else token.translate(TABLES[language])


_AS_PRINTED: dict[str, Callable[[str, bool, str], str]] = {"fa": _in_persian, "fr": _in_french}
"""How a language prints a text: the text, whether it may hold markup, and what stands before it in its line."""
