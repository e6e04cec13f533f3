"""Every kind of page of the desk, for everyone: rules of WCAG 2.2 AA checked by axe in a real browser, and nothing wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.admin.test_in_browser import sign_in
from tracker.models import Action, Assessment, Document, Recommendation, Submission, User

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def addresses() -> list[str]:
    """The front page, a queue, each noun's list, forms with rows below them, steps, submissions, histories."""
    found = [reverse("admin:index"), reverse("admin:queue", args=["shipped"])]
    for model in admin.site._registry:
        if model._meta.app_label == "tracker":
            found.append(reverse(f"admin:tracker_{model._meta.model_name}_changelist"))
    for model in (Document, Recommendation, Action, Assessment):
        name, record = f"admin:tracker_{model._meta.model_name}", model._default_manager.order_by("pk").first()
        assert record is not None
        found += [reverse(f"{name}_add"), reverse(f"{name}_change", args=[record.pk]), reverse(f"{name}_history", args=[record.pk])]
        found.append(reverse(f"{name}_submit", args=[record.pk]))
    submission = Submission.objects.first()
    assert submission is not None
    return [*found, reverse("admin:tracker_submission_change", args=[submission.pk])]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_the_desk_is_for_everyone(width: int, scheme: str, desk_site: Any, new_page: Callable[..., Any]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, desk_site)
    User.objects.filter(username="reviewer").update(is_superuser=True)
    page.wait_for_selector("#shortcuts-open")
    violations = {}
    for address in addresses():
        assert page.goto(f"{desk_site}{address}").status == 200, address
        page.wait_for_load_state("networkidle")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            violations[address, "wider than the screen"] = page.evaluate("document.documentElement.scrollWidth")
        for violation in Axe().run(page, options=RULES).response["violations"]:
            violations[address, violation["id"]] = [node["html"][:160] for node in violation["nodes"]][:3]
    assert violations == {}, "\n".join(f"{place}: {what}" for place, what in violations.items())
