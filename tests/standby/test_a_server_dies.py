"""Readers are answered as long as one of their servers lives; the desk waits for its own, and says so."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from tests.standby.conftest import Pair, Served, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]  # every address, several times over

NEWEST = "SELECT max(number) FROM editions.site_edition"


def ready(site: Served) -> dict[str, object]:
    code, _headers, body = site.get("/readyz")
    return {"code": code, **json.loads(body or b"{}")}


def codes(site: Served, addresses: list[str]) -> dict[str, int]:
    """What every address answers, several at once as readers come."""
    with ThreadPoolExecutor(8) as readers:
        return dict(zip(addresses, readers.map(site.code, addresses), strict=True))


def test_the_public_is_served_from_the_standby_and_goes_on_when_the_primary_dies(
    pair: Pair, addresses: list[str], serve: Callable[..., Served]
) -> None:
    site = serve()
    alive = codes(site, addresses)
    assert list(alive.values()).count(200) > 50, alive
    assert set(alive.values()) <= {200, 301, 404} and alive["/static/tracker/site.css"] == 200, alive
    following = {"code": 200, "status": "ready", "edition": pair.ask(pair.primary, NEWEST), "standby": True, "lag_bytes": 0, "lag_seconds": 0.0}
    assert ready(site) == following
    assert site.code("/admin/login/") == 200

    pair.kill(pair.primary)
    assert codes(site, addresses) == alive
    until(lambda: ready(site), following | {"lag_bytes": None, "lag_seconds": None})
    code, headers, body = site.get("/admin/", Cookie=f"{settings.SESSION_COOKIE_NAME}={32 * 'a'}")
    assert (code, headers["Retry-After"]) == (503, "5")
    assert b"The database did not answer in time." in body

    site.end()
    site.start()
    some = addresses[::5]
    assert codes(site, some) == {path: alive[path] for path in some}, (
        "a process that starts anew needs the desk's database no more than one that runs"
    )

    pair.both_run()
    until(lambda: site.code("/admin/login/"), 200)


def test_no_reader_notices_that_a_standby_dies_and_comes_back(pair: Pair, serve: Callable[..., Served]) -> None:
    site = serve()
    lists = ["/recommendations/", "/api/v1/addressees", "/actions/", "/feeds/changes.atom", "/api/v1/documents.csv", "/recommendations/REC-1/"] * 4
    assert set(codes(site, lists).values()) == {200}, "several connections are kept by now"
    pair.kill(pair.standby)
    assert set(codes(site, lists).values()) == {200}
    found = ready(site)
    assert (found["code"], found["standby"], found["lag_bytes"]) == (200, False, 0), "the primary answers readers where no standby does"
    pair.both_run()
    pair.kill(pair.primary)
    assert set(codes(site, lists).values()) == {200}
    assert ready(site)["standby"] is True


def test_without_any_server_readers_are_told_when_to_ask_again_until_there_is_one(pair: Pair, serve: Callable[..., Served]) -> None:
    site = serve()
    paths = ["/recommendations/", "/api/v1/addressees", "/api/v1/documents.csv", "/feeds/changes.atom", "/embed/row/REC-1/", "/releases/v1.zip"]
    paths += ["/challenge/?kind=recommendation&key=REC-1", "/sitemap.xml", "/fa/"]
    assert set(codes(site, paths).values()) == {200}
    pair.kill(pair.standby)
    pair.kill(pair.primary)
    time.sleep(1.5)  # so long pages in memory may still be given (tracker/public/ahead)
    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(site.get, paths))
    for path, (code, headers, body) in zip(paths, answers, strict=True):
        assert (code, headers["Retry-After"]) == (503, "5"), path
        assert b"Traceback" not in body and "ETag" not in headers and "no-store" in headers["Cache-Control"], path
    assert ready(site) == {"code": 503, "status": "unavailable", "detail": "The public database does not answer."}
    assert site.code("/healthz") == 200
    pair.both_run()
    until(lambda: site.code("/recommendations/"), 200)
    assert set(codes(site, paths).values()) == {200}
