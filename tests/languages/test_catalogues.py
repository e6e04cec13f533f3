"""The catalogues: complete, with the right placeholders, compiled; and the gathering of messages behind them. No database."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import call_command

from config.trouble import Trouble
from tracker.languages import LANGUAGES
from tracker.messages import catalogues, sources
from tracker.messages.sources import Message

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
from django.utils import translation
_("plain " "and joined"); ngettext("one %(n)s", "many %(n)s", n); pgettext_lazy("where", "context")
translation.gettext("by the module"); _(variable); print("not this"); other.gettext("nor this")
"""
TEMPLATE = """{% extends "tracker/base.html" %}{% load i18n %}{% block main %}
{% translate "plain 100%" %}{% translate "in context" context "where" %}{{ x|default:_("argument") }}{{ _("variable") }}
{% if a %}{% blocktranslate count n=x with y=z|default:_("inner") %}{{ n }} of {{ y }}{% plural %}{{ n }} many{% endblocktranslate %}{% else %}
{% for each in _("looped") %}{% include "x.html" with a=_("included") %}{% endfor %}{% endif %}{% endblock %}"""


@pytest.fixture(scope="module")
def wanted() -> set[Message]:
    return sources.messages()


@pytest.mark.parametrize("language", catalogues.TRANSLATED)
def test_everything_is_translated_with_its_placeholders_and_compiled(wanted: set[Message], language: str) -> None:
    found = list(map(str, catalogues.faults(language, wanted)))
    assert not found, "\n".join([*found[:40], "`manage.py messages` brings the catalogues up to date; `messages --missing` prints what to fill."])


def test_the_languages_are_declared_once() -> None:
    assert [code for code, _name in project.LANGUAGES] == list(LANGUAGES)
    assert {file.parent.parent.name for file in Path(project.LOCALE_PATHS[0]).rglob("*.po")} == set(catalogues.TRANSLATED)


def test_messages_are_found_in_python() -> None:
    assert set(sources.in_python(PYTHON)) == {
        Message("plain and joined"),
        Message("one %(n)s", "many %(n)s"),
        Message("context", context="where"),
        Message("by the module"),
    }


def test_messages_are_found_in_templates_wherever_they_stand() -> None:
    assert set(sources.in_template(TEMPLATE)) == {
        Message("plain 100%%"),
        Message("in context", context="where"),
        *map(Message, ("argument", "variable", "inner", "looped", "included")),
        Message("%(n)s of %(y)s", "%(n)s many"),
    }


def test_vocabularies_sorts_and_names_of_the_case_files_are_among_them(wanted: set[Message]) -> None:
    texts = {message.text for message in wanted}
    assert {"no evidence found", "Does what was recommended.", "recommended first", "severance of relations", "EU member states"} <= texts
    assert "Albania" not in texts, "the CLDR names states"
    assert "Create a submission" not in texts, "the desk is in English"


@pytest.fixture
def locale(tmp_path: Path, settings: Any) -> Path:
    """A copy of the catalogues to spoil."""
    shutil.copytree(project.LOCALE_PATHS[0], tmp_path / "locale")
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path / "locale"


def spoil(locale: Path, before: str, after: str) -> None:
    file = locale / "fr" / "LC_MESSAGES" / "django.po"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ('msgid "Matrix"\nmsgstr "Matrice"', 'msgid "Matrix"\nmsgstr ""', "without a translation"),
        ('msgid "Matrix"\nmsgstr "Matrice"\n', "", "not in the catalogue"),
        ('msgid "Matrix"\n', 'msgid "A message of old"\nmsgstr "Vieux"\n\nmsgid "Matrix"\n', "nothing uses it"),
        ('msgid "Matrix"\n', '#, fuzzy\nmsgid "Matrix"\n', "fuzzy"),
        ("Édition %(number)s", "Édition %(nummer)s", "other placeholders"),
        ('msgstr "Matrice"', 'msgstr "La matrice"', "compiles to"),
    ],
)
def test_the_check_names_what_is_wrong(locale: Path, wanted: set[Message], before: str, after: str, what: str) -> None:
    spoil(locale, before, after)
    assert any(what in str(fault) for fault in catalogues.faults("fr", wanted))


def test_the_command_checks_mends_and_takes_translations(locale: Path, capsys: Any, tmp_path: Path) -> None:
    spoil(locale, 'msgid "Matrix"\nmsgstr "Matrice"', 'msgid "Matrix"\nmsgstr ""')
    with pytest.raises(Trouble, match="faults"):
        call_command("messages", "--check")
    assert "fr: without a translation: 'Matrix'" in capsys.readouterr().out
    call_command("messages", "--missing", "fr")
    asked = capsys.readouterr().out
    assert asked.count("msgid") == 2, "the head, and the one that is missing"
    (tmp_path / "filled.po").write_text(asked.replace('msgid "Matrix"\nmsgstr ""', 'msgid "Matrix"\nmsgstr "Matrice"'), encoding="utf-8")
    call_command("messages", "--take", "fr", str(tmp_path / "filled.po"))
    call_command("messages", "--check")
    shipped = Path(project.LOCALE_PATHS[0]), project.BASE_DIR / "tracker" / "locale"
    for ending in ("po", "mo"):
        kept, ours = (folder / "fr" / "LC_MESSAGES" / f"django.{ending}" for folder in shipped)
        assert kept.read_bytes() == ours.read_bytes(), "writing it again changes nothing"
