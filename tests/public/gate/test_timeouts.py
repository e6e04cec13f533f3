"""A question that takes too long is broken off, sooner on an ordinary page than elsewhere, and answered with 503 in words."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from config import postgres
from tests.public.ahead import site_of_one
from tracker.public.servers import one_moment

PAGES = ("/recommendations/REC-1/", "/fr/recommendations/REC-1/", "/citations/", "/matrix/")


@pytest.fixture
def locked(desk: str, cluster: postgres.Cluster) -> Iterator[None]:
    """Nobody can read what was published, as long as the test lasts."""
    site_of_one()
    with cluster.connect(database=desk) as superuser:
        superuser.autocommit = False
        superuser.execute("LOCK TABLE editions.recommendation, editions.citation, editions.addressee, editions.site_edition IN ACCESS EXCLUSIVE MODE")
        yield
        superuser.rollback()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_whose_question_takes_too_long_is_refused_in_words(locked: None, settings: Any, path: str) -> None:
    settings.PAGE_STATEMENT_TIMEOUT_MS = settings.COSTLY_STATEMENT_TIMEOUT_MS = 50
    answer = Client(SERVER_NAME="localhost", raise_request_exception=False).get(path)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert answer["Content-Type"].startswith("text/html")
    assert ("La base de données" if path.startswith("/fr/") else "The database did not answer in time.") in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/addressees", "/api/v1/addressees.csv", "/api/v1/matrix.json", "/feeds/changes.atom"])
def test_data_whose_question_takes_too_long_is_refused_as_problem_details(locked: None, path: str) -> None:
    with connections["public"].cursor() as cursor:
        cursor.execute("SET statement_timeout = 50")
    try:
        answer = Client(SERVER_NAME="localhost", raise_request_exception=False).get(path)
        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert int(answer["Retry-After"]) > 0
        assert "The database did not answer in time." in answer.json()["detail"]
    finally:
        connections["public"].close()


def test_only_the_questions_of_the_block_may_take_no_longer(desk: str, settings: Any) -> None:
    def said() -> str:
        with connections["public"].cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            (found,) = cursor.fetchone()
            return str(found)

    usual = said()
    with one_moment(1234):
        assert said() == "1234ms"
    assert said() == usual == f"{settings.PUBLIC_STATEMENT_TIMEOUT_MS // 1000}s"
    with one_moment():
        assert said() == usual
