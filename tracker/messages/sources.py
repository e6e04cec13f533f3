"""Every message of the public interface, gathered from code, templates, vocabularies and the names in the shipped case files.

``PLACES`` says what the public interface is; the desk is no part of it and stays in English.
"""

import ast
import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Template, engines
from django.template.base import FilterExpression, Node, Variable
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

from tracker.languages.names import is_named_by_code
from tracker.public.columns import LISTINGS
from tracker.rules import vocabulary

PLACES = (
    *("tracker/public", "tracker/templatetags", "tracker/challenges", "tracker/languages", "tracker/rules", "tracker/templates/tracker"),
    *("tracker/templates/400.html", "tracker/templates/403_csrf.html", "tracker/templates/404.html", "tracker/templates/500.html"),
)
"""Folders and files of the public interface, from the repository's own."""
NOT_HERE = frozenset(
    {
        # Answers for programs, and the feed for readers of feeds, are in English: their addresses carry no language.
        "tracker/public/api/problems.py",
        "tracker/public/api/views.py",
        "tracker/public/api/walking.py",
        "tracker/public/formats/workbook.py",
        "tracker/public/feeds.py",
        "tracker/public/terminal.py",  # printed by a command
        "tracker/rules/proposal.py",  # the desk's
        "tracker/templatetags/desk.py",
    }
)
DESK_VOCABULARIES = frozenset({"CaptureState", "CopyState", "LinkOutcome", "PassageOutcome"})
"""Vocabularies that no public page shows."""

_PLAIN = frozenset({"gettext", "gettext_lazy", "gettext_noop"})
_PLURAL = frozenset({"ngettext", "ngettext_lazy"})
_IN_CONTEXT = frozenset({"pgettext", "pgettext_lazy"})
_PLURAL_IN_CONTEXT = frozenset({"npgettext", "npgettext_lazy"})
_FUNCTIONS = _PLAIN | _PLURAL | _IN_CONTEXT | _PLURAL_IN_CONTEXT
_DJANGO = "django.utils.translation"


@dataclass(frozen=True, order=True, slots=True)
class Message:
    """A text to translate: the English words, their plural (empty where there is none) and the context that tells it from its like."""

    text: str
    plural: str = ""
    context: str = ""


def messages() -> set[Message]:
    """Every message of the public interface."""
    found = {*_of_vocabularies(), *_of_sorts(), *_of_case_files()}
    for file in _files(".py"):
        found |= set(in_python(file.read_text(encoding="utf-8"), str(file)))
    for file in (*_files(".html"), *_files(".svg"), *_files(".txt")):
        found |= set(in_template(file.read_text(encoding="utf-8")))
    return {message for message in found if message.text}


def _files(ending: str) -> Iterator[Path]:
    for place in PLACES:
        whole = settings.BASE_DIR / place
        for file in sorted(whole.rglob(f"*{ending}")) if whole.is_dir() else [whole]:
            if file.suffix == ending and file.relative_to(settings.BASE_DIR).as_posix() not in NOT_HERE:
                yield file


# Python


def in_python(source: str, name: str = "<source>") -> Iterator[Message]:
    """The messages of a module: calls of Django's functions by whatever name it imports them, and of a marker ``_`` of its own."""
    tree = ast.parse(source, name)
    called = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == _DJANGO
        for alias in node.names
        if alias.name in _FUNCTIONS
    }
    called |= {node.name: "gettext_noop" for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "_"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (function := _function(node.func, called)):
            yield from _of_call(node, function)


def _function(called: ast.expr, names: dict[str, str]) -> str | None:
    if isinstance(called, ast.Name):
        return names.get(called.id)
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "translation":
        return called.attr if called.attr in _FUNCTIONS else None
    return None


def _of_call(call: ast.Call, function: str) -> Iterator[Message]:
    texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    wanted = 1 + (function in _PLURAL | _PLURAL_IN_CONTEXT) + (function in _IN_CONTEXT | _PLURAL_IN_CONTEXT)
    if len(texts) < wanted:
        return  # a variable: what it can hold is gathered from where it is written
    if function in _PLAIN:
        yield Message(texts[0])
    elif function in _PLURAL:
        yield Message(texts[0], texts[1])
    elif function in _IN_CONTEXT:
        yield Message(texts[1], context=texts[0])
    else:
        yield Message(texts[1], texts[2], texts[0])


# Templates


_NOT_OF_THE_TEMPLATE = frozenset({"origin", "token", "parser", "engine"})


def in_template(source: str) -> Iterator[Message]:
    """The messages of a template: translate, blocktranslate, and ``_("...")`` wherever an expression stands."""
    engine: Any = engines["django"]

    def walk(thing: Any) -> Iterator[Message]:
        if isinstance(thing, list | tuple | set):
            for each in thing:
                yield from walk(each)
        elif isinstance(thing, dict):
            yield from walk(list(thing.values()))
        elif isinstance(thing, BlockTranslateNode):
            yield _of_block(thing)
            yield from walk([*(thing.extra_context or {}).values(), thing.counter])
        elif isinstance(thing, TranslateNode):
            yield from _of_translate(thing)
            yield from walk(thing.filter_expression.filters)
        elif isinstance(thing, Variable):
            if thing.translate and isinstance(thing.literal, str):
                yield Message(thing.literal.replace("%", "%%"), context=thing.message_context or "")
        elif isinstance(thing, FilterExpression):
            yield from walk([thing.var, *(value for _function, given in thing.filters for _is_variable, value in given)])
        elif type(thing).__module__ == "django.utils.functional":  # a constant argument of a filter: already lazy
            with translation.override(None):
                yield Message(str(thing))
        elif isinstance(thing, Node) or type(thing).__module__.startswith("django.template"):
            yield from walk([value for name, value in vars(thing).items() if name not in _NOT_OF_THE_TEMPLATE])

    yield from walk(list(Template(source, engine=engine.engine).nodelist))


def _of_translate(node: TranslateNode) -> Iterator[Message]:
    literal = node.filter_expression.var.literal if isinstance(node.filter_expression.var, Variable) else None
    if isinstance(literal, str):
        context = str(node.message_context.resolve(Context())) if node.message_context else ""
        yield Message(literal.replace("%", "%%"), context=context)


def _of_block(node: BlockTranslateNode) -> Message:
    singular, _names = node.render_token_list(node.singular)
    plural = node.render_token_list(node.plural)[0] if node.plural else ""
    return Message(singular, plural, str(node.message_context.resolve(Context())) if node.message_context else "")


# What is translated where it is shown, by a variable


def _of_vocabularies() -> Iterator[Message]:
    for name, words in vars(vocabulary).items():
        if isinstance(words, type) and issubclass(words, vocabulary.Word) and name not in DESK_VOCABULARIES:
            for word in words:
                yield from (Message(word.label), Message(word.definition))


def _of_sorts() -> Iterator[Message]:
    """The orders of lists (``sort_options``)."""
    return (Message(name.replace("_", " ")) for listing in LISTINGS.values() for name in listing.sorts)


NAMES: dict[str, Callable[[dict[str, str]], bool]] = {
    "measures.csv": lambda row: True,
    "themes.csv": lambda row: True,
    "governments.csv": lambda row: not is_named_by_code(row["code"]),
}
"""The files of a case whose column ``name`` is translated, and of which rows."""


def _of_case_files() -> Iterable[Message]:
    for file in sorted((settings.BASE_DIR / "tracker" / "casefiles").rglob("*.csv")):
        if file.name in NAMES:
            with file.open(encoding="utf-8", newline="") as opened:
                yield from (Message(row["name"]) for row in csv.DictReader(opened) if NAMES[file.name](row))
