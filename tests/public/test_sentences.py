"""Sentences of the public pages are whole: what stands in them as a link or a list is put into its place by the message."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

TEMPLATES = sorted((settings.BASE_DIR / "tracker" / "templates" / "tracker").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_message_is_a_piece_of_a_sentence(path: Any) -> None:
    """None begins or ends where a sentence goes on: languages put their words in other orders."""
    messages = re.findall(r'{% translate "([^"]*)"', path.read_text())
    assert not [message for message in messages if re.match(r"[ ,;.]", message) or re.search(r"[ ,(]$", message)]


def test_a_government_names_its_groups_each_with_a_link_and_its_days(published: Any) -> None:
    english, persian = (Client().get(f"{prefix}/governments/BE/").content.decode() for prefix in ("", "/fa"))
    assert re.search(r'Member of <a href="/governments/EU-MEMBERS/">[^<]+</a> \(since <time ', english)
    assert re.search(r'<bdi><a href="/fa/governments/EU-MEMBERS/">', persian), "each apart from the direction of the others"


def test_what_undid_an_action_is_named_in_its_sentence(published: Any) -> None:
    page = Client().get("/recommendations/ER-1/").content.decode()
    assert re.search(r'undone <time [^>]*>[^<]+</time> by <a href="#[^"]+">[^<]+</a>', page)
    assert re.search(r'undoes <a href="#[^"]+">an earlier step</a>', page)
