"""Every kind of page of the desk, for everyone: rules of WCAG 2.2 AA checked by axe in a real browser, and nothing wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.admin.test_in_browser import sign_in
from tests.looking import faults
from tracker.models import Action, Assessment, Document, Recommendation, Submission, User

pytestmark = [pytest.mark.browser, pytest.mark.slow]


SHARES = 6
"""Tests that the pages are shared between, and workers the tests."""


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


@pytest.mark.parametrize("share", range(SHARES))
def test_the_desk_is_for_everyone(share: int, desk_site: Any, new_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for noun in admin.site._registry.values():
        monkeypatch.setattr(noun, "list_per_page", 20)  # rows are alike, and axe takes its time over each
    page = new_page()
    sign_in(page, desk_site)
    User.objects.filter(username="reviewer").update(is_superuser=True)
    page.wait_for_selector("#shortcuts-open")
    violations = []
    for address in addresses()[share::SHARES]:
        assert page.goto(f"{desk_site}{address}", wait_until="load").status == 200, address
        violations += [f"{address} at {fault}" for fault in faults(page)]
    assert not violations, "\n".join(violations)
