"""The common cases in a real browser: typed, chosen, saved; accessible and no wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.admin.test_in_browser import sign_in
from tests.choosing import choose
from tests.looking import faults
from tracker.models import Action, Citation, Effect, Measure, Recommendation, Submission

pytestmark = pytest.mark.browser


def searches(field: str) -> str:
    """The selector of a field that searches."""
    return f"#id_{field} + .select2-container .select2-selection"


def test_one_action_many_effects_and_a_passage_typed_once(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Everything in one form and one save."""
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, desk_site)
    page.goto(f"{desk_site}/admin/tracker/action/add/")
    page.fill("#id_title", "Nine officers expelled")
    choose(page, searches("government"), "AL", "Albania (AL)")
    measure = Measure.objects.get(key="expulsion")
    choose(page, searches("measure"), "expuls", measure.name)
    page.fill("#id_body", "Ministry of foreign affairs")
    page.fill("#id_description", "The ministry says that nine officers were told to leave.")
    choose(page, searches("recommendations"), "MQ-1", "MQ-1 ")
    choose(page, searches("recommendations"), "MQ-2", "MQ-2 ")
    page.select_option("#id_direction", "partly_fulfils")
    page.fill(".bearing #id_reasoning", "Nine of them left.")
    page.fill("#id_events-0-on", "February 2024")
    page.check("#id_events-0-decisive")
    choose(page, searches("citation_uses-2-0-document"), "HAKAMIAN-2019", " · ")
    page.fill("#id_citation_uses-2-0-locator", "p. 4")
    page.fill("#id_citation_uses-2-0-says", "Nine officers were told to leave.")
    page.click("input[name=_save]")
    page.wait_for_selector(".messagelist .success")
    action = Action.objects.get(title="Nine officers expelled")
    assert sorted(str(effect.addressee) for effect in Effect.objects.filter(action=action)) == ["MQ-1 → Albania", "MQ-2 → Albania"]
    assert Citation.objects.get(uses__action=action).locator == "p. 4"
    assert str(action.decisive_event.on) == "2024-02"
    page.goto(f"{desk_site}/admin/tracker/action/{action.pk}/change/")
    page.click("text=Assess with this action >> nth=0")
    assert page.input_value("#id_effective_on") == "2024-02"
    assert "Nine officers were told to leave." in page.inner_text("#citation_uses-group .select2-selection__rendered >> nth=0")
    assert complaints == []


def test_a_merger_by_hand(desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Choose, compare, answer, say why."""
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, desk_site)
    twin = Recommendation.objects.get(reference="MQ-2")
    page.goto(f"{desk_site}/admin/tracker/recommendation/{twin.pk}/change/")
    page.click("text=Merge into …")
    choose(page, ".which .select2-selection", "MQ-1 ", "MQ-1 ")
    page.click("text=Compare")
    page.wait_for_selector(".side-by-side")
    for question in page.query_selector_all(".question"):
        question.query_selector("input").check()
    page.fill("#id_reason", "One and the same")
    page.click("text=Merge and submit for review")
    page.wait_for_selector(".messagelist .success")
    submission = Submission.objects.latest("id")
    assert submission.reason == "One and the same"
    assert submission.versions.get(key="MQ-2").forwards_to == "MQ-1"
    assert not Effect.objects.filter(addressee__recommendation=twin).exists()
    assert complaints == []


@pytest.mark.parametrize("case", ["merge", "action", "split", "repeat", "withdraw"])
def test_nobody_is_shut_out(case: str, desk_site: Any, new_page: Callable[..., Any]) -> None:
    """Axe finds nothing in what is ours, in light, dark and at 320 px, and nothing is wider than the screen."""
    one, other = Recommendation.objects.filter(reference__in=["MQ-1", "MQ-2"]).order_by("reference")
    path = {
        "merge": f"recommendation/{other.pk}/merge/?into={one.pk}",
        "action": "action/add/",
        "split": f"recommendation/{one.pk}/split/",
        "repeat": f"recommendation/add/?repeats={one.pk}",
        "withdraw": f"recommendation/{one.pk}/withdraw/",
    }[case]
    page = new_page(viewport={"width": 1280, "height": 900})
    complaints = sign_in(page, desk_site)
    page.goto(f"{desk_site}/admin/tracker/{path}")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert complaints == []
    assert not (found := faults(page, part="#content")), "\n".join(found)
