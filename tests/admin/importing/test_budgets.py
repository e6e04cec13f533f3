"""The list of imports and the page of a preview cost the same for little and for much."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import builders
from tracker.models import Import, ImportPreview, ImportState, User

LIST_BUDGET = 12
PREVIEW_BUDGET = 16


def made(number: int, found: int) -> Import:
    """A previewed import with so much to show of everything."""
    batch = Import.objects.create(
        file_name=f"list-{number}.csv", sha256="a" * 64, size=1, stored_as="aa/aa", profile_name="list", state=ImportState.PREVIEWED,
        made_by=builders.user(f"person-{number}"), profile_text='name = "list"\n',
    )  # fmt: skip
    cells = {"statement": "Close it", "number": "1"}
    ImportPreview.objects.create(
        batch=batch,
        counts={
            "rows": {"read": found, "skipped": found, "refused": found, "repeated": found}, "problems": 2 * found, "conflicts": found,
            "said_before": found,
            "resources": {"recommendations": {"created": found, "changed": found, "taken": 0, "same": 0, "kept": 0}},
        },
        problems=[
            {"rows": [row], "count": 1, "file": "", "sentence": f"“{row}” is not one of ours.", "about": "assessment.status", "value": str(row)}
            for row in range(found)
        ]
        + [{"rows": [row], "count": 1, "file": "", "sentence": f"no {row}.", "about": "recommendation.key"} for row in range(found)],
        governments=[{"name": f"N{row}", "count": 1, "rows": [row], "known": "", "candidates": [], "suggestions": []} for row in range(found)],
        conflicts=[
            {
                "record": f"recommendations:R-{row}", "decision": "keep",
                "rows": [{"resource": "recommendations", "key": f"R-{row}", "row": row, "why": "edited", "here": cells, "file": cells}],
            }
            for row in range(found)
        ],
        changes=[{"resource": "recommendations", "key": f"R-{row}", "row": row, "before": cells, "after": cells} for row in range(found)],
        created=[{"resource": "recommendations", "key": f"R-{row}", "row": row, "cells": cells} for row in range(found)],
        repeated=[{"row": row, "first": 1} for row in range(found)],
        said_before=[{"row": row, "reference": f"A-{row}", "stands_as": f"B-{row}", "document": ""} for row in range(found)],
        skipped=[{"reason": "empty", "count": found, "rows": [1]}],
        digest="",
    )  # fmt: skip
    return batch


def cost(client: Client, path: str) -> int:
    client.get(path)  # what a process asks once and keeps is nobody's cost
    with CaptureQueriesContext(connection) as queries:
        response: Any = client.get(path)
    assert response.status_code == 200, path
    return len(queries)


def test_pages_cost_the_same_for_little_and_for_much(people: dict[str, User], sign_in: Callable[[str], Client]) -> None:
    client = sign_in("researcher")
    address = reverse("admin:tracker_import_changelist")
    little = made(0, 2)
    few = (cost(client, address), cost(client, reverse("admin:tracker_import_change", args=[little.pk])))
    much = [made(number, 60) for number in range(1, 21)]
    many = (cost(client, address), cost(client, reverse("admin:tracker_import_change", args=[much[0].pk])))
    assert many == few
    assert many[0] <= LIST_BUDGET and many[1] <= PREVIEW_BUDGET, many
