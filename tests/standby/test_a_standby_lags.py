"""While a standby lags, readers see the edition before, whole; the desk sees its own publish; and what replication breaks off is asked once more."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from config import env
from tests import builders
from tests.standby.conftest import URLS, Pair, until
from tracker.editorial.verbs import Refused
from tracker.models import Document
from tracker.public.servers import once_more, went_away
from tracker.releasing import make as release

pytestmark = pytest.mark.slow

LISTS = ("/recommendations/", "/api/v1/recommendations", "/api/v1/recommendations.csv", "/feeds/changes.atom", "/changes/", "/search/?q=unheard")


def shown(path: str) -> str:
    """What a reader is answered."""
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return (b"".join(answer) if answer.streaming else answer.content).decode()  # type: ignore[attr-defined, arg-type]


@contextmanager
def paused(pair: Pair) -> Iterator[None]:
    """The standby receives, and shows nothing new."""
    pair.catch_up()
    pair.ask(pair.standby, "SELECT pg_wal_replay_pause()")
    until(lambda: pair.ask(pair.standby, "SELECT pg_get_wal_replay_pause_state()"), "paused")
    try:
        yield
    finally:
        pair.ask(pair.standby, "SELECT pg_wal_replay_resume()")


def test_the_desk_never_misses_its_own_publish_and_readers_see_the_edition_before(pair: Pair) -> None:
    reviewer = Client()
    administrator = builders.user("chief", is_staff=True, is_superuser=True)
    reviewer.force_login(administrator)
    newest = Client().get("/readyz").json()["edition"]
    word = f"Unheard of {newest}"
    with paused(pair):
        before = {path: shown(path) for path in LISTS}
        record = builders.recommendation(f"LAG-{newest}", Document.objects.get(key="PAPER"), short_title=word)
        builders.put_out(record)

        changed = reviewer.get(reverse("admin:tracker_recommendation_change", args=[record.pk])).content.decode()
        listed = reviewer.get(reverse("admin:tracker_recommendation_changelist"), {"q": f"LAG-{newest}"}).content.decode()
        assert "Published" in listed and word in listed and word in changed

        for path in (f"/recommendations/LAG-{newest}/", "/recommendations/", f"/fr/search/?q=LAG-{newest}"):
            seen = reviewer.get(path)
            assert (seen.status_code, word in seen.content.decode()) == (200, True), "who published it sees it on the site, too"

        assert Client().get(f"/recommendations/LAG-{newest}/").status_code == 404
        assert {path: shown(path) for path in LISTS} == before, "an edition before, and whole"
        state = Client().get("/readyz").json()
        assert (state["status"], state["edition"], state["standby"]) == ("ready", newest, True)
        assert state["lag_bytes"] > 0 and state["lag_seconds"] >= 0
        assert set(state) == {"status", "edition", "standby", "lag_bytes", "lag_seconds"}, "no host, no name, no address"
        with pytest.raises(Refused, match=f"has not received edition {newest + 1} yet"):
            release(f"v-{newest}", by=builders.officer(), reason="To be kept", site="https://tracker.example.org")
    until(lambda: Client().get(f"/recommendations/LAG-{newest}/").status_code, 200)
    assert word in shown("/recommendations/")
    assert Client().get("/readyz").json()["edition"] == newest + 1


class Conflict:
    """Each time that the readers' connection asks for the first time, an hour-long question goes before, which the primary then makes the standby
    break off: it takes a table away for a moment that the question reads."""

    def __init__(self, pair: Pair, times: int) -> None:
        self.pair, self.left, self.broken = pair, times, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Django's wrapper around a question."""
        if not self.left:
            return execute(sql, params, many, context)
        self.left -= 1
        locking = threading.Thread(target=self._take_away)
        locking.start()
        try:
            # A role's own time for a question ends it long after the conflict does.
            return execute("SELECT pg_sleep(3600) FROM editions.site_edition", None, False, context)
        except OperationalError as error:
            assert isinstance(error.__cause__, psycopg.errors.SerializationFailure), error
            self.broken += 1
            raise
        finally:
            locking.join()

    def _take_away(self) -> None:
        sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(3600)%' AND state = 'active'"
        until(lambda: self.pair.ask(self.pair.standby, sleeping), 1)
        with self.pair.primary.connect(database="tracker") as superuser, superuser.transaction():
            superuser.execute("LOCK TABLE editions.site_edition IN ACCESS EXCLUSIVE MODE")
            superuser.execute("SELECT pg_current_xact_id()")


@pytest.mark.parametrize("path", ["/recommendations/", "/api/v1/recommendations", "/feeds/changes.atom", "/readyz", "/releases/v1/"])
def test_what_replication_breaks_off_is_asked_once_more(pair: Pair, path: str) -> None:
    plain = shown(path)
    conflict = Conflict(pair, 1)
    with connections["public"].execute_wrapper(conflict):
        assert shown(path) == plain
    assert conflict.broken == 1


@pytest.mark.parametrize("path", ["/recommendations/", "/api/v1/recommendations", "/feeds/changes.atom", "/challenge/?kind=recommendation&key=REC-1"])
def test_what_is_broken_off_again_is_to_be_asked_for_later(pair: Pair, path: str) -> None:
    conflict = Conflict(pair, 2)
    with connections["public"].execute_wrapper(conflict):
        answer = Client(raise_request_exception=False).get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert conflict.broken == 2


def test_a_connection_that_its_server_ended_is_replaced_and_the_page_is_whole(pair: Pair) -> None:
    plain = shown("/recommendations/REC-1/")
    asked = 0

    def end_it(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal asked
        asked += 1
        if asked == 5:  # in the middle of a page
            pid = context["connection"].connection.info.backend_pid
            pair.ask(pair.standby, f"SELECT pg_terminate_backend({pid}, 10000)")
        return execute(sql, params, many, context)

    with connections["public"].execute_wrapper(end_it):
        assert shown("/recommendations/REC-1/") == plain
    assert asked > 10, "read again from its beginning"


@pytest.mark.parametrize("path", ["/recommendations/", "/", "/documents/PAPER/"])
def test_what_is_published_while_a_page_is_made_is_no_part_of_it(pair: Pair, path: str) -> None:
    newest = Client().get("/readyz").json()["edition"]
    record = builders.recommendation(f"MEANWHILE-{newest}", Document.objects.get(key="PAPER"), short_title="Published meanwhile")
    before = whole(path)
    asked = 0

    def publish(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal asked
        asked += 1
        if asked == 3:
            builders.put_out(record)
            pair.catch_up()
        return execute(sql, params, many, context)

    with connections["public"].execute_wrapper(publish):
        meanwhile = whole(path)
    assert asked > 5
    after = whole(path)
    assert before != after
    assert meanwhile in (before, after), "one or the other, where replication broke the first reading off, and no half of it"


def whole(path: str) -> tuple[str, str]:
    """What a reader is answered, and the state that it is said to be of."""
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return answer.content.decode(), answer["ETag"]


@pytest.mark.parametrize("first", ["primary", "standby"])
def test_of_several_hosts_readers_are_led_to_the_standby_and_whoever_writes_to_the_primary(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    both = sorted((pair.primary, pair.standby), key=lambda server: server.folder.name != first)
    hosts = ",".join(str(server.sockets) for server in both)
    for variable, address in pair.addresses(**dict.fromkeys(URLS, hosts)).items():
        monkeypatch.setenv(variable, address)
        follows = variable == "PUBLIC_DATABASE_URL"
        found = env.database(variable, server="prefer-standby" if follows else "read-write")
        assert found is not None
        names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "dbname"}
        place = {name: found[part] for part, name in names.items()} | found["OPTIONS"]
        for _time in range(4):
            with psycopg.connect(**place) as connection:
                assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (follows,), variable


def test_a_question_that_takes_too_long_or_is_wrong_is_asked_once(pair: Pair) -> None:
    asked: list[str] = []

    def ask(question: str) -> Callable[[], Any]:
        def read() -> Any:
            asked.append(question)
            with connections["public"].cursor() as cursor:
                cursor.execute("SET statement_timeout = 50")
                cursor.execute(question)

        return read

    for question in ("SELECT pg_sleep(60)", "SELECT no_such_column", "CREATE TABLE editions.t (a int)"):
        began = time.monotonic()
        with pytest.raises(Exception) as caught:
            once_more(ask(question))
        assert time.monotonic() - began < 59
        assert not (isinstance(caught.value, OperationalError) and went_away(caught.value))
    assert len(asked) == 3
