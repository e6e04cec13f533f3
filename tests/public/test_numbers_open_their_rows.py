"""Every number of the front page opens the rows that it counts: each link is followed to the list behind it."""

import html
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

LISTS = {"/recommendations/": "addressees", "/effects/": "effects"}


def counted_rows(client: Client, name: str, query: str) -> list[dict[str, Any]]:
    """The rows of a list, without those that are shown and not counted."""
    answer = client.get(f"/api/v1/{name}.json?{query}")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return [row for row in json.loads(body)["results"] if row.get("counted", True)]


@pytest.mark.parametrize("day", ["", "?as_of=2019-06-01", "?as_of=2023-05-26"])
def test_each_number_of_the_dashboard_is_the_count_of_its_rows(published: Any, day: str) -> None:
    client = Client()
    page = client.get(f"/{day}").content.decode()
    followed = 0
    for address, number in set(re.findall(r'<a href="([^"]+)">(\d+)</a>', page)):
        parts = urlsplit(html.unescape(address))
        if parts.path in LISTS:
            assert len(counted_rows(client, LISTS[parts.path], parts.query)) == int(number), address
            followed += 1
    assert followed > 20
