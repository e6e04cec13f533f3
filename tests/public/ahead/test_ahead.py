"""Whoever asks again gets the same page without Django; whatever changes it drops it; nothing of anybody enters."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from config import postgres
from tests import builders
from tests.public.ahead import Answer, Kept, ask, keeping, retitle, site_of_one
from tracker.editorial.erasing import erase
from tracker.models import Recommendation
from tracker.public import pages
from tracker.public.ahead import today
from tracker.public.ahead import watch as watching
from tracker.public.standing import standing

PAGE = "/recommendations/REC-1/"
ANSWERS = (
    "/", "/fr/", "/fa/", "/recommendations/", "/recommendations/?q=REC", PAGE, f"/fa{PAGE}", "/matrix/", "/timeline/", "/map/", "/changes/", "/data/",
    "/methodology/", "/embed/row/REC-1/", "/feeds/changes.atom", "/robots.txt", "/sitemap.xml", "/data/catalog.jsonld",
    "/cite/recommendation/REC-1.bib", f"{PAGE}?known=edition-1", f"{PAGE}?as_of=2020-01-01",
)  # fmt: skip
GZIP = "gzip, deflate, br"


@pytest.fixture
def record(desk: str) -> Recommendation:
    return site_of_one()


@pytest.fixture
def kept(record: Recommendation) -> Kept:
    return keeping()


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one. Compressed bytes are padded by chance, so their length differs; and Django gives one to what has no body."""

    def said(answer: Answer) -> dict[str, str]:
        has_length = "Content-Encoding" not in answer.headers and not answer.status.startswith("304")
        return {name: value for name, value in answer.headers.items() if name != "Content-Length" or has_length}

    return (one.status, said(one), one.unpacked) == (other.status, said(other), other.unpacked)


def test_a_kept_page_tells_shared_caches_to_keep_it_no_longer_than_the_day(kept: Kept, settings: Any) -> None:
    settings.CDN_SECONDS = 3600
    told = []
    for left in (40_000, 90, 1):
        kept.ahead._left = lambda left=left: left  # type: ignore[misc]
        if not told:
            kept.ask(PAGE)
        answer = kept.ask(PAGE)
        told.append(answer.headers["CDN-Cache-Control"])
        assert kept.ask(PAGE, if_none_match=answer.headers["ETag"]).headers["CDN-Cache-Control"] == told[-1]
    hour = min(3600, 86_400 - int(time.time()) % 86_400)
    assert told[0].startswith("public, max-age=") and int(told[0].split("=")[1].split(",")[0]) in range(hour - 120, hour + 1)
    assert told[1:] == ["public, max-age=90, stale-if-error=300", "public, max-age=1, stale-if-error=300"]
    assert kept.behind.asked == 1


# --- The same answer ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "encoding"), [*((address, GZIP) for address in ANSWERS), (PAGE, "")])
def test_who_asks_again_gets_the_same_bytes_without_django(kept: Kept, address: str, encoding: str) -> None:
    first = kept.ask(address, accept_encoding=encoding)
    assert first.status == "200 OK"
    again = kept.ask(address, accept_encoding=encoding)
    assert kept.behind.asked == 1
    assert again == first
    assert same(again, ask(kept.behind, address, accept_encoding=encoding))
    assert again.headers.get("Content-Encoding", "") == ("gzip" if encoding and len(first.unpacked) > 200 else "")
    head = kept.ask(address, "HEAD", accept_encoding=encoding)
    assert kept.behind.asked == 2
    assert head == Answer(first.status, first.headers, b"")
    unchanged = kept.ask(address, accept_encoding=encoding, if_none_match=first.headers["ETag"])
    assert kept.behind.asked == 2
    assert unchanged.status == "304 Not Modified"
    assert unchanged.body == b""
    from_django = ask(kept.behind, address, accept_encoding=encoding, if_none_match=first.headers["ETag"])
    assert from_django.headers.pop("Content-Length") == "0"  # which is not the length of the page, so it is better not said (RFC 9110, 8.6)
    assert from_django.headers.items() <= unchanged.headers.items()
    assert unchanged.headers.keys() - from_django.headers.keys() <= {"X-Robots-Tag", "Content-Disposition"}  # what a view says of its 200 alone


def test_languages_and_encodings_are_kept_apart(kept: Kept) -> None:
    found = {
        (path, encoding): kept.ask(path + "recommendations/", accept_encoding=encoding) for path in ("/", "/fr/", "/fa/") for encoding in ("", GZIP)
    }
    assert kept.number == len(found)
    for (path, encoding), first in found.items():
        again = kept.ask(path + "recommendations/", accept_encoding=encoding)
        assert again == first
        assert again.headers["Content-Language"] == (path.strip("/") or "en")
        assert ("Content-Encoding" in again.headers) == bool(encoding)
        assert again.headers["Vary"] == "Accept-Encoding"
    assert kept.behind.asked == len(found)


def test_the_language_that_a_browser_prefers_has_no_part_in_it(kept: Kept) -> None:
    english = kept.ask(PAGE)
    assert kept.ask(PAGE, accept_language="fr", cookie="django_language=fr") == english
    assert kept.behind.asked == 1


@pytest.mark.parametrize("header", ["x_forwarded_proto", ""])
def test_schemes_are_kept_apart(record: Recommendation, settings: Any, header: str) -> None:
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if header else None
    kept = keeping()

    def by(scheme: str) -> Answer:
        return kept.ask(PAGE, **({header: scheme} if header else {"more": {"wsgi.url_scheme": scheme}}))

    for _time in range(2):
        for scheme in ("http", "https"):
            answer = by(scheme)
            assert f"{scheme}://localhost{PAGE}?as_of=" in answer.text
            assert ("Strict-Transport-Security" in answer.headers) == (scheme == "https")
    assert kept.behind.asked == 2


def test_hosts_are_kept_apart_and_others_refused_each_time(kept: Kept) -> None:
    assert "http://127.0.0.1/" in kept.ask(PAGE, host="127.0.0.1").text
    assert "http://localhost/" in kept.ask(PAGE).text
    assert kept.number == 2
    for _time in range(2):
        assert kept.ask(PAGE, host="elsewhere.example").status == "400 Bad Request"
    assert kept.number == 2
    assert kept.behind.asked == 4


def test_a_request_that_says_how_its_address_is_to_be_read_neither_enters_nor_is_answered(kept: Kept) -> None:
    address = "/recommendations/?q=REC"
    other = {"CONTENT_TYPE": "text/plain; charset=utf-16"}
    assert not kept.is_kept(address, more=other)
    assert kept.number == 0
    plain = kept.ask(address)
    assert kept.is_kept(address)
    assert not kept.is_kept(address, more=other)
    assert kept.ask(address) == plain


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "if_none_match": st.lists(st.sampled_from(["now", "weak", "past", '"x"', "x", "*"]), max_size=3),
        "if_modified_since": st.sampled_from([-1, 0, 1, "yesterday", "Mon, 30 Nov 2026 10:00:00"]),
        "if_match": st.sampled_from(["now", "weak", "past", "*"]),
        "if_unmodified_since": st.sampled_from([-1, 0, 1, "soon"]),
        "accept_encoding": st.sampled_from(["gzip", "identity", "br", "gzip;q=0", "x-gzip", "*"]),
    },
)
REQUESTS = st.tuples(
    st.sampled_from(["GET", "HEAD"]), st.sampled_from(["", "/fr", "/fa"]), st.sampled_from([PAGE, "/robots.txt", "/no/"]), CONDITIONS
)


@how(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.one_of(st.just("publish"), REQUESTS), min_size=4, max_size=14))
def test_with_the_shelf_and_without_it_the_site_answers_alike(record: Recommendation, steps: list[Any]) -> None:
    kept, past = keeping(), '"never"'
    for number, step in enumerate(steps):
        if step == "publish":
            past = ask(kept.behind, PAGE).headers["ETag"]
            retitle(record, f"Title {number}")
            continue
        method, language, path, conditions = step
        address = path if path == "/robots.txt" else language + path
        page = ask(kept.behind, address)
        etag, modified = page.headers.get("ETag", '"none"'), page.headers.get("Last-Modified", "Mon, 30 Nov 2026 10:00:00 GMT")
        tags = {"now": etag, "weak": f"W/{etag}", "past": past}
        given = {name: value for name, value in conditions.items() if isinstance(value, str)}
        given |= {name: tags[value] for name, value in given.items() if value in tags}
        if "if_none_match" in conditions:
            given["if_none_match"] = ", ".join(tags.get(value, value) for value in conditions["if_none_match"])
        for name in ("if_modified_since", "if_unmodified_since"):
            if isinstance(conditions.get(name), int):
                moment = dt.datetime.strptime(modified, "%a, %d %b %Y %H:%M:%S GMT") + dt.timedelta(seconds=conditions[name])  # noqa: DTZ007
                given[name] = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
        wanted = ask(kept.behind, address, method, **given)
        for _time in range(2):
            found = kept.ask(address, method, **given)
            if method == "HEAD":  # the server drops a body that Django gives
                found, wanted = Answer(found.status, found.headers, b""), Answer(wanted.status, wanted.headers, b"")
            assert same(found, wanted), (address, method, given)
        kept.ask(address, accept_encoding=given.get("accept_encoding", ""))  # so that it is kept for what follows


# --- What drops it --------------------------------------------------------------------------------------------------------


def test_a_publish_drops_it(kept: Kept, record: Recommendation) -> None:
    before = kept.ask(PAGE)
    assert kept.is_kept(PAGE)
    retitle(record, "Another title")
    after = kept.ask(PAGE)
    assert "Another title" in after.text
    assert "Another title" not in before.text
    assert kept.number == 1
    assert kept.ask(PAGE, if_none_match=before.headers["ETag"]).status == "200 OK"


def test_a_takedown_drops_it_on_past_days_too(kept: Kept, record: Recommendation) -> None:
    past = f"{PAGE}?known=edition-1"
    for address in (PAGE, past):
        assert "Do REC-1" in kept.ask(address).text
        assert kept.is_kept(address)
    builders.taken_down(record, reason="An order of the court")
    for address in (PAGE, past):
        assert "Do REC-1" not in kept.ask(address).text
    assert kept.number == 0


def test_an_erasure_drops_it_although_there_is_no_other_edition(kept: Kept, record: Recommendation) -> None:
    assert "They should do REC-1." in kept.ask(PAGE).text
    assert kept.is_kept(PAGE)
    erase(["They should do REC-1."], by="An officer", reason="A court order.")
    assert "They should do REC-1." not in kept.ask(PAGE).text


def test_a_release_drops_it(kept: Kept) -> None:
    from tracker.releasing import make

    assert "freeze-1" not in kept.ask("/releases/").text
    assert kept.is_kept("/releases/")
    make("freeze-1", by=builders.officer(), reason="A reason", site="https://tracker.example.org")
    assert "freeze-1" in kept.ask("/releases/").text


def test_midnight_drops_it(record: Recommendation, monkeypatch: pytest.MonkeyPatch) -> None:
    days = 0
    now = timezone.now

    def moved() -> dt.datetime:
        return now() + dt.timedelta(days=days)

    monkeypatch.setattr(timezone, "now", moved)
    kept = keeping(day=lambda: today() + days)
    before = kept.ask(PAGE)
    assert kept.is_kept(PAGE)
    days = 1
    after = kept.ask(PAGE)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert moved().date().isoformat() in after.text
    assert kept.is_kept(PAGE)


def test_a_page_of_the_day_before_does_not_enter_on_the_next(record: Recommendation) -> None:
    kept = keeping(day=lambda: today() + 1)  # made just before midnight
    assert not kept.is_kept(PAGE)
    assert not kept.is_kept(PAGE)


def test_a_page_that_was_made_across_a_publish_is_of_the_edition_before_and_goes_with_it(
    record: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read as of one moment, and kept as long as this process has not heard of the publish."""
    told, whole = standing(), pages._page
    kept = keeping(knows=lambda: told)

    def interrupted(*arguments: Any) -> Any:
        monkeypatch.setattr(pages, "_page", whole)
        retitle(record, "Published meanwhile")
        return whole(*arguments)

    monkeypatch.setattr(pages, "_page", interrupted)
    assert "Published meanwhile" not in kept.ask(PAGE).text
    told = standing()
    assert "Published meanwhile" in kept.ask(PAGE).text


@pytest.mark.parametrize("address", ["/feeds/changes.atom", "/data/catalog.jsonld"])
def test_an_answer_for_programs_that_was_made_across_a_publish_is_not_kept(
    record: Recommendation, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Although this process has not heard of it yet: it is read in several moments."""
    told, offer = standing(), pages.ahead.offer
    kept = keeping(knows=lambda: told)

    def interrupted(*arguments: Any) -> None:
        monkeypatch.setattr(pages.ahead, "offer", offer)
        retitle(record, "Published meanwhile")
        offer(*arguments)

    monkeypatch.setattr(pages.ahead, "offer", interrupted)
    assert kept.ask(address).status == "200 OK"
    assert kept.number == 0


def test_a_page_of_an_edition_that_this_process_has_not_heard_of_is_not_kept(record: Recommendation) -> None:
    """It would stand beside pages of the edition before."""
    told = standing()
    retitle(record, "Another title")
    kept = keeping(knows=lambda: told)
    assert not kept.is_kept(PAGE)
    assert not kept.is_kept(PAGE)


# --- The database is away -------------------------------------------------------------------------------------------------


@pytest.fixture
def shut(cluster: postgres.Cluster, desk: str) -> Iterator[Callable[[bool], None]]:
    """Shuts the database, ending whoever is connected, and opens it again."""

    def turn(is_shut: bool) -> None:
        with cluster.connect() as superuser:
            superuser.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(psycopg.sql.Identifier(desk), not is_shut))
            if is_shut:
                superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [desk])

    yield turn
    turn(False)


def test_without_the_database_nothing_old_is_given(record: Recommendation, shut: Callable[[bool], None]) -> None:
    watch = watching.Watch(watching.ask)
    kept = keeping(knows=watch.standing)
    deadline = time.monotonic() + 60

    def until(holds: Callable[[], bool]) -> None:
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    until(lambda: kept.is_kept(PAGE))
    shut(True)
    since = time.monotonic()
    until(lambda: not kept.is_kept(PAGE))
    while time.monotonic() - since < watching.LASTS:
        time.sleep(0.05)
    assert not kept.is_kept(PAGE)
    assert kept.ask(PAGE).status[0] == "5"
    shut(False)
    until(lambda: kept.ask(PAGE).status == "200 OK" and kept.is_kept(PAGE))


# --- Nothing of anybody ---------------------------------------------------------------------------------------------------


def test_whoever_is_signed_in_is_answered_by_django_and_leaves_nothing(kept: Kept, client: Client) -> None:
    client.force_login(builders.reviewer())
    session = f"{client.cookies['desk_session'].key}={client.cookies['desk_session'].value}"
    for _time in range(2):
        assert not kept.is_kept(PAGE, cookie=session)
    assert kept.number == 0
    stranger = kept.ask(PAGE)
    assert not kept.is_kept(PAGE, cookie=f"a=b; {session}")
    assert kept.ask(PAGE) == stranger
    assert kept.number == 1


@pytest.mark.parametrize("header", ["authorization", "if_match", "if_unmodified_since"])
def test_what_only_django_answers(kept: Kept, header: str) -> None:
    kept.ask(PAGE)
    assert not kept.is_kept(PAGE, **{header: "*"})


def test_a_request_with_any_cookie_leaves_nothing(kept: Kept) -> None:
    assert not kept.is_kept(PAGE, cookie="a=b")
    assert kept.number == 0
    kept.ask(PAGE)
    assert kept.is_kept(PAGE, cookie="a=b")


@pytest.mark.parametrize(
    "header",
    [("Set-Cookie", "a=b"), ("Vary", "Accept-Encoding, Cookie"), ("Vary", "*"), ("Cache-Control", "private"), ("Cache-Control", "no-store")],
    ids="=".join,
)
def test_an_answer_that_is_not_everybodys_is_never_kept(kept: Kept, header: tuple[str, str]) -> None:
    kept.behind.adds = [header]
    for _time in range(3):
        assert kept.ask(PAGE).status == "200 OK"
    assert kept.number == 0
    assert kept.behind.asked == 3


@pytest.mark.parametrize(
    "address",
    [
        "/admin/login/", "/challenge/?record=recommendation/REC-1", "/healthz", "/readyz", "/api/v1/recommendations", "/api/v1/recommendations.csv",
        "/sitemap-recommendations-1.xml", "/recommendations/NO-1/", "/recommendations/?as_of=never", f"{PAGE}?known={{soon}}",
        "/compare/?with_known={soon}",
    ],
)  # fmt: skip
def test_what_is_not_kept(kept: Kept, address: str) -> None:
    """What is somebody's, counted, streamed, refused, or read otherwise once an instant has come."""
    soon = (timezone.now() + dt.timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    kept.ask(address.format(soon=soon))
    assert kept.number == 0


def test_other_methods_are_djangos(kept: Kept) -> None:
    kept.ask(PAGE)
    for method in ("POST", "OPTIONS", "DELETE", "get"):
        before = kept.behind.asked
        kept.ask(PAGE, method)
        assert kept.behind.asked == before + 1


def test_what_is_large_is_given_and_not_kept(record: Recommendation) -> None:
    kept = keeping(room=50_000)
    for _time in range(2):
        assert "Do REC-1" in kept.ask(PAGE).text
    assert kept.number == 0


def test_its_pages_stay_within_the_room(record: Recommendation) -> None:
    kept = keeping(room=300_000)
    for number in range(60):
        kept.ask(f"{PAGE}?nothing={number}", accept_encoding="gzip")
        shelf = kept.ahead.shelf()
        assert shelf
        assert shelf.size <= 300_000
    assert 0 < kept.number < 60


def test_an_instant_that_has_come_is_another_answer(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ETag says so: who has the page of before is given the page."""
    instant = (timezone.now() + dt.timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    address = f"/?known={instant.isoformat().replace('+00:00', 'Z')}"
    monkeypatch.setattr(timezone, "now", lambda: instant - dt.timedelta(minutes=1))
    before = kept.ask(address)
    assert before.status == "200 OK"
    monkeypatch.setattr(timezone, "now", lambda: instant + dt.timedelta(minutes=1))
    assert kept.ask(address, if_none_match=before.headers["ETag"]).status == "200 OK"
