"""HTML as a reader sees it, and what a page says about itself.

The text is what the browser would show, in its order: every letter as it stands, runs of white space as one space (but as written in `pre`),
a new line where one begins, an empty line between blocks, a tab between the cells of a row. Nothing is added: no bullets, no underlining, no
alternative texts, so that a passage marked here is a passage of the page. Converters that lay out tables as columns (inscriptis was
tried) put the lines of neighbouring cells into each other, where no quotation is found again.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from tracker.archive.locators import Part, paragraph
from tracker.rules.dates import PartialDate


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNSEEN = _names(
    "script style template noscript head title meta link svg object embed iframe canvas audio video map datalist select textarea rp noframes "
    "applet frameset param source track area base dialog"
)
_BLOCKS = _names(
    "address article aside blockquote body center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup "
    "hr html legend main menu nav ol p pre search section summary table ul"
)
_LINES = _names("li dt dd tr caption thead tbody tfoot option")
_CELLS = frozenset({"td", "th"})
_KEPT_SPACE = frozenset({"pre", "listing", "xmp"})
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\r\f]+")  # what HTML collapses; no-break and other spaces stay
_BREAKS = ("", " ", "\t", "\n", "\n\n")
_LARGEST_DATA = 500_000  # characters of JSON-LD in one element


class TooComplex(Exception):
    """The page is built so deep or so large that the parser gives up."""


def parse(text: str) -> Any:
    """The tree of a page, None for an empty one. `TooComplex` if part of it would be lost."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        tree = html.document_fromstring(text.replace("\0", "\ufffd").encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        tree = None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" or "huge" in entry.message.lower() for entry in parser.error_log):
        raise TooComplex
    return tree


class _Text:
    """A text as it grows. A break is only written when something follows it, the strongest of those that met."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.waiting = 0  # index in _BREAKS
        self.starts: list[int] = []
        self.new_part = True

    def say(self, words: str) -> None:
        if self.length:
            self._write(_BREAKS[self.waiting])
        if self.new_part:
            self.starts.append(self.length)
            self.new_part = False
        self.waiting = 0
        self._write(words)

    def _write(self, words: str) -> None:
        self.pieces.append(words)
        self.length += len(words)

    def pause(self, strength: int) -> None:
        self.waiting = max(self.waiting, strength)
        if strength >= 3:
            self.new_part = True

    def flow(self, raw: str) -> None:
        """Running text: white space is one space, and none at the beginning of a line."""
        words = _SPACE.sub(" ", raw)
        if words.startswith(" "):
            self.pause(1)
            words = words[1:]
        if not words:
            return
        ends = words.endswith(" ")
        self.say(words.rstrip(" ") if ends else words)
        if ends:
            self.pause(1)

    def as_written(self, raw: str) -> None:
        """Text in which white space counts."""
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
        if raw.strip("\n"):
            self.say(raw)
        elif raw:
            self.line()

    def line(self) -> None:
        """A new line inside a paragraph (`br`); two of them are one empty line."""
        self.waiting = 4 if self.waiting == 3 else max(self.waiting, 3)


def text_of(tree: Any) -> tuple[str, list[Part]]:
    """What a reader sees, and where its paragraphs begin."""
    found = _Text()
    if tree is None:
        return "", []
    kept_space = 0
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if not name or name in _UNSEEN or _is_hidden(element):
                walk.skip_subtree()
                continue
            _begin(found, name)
            kept_space += name in _KEPT_SPACE
            if element.text and name in _KEPT_SPACE:
                found.as_written(re.sub(r"\A\r?\n", "", element.text))  # by the book, a first line that is empty is none
            elif element.text:
                (found.as_written if kept_space else found.flow)(element.text)
            continue
        if name and name not in _UNSEEN and not _is_hidden(element):
            kept_space -= name in _KEPT_SPACE
            _end(found, name)
        if element.tail:
            (found.as_written if kept_space else found.flow)(element.tail)
    text = "".join(found.pieces)
    return text, [Part(start, paragraph(number)) for number, start in enumerate(found.starts, start=1)]


def _begin(found: _Text, name: str) -> None:
    if name in _BLOCKS:
        found.pause(4)
    elif name in _LINES:
        found.pause(3)
    elif name == "br":
        found.line()


def _end(found: _Text, name: str) -> None:
    if name in _CELLS:
        # Blocks inside a cell end with it: what follows is the next cell of the same row, not a new paragraph.
        found.waiting, found.new_part = 2, False
    else:
        _begin(found, "" if name == "br" else name)


def _is_hidden(element: Any) -> bool:
    attributes = element.attrib
    return (
        ("hidden" in attributes and attributes["hidden"] != "until-found")
        or ("style" in attributes and bool(_HIDING.search(attributes["style"])))
        or (element.tag == "input")
    )


# --- What a page says about itself ----------------------------------------------------------------------------------------

_TITLES = ("citation_title", "dc.title", "dcterms.title", "og:title", "twitter:title")
_AUTHORS = ("citation_author", "author", "dc.creator", "dcterms.creator", "article:author", "parsely-author", "sailthru.author", "byl")
_PUBLISHERS = ("citation_publisher", "og:site_name", "dc.publisher", "dcterms.publisher", "application-name")
_DATES = (
    "article:published_time", "citation_publication_date", "citation_date", "dcterms.issued", "dc.date.issued", "dc.date", "dcterms.date",
    "datepublished", "parsely-pub-date", "sailthru.date", "publication_date", "pubdate", "date",
)  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*", re.ASCII)
_DATE = re.compile(r"\s*(\d{4})(?:[-/.]?(\d{2})(?:[-/.]?(\d{2}))?)?(?=$|[^\d])", re.ASCII)
_ARTICLE = re.compile(r"Article|Report|BlogPosting|ScholarlyArticle|WebPage|CreativeWork|GovernmentService|Legislation")


def about(tree: Any) -> dict[str, str]:
    """title, author, publisher, published_on (an ISO date, maybe partial) and language, each "" where the page doesn't say."""
    if tree is None:
        return {}
    metas = _metas(tree)
    data = _linked_data(tree)

    def first(names: tuple[str, ...]) -> str:
        return next((metas[name][0] for name in names if metas.get(name)), "")

    authors = next((metas[name] for name in _AUTHORS if any(map(_is_name, metas.get(name, ())))), [])
    dates = [data.get("datePublished", ""), *(value for name in _DATES for value in metas.get(name, ())), *_marked(tree, "datePublished")]
    languages = [tree.get("lang") or "", *metas.get("content-language", ()), *metas.get("dc.language", ()), *metas.get("og:locale", ())]
    return {
        "title": data.get("headline", "") or first(_TITLES) or _first_text(tree, "//title") or _first_text(tree, "//h1"),
        "author": data.get("author", "") or "; ".join(dict.fromkeys(filter(_is_name, authors))),
        "publisher": data.get("publisher", "") or first(_PUBLISHERS),
        "published_on": next(filter(None, map(date_in, dates)), ""),
        "language": next((found[0].replace("_", "-") for found in map(_LANGUAGE.match, languages) if found), ""),
    }


def date_in(value: str) -> str:
    """The date at the beginning of a time stamp, as far as it is known: 2019-02-01T10:00Z is 2019-02-01. "" if there is none."""
    match = _DATE.match(value.replace("T", " ").replace("D:", ""))
    if not match:
        return ""
    try:
        return PartialDate("-".join(part for part in match.groups() if part)).text
    except ValueError:
        return ""


def clean(value: str, most: int = 500) -> str:
    """One line, without what no one sees."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f\ufffd]", " ", value).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _metas(tree: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in tree.iterfind(".//meta"):
        content = clean(meta.get("content") or "")
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            if key := meta.get(attribute):
                found.setdefault(key.strip().lower(), []).append(content)
    return found


def _marked(tree: Any, name: str) -> list[str]:
    """What is marked in the text itself (microdata)."""
    return [
        element.get("datetime") or element.get("content") or clean(element.text or "") for element in tree.xpath("//*[@itemprop=$name]", name=name)
    ]


def _is_name(value: str) -> bool:
    return not re.match(r"https?://|@", value)


def _first_text(tree: Any, where: str) -> str:
    return next((clean(words) for element in tree.xpath(where)[:3] if (words := "".join(element.itertext()).strip())), "")


def _linked_data(tree: Any) -> dict[str, str]:
    """headline, author, publisher and datePublished from the first JSON-LD that describes an article or page."""
    found: dict[str, str] = {}
    for node in _nodes(tree):
        kinds = node.get("@type")
        if not any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])):
            continue
        is_page = "WebPage" in str(kinds)[:200]
        told = {
            "headline": _name_of(node.get("headline") or ("" if is_page else node.get("name"))),
            "author": _name_of(node.get("author")),
            "publisher": _name_of(node.get("publisher")),
            "datePublished": _name_of(node.get("datePublished")),
        }
        for key, value in told.items():
            found.setdefault(key, value) if value else None
    return found


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        source = script.text or ""
        if len(source) > _LARGEST_DATA:
            continue
        try:
            waiting: list[Any] = [json.loads(source, strict=False)]
        except (ValueError, RecursionError):
            continue
        # The outermost first, and what stands in a @graph or a list in its order; authors and pictures inside are not the page.
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, list):
                waiting[:0] = node[:200]
            elif isinstance(node, dict):
                yield node
                if isinstance(node.get("@graph"), list):
                    waiting[:0] = node["@graph"][:200]


def _name_of(value: Any) -> str:
    """A name, out of the several ways in which JSON-LD may say it."""
    if isinstance(value, str):
        return clean(value) if _is_name(value) else ""
    if isinstance(value, dict):
        return _name_of(value.get("name")) if not isinstance(value.get("name"), dict) else ""
    if isinstance(value, list):
        return "; ".join(dict.fromkeys(filter(None, (_name_of(part) for part in value[:50] if not isinstance(part, list)))))
    return ""
