"""Failures are counted over all connections, and strangers keep no owner out."""

import datetime as dt
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.admin.forms import words
from tests.conftest import serving
from tests.signin.conftest import fresh_code, link_app, send_password
from tracker.models import AccountEvent, SharedValue, Tally, User
from tracker.signin import browsers, events, throttle
from tracker.signin.throttle import Limit, Throttled, take

Enter = Callable[..., Client]
STRANGER, ANOTHER, OWNER = "203.0.113.9", "203.0.113.10", "198.51.100.7"
MOST = throttle.PASSWORD_HERE.most


def fail(name: str, address: str, times: int = MOST) -> Any:
    """A stranger with a fresh browser each time; gives the last answer."""
    for _number in range(times):
        answer = send_password(Client(), name, "wrong", REMOTE_ADDR=address)
    return answer


def test_the_limit_says_for_how_long_and_what_else_to_do(people: dict[str, User]) -> None:
    assert "do not match" in words(fail("researcher", STRANGER))
    turned_away = words(send_password(Client(), "researcher", "researcher", REMOTE_ADDR=STRANGER))
    assert "Too many failed attempts: wait 15 minutes and try again. You can also sign in now on a browser where you have" in turned_away
    Tally.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    assert send_password(Client(), "researcher", "researcher", REMOTE_ADDR=STRANGER).status_code == 302
    assert list(AccountEvent.objects.filter(kind="throttled").values_list("user__username", "address")) == [("researcher", STRANGER)]


def test_strangers_failures_do_not_keep_the_owner_out(people: dict[str, User], enter: Enter) -> None:
    """Not from elsewhere, and on a browser that is known not even from the very same address."""
    known = enter(people["researcher"], REMOTE_ADDR=STRANGER)
    known.post("/admin/logout/")
    for address in (STRANGER, ANOTHER):
        fail("researcher", address, MOST + 5)
    assert send_password(Client(), "researcher", "researcher", REMOTE_ADDR=OWNER).status_code == 302
    assert send_password(known, "researcher", "researcher", REMOTE_ADDR=STRANGER).status_code == 302
    assert "Too many" in words(send_password(Client(), "researcher", "researcher", REMOTE_ADDR=STRANGER))
    assert "Too many" in words(send_password(Client(), "RESEARCHER", "researcher", REMOTE_ADDR=STRANGER)), "nor does another spelling count anew"


def test_a_known_browser_is_known_for_its_accounts_alone(people: dict[str, User], enter: Enter) -> None:
    """Who has one account guesses no more often at another's; a made-up cookie is none."""
    client = enter(people["researcher"], REMOTE_ADDR=STRANGER)
    client.post("/admin/logout/")
    for _number in range(MOST):
        send_password(client, "reviewer", "wrong", REMOTE_ADDR=STRANGER)
    assert "Too many" in words(send_password(client, "reviewer", "reviewer", REMOTE_ADDR=STRANGER))
    for _number in range(throttle.PASSWORD_ON_KNOWN.most):
        send_password(client, "researcher", "wrong", REMOTE_ADDR=STRANGER)
    assert "Too many" in words(send_password(client, "researcher", "researcher", REMOTE_ADDR=STRANGER))
    forged = Client()
    forged.cookies[browsers.COOKIE] = client.cookies[browsers.COOKIE].value[:-2] + "xx"
    request = RequestFactory().get("/")
    request.COOKIES = {browsers.COOKIE: forged.cookies[browsers.COOKIE].value}
    assert browsers.known_as(request, people["researcher"].pk) == ""


def test_many_names_from_one_address(people: dict[str, User]) -> None:
    for number in range(throttle.PASSWORDS_HERE.most):
        send_password(Client(), f"name-{number}", "wrong", REMOTE_ADDR=STRANGER)
    assert "Too many" in words(send_password(Client(), "researcher", "researcher", REMOTE_ADDR=STRANGER))
    assert send_password(Client(), "researcher", "researcher", REMOTE_ADDR=ANOTHER).status_code == 302


@pytest.mark.parametrize("proxy", [False, True])
def test_forwarded_addresses_are_believed_from_our_proxy_alone(proxy: bool, settings: Any, people: dict[str, User]) -> None:
    """And of what stands there only the last one, which the proxy wrote."""
    settings.BEHIND_PROXY = proxy

    def sent(last: str, first: str) -> str:
        answer = send_password(Client(), "researcher", "wrong", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"{first}, {last}")
        return words(answer)

    for number in range(MOST):
        sent(STRANGER if proxy else f"192.0.2.{number}", first=f"192.0.2.{100 + number}")
    assert "Too many" in sent(STRANGER, first="192.0.2.250")
    assert ("Too many" not in sent(ANOTHER, first=STRANGER)) == proxy


@pytest.mark.parametrize(
    ("said", "address", "neighbourhood"),
    [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4321", "192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:0:0:2", "2001:db8::ffff:0:0:2", "2001:db8::/64"),
        ("[2001:db8:0:1::1]:4321", "2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::1", "fe80::/64"),
        ("", "", ""),
        ("nonsense", "", ""),
    ],
)
def test_addresses(said: str, address: str, neighbourhood: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=said)
    assert (browsers.address_of(request), browsers.neighbourhood_of(request)) == (address, neighbourhood)


def test_codes_are_counted_by_account_once_the_password_is_right(required: None, people: dict[str, User], enter: Enter) -> None:
    """Throwing away the cookies does not count anew; on the owner's own browser the guesses of others do not count."""
    user = people["reviewer"]
    secret = link_app(user)
    owner = enter(user, secret, REMOTE_ADDR=OWNER)
    owner.post("/admin/logout/")
    for number in range(throttle.CODE.most):
        thief = Client(REMOTE_ADDR=f"203.0.113.{number}")
        send_password(thief, "reviewer", "reviewer")
        assert "not right" in words(thief.post("/admin/login/code/", {"code": "000000"}))
    thief = Client(REMOTE_ADDR="203.0.113.200")
    send_password(thief, "reviewer", "reviewer")
    turned_away = words(thief.post("/admin/login/code/", {"code": fresh_code(secret)}))
    assert "Too many failed attempts: wait 15 minutes" in turned_away
    assert "an administrator can reset your second factor" in turned_away
    send_password(owner, "reviewer", "reviewer")
    assert owner.post("/admin/login/code/", {"code": fresh_code(secret)}).status_code == 302


def test_guesses_at_ones_own_password_are_counted_by_session(people: dict[str, User], enter: Enter) -> None:
    """Who finds a browser left open guesses ten times; the owner elsewhere is not held up."""
    left_open, elsewhere = enter(people["researcher"]), enter(people["researcher"])
    new = {"new_password1": "a-long-new-one", "new_password2": "a-long-new-one"}
    for _number in range(throttle.AGAIN.most):
        left_open.post("/admin/password_change/", {**new, "old_password": "wrong"})
    assert "Too many" in words(left_open.post("/admin/password_change/", {**new, "old_password": "researcher"}))
    assert elsewhere.post("/admin/password_change/", {**new, "old_password": "researcher"}).status_code == 302


def test_the_count_holds_over_connections_at_once(people: dict[str, User]) -> None:
    """Forty strangers at one address send at the same time to a real server: exactly the limit is tried."""
    senders, together = 40, threading.Barrier(40)
    said: list[str] = []

    def send(site: str) -> None:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = opener.open(f"{site}/admin/login/", timeout=60).read().decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        typed = {"login": "researcher", "password": "wrong", "csrfmiddlewaretoken": token}
        request = urllib.request.Request(f"{site}/admin/login/", urllib.parse.urlencode(typed).encode())
        together.wait(60)
        said.append(opener.open(request, timeout=120).read().decode())

    with serving() as site:
        threads = [threading.Thread(target=send, args=(str(site),)) for _number in range(senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(150)
    assert len(said) == senders
    assert sum("do not match" in page for page in said) == MOST
    assert sum("Too many" in page for page in said) == senders - MOST
    assert AccountEvent.objects.filter(kind="failed").count() == MOST


def test_a_right_one_is_given_back_and_wipes_nothing_out(desk: str) -> None:
    limit = Limit("a test", 3, 60)
    take([(limit, ("x",))])
    for _number in range(10):
        take([(limit, ("x",))]).give_back()
    take([(limit, ("x",))])
    take([(limit, ("x",))])
    with pytest.raises(Throttled):
        take([(limit, ("x",))])
    take([(limit, ("y",))])


def test_what_is_over_is_removed(desk: str) -> None:
    take([(Limit("a test", 3, 60), ("x",))])
    Tally.objects.update(until=timezone.now() - dt.timedelta(seconds=1))
    take([(Limit("a test", 3, 60), ("y",))])
    assert Tally.objects.count() == 1


def test_the_public_reads_none_of_it(people: dict[str, User]) -> None:
    """Nor can it write there; the desk does both."""
    for model in (Tally, SharedValue, AccountEvent):
        for statement in (f"SELECT * FROM public.{model._meta.db_table}", f"DELETE FROM public.{model._meta.db_table}"):
            with connections["public"].cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"):
                cursor.execute(statement)


def test_the_shared_table_is_djangos(desk: str) -> None:
    """What is set by one connection is seen by another; a key is added once."""
    from django.core.cache import cache

    assert cache.add("a", 1, 60)
    found: list[Any] = []

    def elsewhere() -> None:
        found.extend([cache.get("a"), cache.add("a", 2, 60)])
        connections.close_all()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [1, False]


# What is on record


def test_addresses_are_forgotten_and_the_rest_stays(people: dict[str, User], settings: Any) -> None:
    now = timezone.now()
    user = people["researcher"]

    def event(kind: str, days: int) -> AccountEvent:
        more = {"by": people["administrator"], "reason": "Lost phone."} if kind == "factor_reset" else {}
        return AccountEvent.objects.create(user=user, kind=kind, at=now - dt.timedelta(days=days), address=STRANGER, browser="A browser", **more)

    for days in (1, 89, 91):
        event("failed", days)
        event("factor_reset", days)
    assert events.forget_old(now) == (1, 1)
    assert events.forget_old(now) == (0, 0)
    assert AccountEvent.objects.filter(kind="failed").count() == 2
    assert list(AccountEvent.objects.filter(kind="factor_reset").values_list("address", "browser", "reason")) == [
        (STRANGER, "A browser", "Lost phone."),
        (STRANGER, "A browser", "Lost phone."),
        (None, "", "Lost phone."),
    ]


@pytest.mark.parametrize(
    ("days", "statement"),
    [
        (0, "DELETE FROM tracker_accountevent"),
        (0, "UPDATE tracker_accountevent SET address = NULL, browser = ''"),
        (29, "DELETE FROM tracker_accountevent"),
        (400, "UPDATE tracker_accountevent SET address = NULL, browser = '', reason = 'another'"),
        (400, "UPDATE tracker_accountevent SET kind = 'signed_in'"),
        (400, "DELETE FROM tracker_accountevent WHERE kind = 'factor_removed'"),
        (400, "TRUNCATE tracker_accountevent"),
    ],
)
def test_nobody_rewrites_what_happened(days: int, statement: str, people: dict[str, User]) -> None:
    """Tried as the desk's own role."""
    from tests.sql import refusal

    for kind in ("failed", "factor_removed"):
        at = timezone.now() - dt.timedelta(days=days)
        AccountEvent.objects.create(user=people["researcher"], kind=kind, at=at, address=STRANGER, browser="A browser")
    connection.ensure_connection()
    assert refusal(connection.connection, statement) is not None
