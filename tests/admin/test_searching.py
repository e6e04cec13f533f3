"""What is found by the words that are typed above a list or in a choice."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests import builders
from tracker.models.searched import searched_fields


@pytest.fixture
def reader(sign_in: Callable[[str], Client]) -> Client:
    """A researcher, beside two recommendations to two governments, each assessed."""
    builders.government("AL", name="Albania")
    builders.government("FR", name="France")
    paper = builders.document("PAPER", title="On embassies", publisher="Institute")
    for reference, title, code in (("ORG-1", "Expel the attaché", "AL"), ("ORG-12", "Close the centre", "FR")):
        made = builders.recommendation(reference, paper, to=(code,), short_title=title)
        builders.assessment(f"AS-{reference}", made, code=code, rationale=f"Why {title.split()[0]}")
        builders.effect(builders.action(f"ACT-{reference}", code=code, title=f"{title} now"), made, code=code)
    builders.citation(paper, "EV-1", says="Two were expelled")
    return sign_in("researcher")


@pytest.mark.parametrize(
    ("noun", "typed", "found"),
    [
        ("recommendation", "attache", {"ORG-1"}),
        ("recommendation", "clos org", {"ORG-12"}),
        ("recommendation", "clos attache", set()),
        ("recommendation", "ORG-1", {"ORG-1", "ORG-12"}),
        ("recommendation", "org-12", {"ORG-12"}),
        ("recommendation", '"the centre"', {"ORG-12"}),
        ("recommendation", '"centre the"', set()),
        ("recommendation", "pel", set()),
        ("recommendation", "", {"ORG-1", "ORG-12"}),
        ("recommendation", "é\x00", {"ORG-1", "ORG-12"}),
        ("recommendation", "' \" (", set()),
        ("recommendation", "-", {"ORG-1", "ORG-12"}),
        ("action", "close fra", {"ACT-ORG-12"}),
        ("action", "AL", {"ACT-ORG-1"}),
        ("action", "rance", {"ACT-ORG-12"}),
        ("assessment", "why close france", {"AS-ORG-12"}),
        ("assessment", "expel AL", {"AS-ORG-1"}),
        ("addressee", "albania", {"ORG-1"}),
        ("addressee", "close", {"ORG-12"}),
        ("effect", "attache france", set()),
        ("effect", "attache albania", {"ACT-ORG-1"}),
        ("citation", "expelled", {"EV-1"}),
        ("citation", "institute two", {"EV-1"}),
        ("document", "embass", {"PAPER"}),
        ("government", "lban", {"AL"}),
    ],
)
def test_every_word_is_looked_for_in_the_record_and_in_what_it_belongs_to(reader: Client, noun: str, typed: str, found: set[str]) -> None:
    shown = reader.get(reverse(f"admin:tracker_{noun}_changelist"), {"q": typed}).context["cl"]
    assert shown.result_count == len(shown.result_list)
    assert {NAMED[noun](row) for row in shown.result_list} == found


NAMED = {
    "recommendation": lambda row: row.reference,
    "action": lambda row: row.key,
    "assessment": lambda row: row.key,
    "addressee": lambda row: row.recommendation.reference,
    "effect": lambda row: row.action.key,
    "citation": lambda row: row.key,
    "document": lambda row: row.key,
    "government": lambda row: row.code,
}


def test_the_page_says_how_words_are_found(reader: Client) -> None:
    """Where they are; a list of names is searched by letters."""
    assert "how they begin" in reader.get(reverse("admin:tracker_recommendation_changelist")).content.decode()
    assert "how they begin" not in reader.get(reverse("admin:tracker_government_changelist")).content.decode()


def test_whatever_a_list_is_searched_by_is_kept(reader: Client) -> None:
    """A field of a noun whose words are kept is one of them: otherwise nothing would be found in it."""
    for model, page in admin.site._registry.items():
        own = {name for name in page.search_fields if "__" not in name and not name.startswith("=")}
        if kept := searched_fields(model):
            assert own == kept, model


def test_a_choice_finds_by_words_too(reader: Client) -> None:
    asked = {"term": "attache", "app_label": "tracker", "model_name": "effect", "field_name": "addressee"}
    found = reader.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert ["ORG-1" in one["text"] for one in found] == [True]
