"""Fetching, against real servers on loopback: what comes back, and everything that must not be reached, believed or waited for."""

import gzip
import itertools
import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.archive.conftest import Certificate, Server, page, to
from tracker.archive import fetch as module
from tracker.archive.fetch import Fetched, Limits, LinkState, Looked, NotFetched, Reason, fetch, look, normalised

HERE = ("127.0.0.1",)
HTML = b"<!doctype html><title>T</title><p>Text."
Serve = Callable[..., Server]


def got(url: str, **options: Any) -> Fetched:
    return fetch(url, allowed_hosts=options.pop("allowed_hosts", HERE), **options)


def refusal(url: str, **options: Any) -> NotFetched:
    """The refusal, which is always one sentence for people."""
    with pytest.raises(NotFetched) as caught:
        got(url, **options)
    told = str(caught.value)
    assert re.fullmatch(r"\S[^\n]*\.", told) and len(told) < 400, told
    assert "Traceback" not in told and "urllib3" not in told and " at 0x" not in told
    return caught.value


# --- A page ---------------------------------------------------------------------------------------------------------------


def test_a_page_as_it_came(serve: Serve) -> None:
    server = serve({"/a?b=%20c": page(HTML, "Content-Type: text/html; charset=ISO-8859-1", "X-Two: a", "X-Two: b", "Set-Cookie: s=1")})
    found = got(server.url("/a?b= c#fragment"))
    assert found.body == HTML
    assert (found.status, found.media_type, found.charset, found.address) == (200, "text/html", "iso-8859-1", "127.0.0.1")
    assert found.url == found.final_url == server.url("/a?b=%20c")
    assert found.redirects == ()
    assert [value for name, value in found.headers if name == "X-Two"] == ["a", "b"]
    assert found.fetched_at.utcoffset() is not None


def test_it_asks_honestly_and_tells_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """No proxy, cookie, password or referrer, whatever the environment holds."""
    elsewhere = serve({})
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, elsewhere.url())
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    server = serve({"/": page(b"", "Location: /b", "Set-Cookie: s=1", status="302 Found"), "/b": page()})
    got(server.url("/"))
    assert len(server.requests) == 2
    assert elsewhere.connections == 0
    for request in server.requests:
        names = {line.split(":")[0].lower() for line in request.split("\r\n")[1:] if line}
        assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
        assert f"Host: 127.0.0.1:{server.port}\r\n" in request
        assert "User-Agent: PolicyTracker/" in request


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "raw deflate", "two gzip members", "identity"])
def test_what_was_packed_is_unpacked(serve: Serve, encoding: str) -> None:
    body = HTML + b"x" * 300_000
    bare = zlib.compressobj(wbits=-15)
    packed = {
        "gzip": lambda: gzip.compress(body),
        "x-gzip": lambda: gzip.compress(body),
        "deflate": lambda: zlib.compress(body),
        "raw deflate": lambda: bare.compress(body) + bare.flush(),
        "two gzip members": lambda: gzip.compress(body[:1000]) + gzip.compress(body[1000:]),
        "identity": lambda: body,
    }[encoding]()
    name = {"raw deflate": "deflate", "two gzip members": "gzip"}.get(encoding, encoding)
    assert got(serve({"/": page(packed, "Content-Type: text/html", f"Content-Encoding: {name}")}).url()).body == body


@pytest.mark.parametrize("packed", [gzip.compress(HTML * 50)[:-20], b"not gzip at all", b""], ids=["cut off", "not gzip", "empty"])
def test_what_cannot_be_unpacked_is_refused(serve: Serve, packed: bytes) -> None:
    server = serve({"/": page(packed, "Content-Type: text/html", "Content-Encoding: gzip")})
    assert "cannot be unpacked, or ends too early" in str(refusal(server.url()))


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_a_packing_that_was_not_asked_for_is_refused(serve: Serve, encoding: str) -> None:
    assert "not asked for" in str(refusal(serve({"/": page(HTML, f"Content-Encoding: {encoding}")}).url()))


def test_a_body_in_chunks_and_one_without_a_length(serve: Serve) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    server = serve(
        {
            "/chunks": head + b"Transfer-Encoding: chunked\r\n\r\n" + b"5\r\n<p>on\r\n2\r\ne.\r\n0\r\n\r\n",
            "/open": head + b"\r\n<p>two.",
        }
    )
    assert got(server.url("/chunks")).body == b"<p>one."
    assert got(server.url("/open")).body == b"<p>two."


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>short",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n<p>short",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<p>short",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>ab\r\n",
    ],
)
def test_half_a_page_is_none(serve: Serve, answer: bytes) -> None:
    assert refusal(serve({"/": answer}).url()).reason is Reason.UNREACHABLE


@pytest.mark.parametrize(
    "answer", [b"", b"\x00\x01\x02", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nnonsense", b"+OK\r\n" * 50]
)
def test_what_is_no_web_server(serve: Serve, answer: bytes) -> None:
    assert refusal(serve({"/": answer}).url()).reason in (Reason.UNREACHABLE, Reason.KIND)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("404 Not Found", "127.0.0.1 answered 404 (Not Found) instead of the page."),
        ("410 Gone", "127.0.0.1 answered 410 (Gone) instead of the page."),
        ("403 No", "127.0.0.1 answered 403 (Forbidden) instead of the page."),
        ("500 Oh", "127.0.0.1 answered 500 (Internal Server Error) instead of the page."),
        ("799 Odd", "127.0.0.1 answered 799 instead of the page."),
        ("204 No Content", "127.0.0.1 answered 204 (No Content) instead of the page."),
        ("304 Not Modified", "127.0.0.1 answered 304 (Not Modified) instead of the page."),
        ("302 Found", "127.0.0.1 answered 302 (Found) instead of the page."),  # without saying where
    ],
)
def test_an_error_is_said(serve: Serve, status: str, told: str) -> None:
    found = refusal(serve({"/": page(b"<p>Sorry", "Content-Type: text/html", status=status)}).url())
    assert (str(found), found.reason, found.status, found.retry_after) == (told, Reason.STATUS, int(status[:3]), "")


def test_when_to_come_back_is_kept(serve: Serve) -> None:
    found = refusal(serve({"/": page(b"", "Retry-After: 120", status="503 Busy")}).url())
    assert (found.status, found.retry_after, found.url.startswith("http://127.0.0.1:")) == (503, "120", True)


@pytest.mark.parametrize(
    ("declared", "body", "kind"),
    [
        ("application/octet-stream", b"%PDF-1.7\n...", "application/pdf"),
        ("text/plain", HTML, "text/html"),
        ("text/plain; charset=utf-8", "Plain words, é.".encode(), "text/plain"),
        ("text/markdown", b"# Head", "text/markdown"),
        ("", b"<html><body>x", "text/html"),
    ],
)
def test_the_bytes_say_what_it_is(serve: Serve, declared: str, body: bytes, kind: str) -> None:
    assert got(serve({"/": page(body, f"Content-Type: {declared}")}).url()).media_type == kind


@pytest.mark.parametrize(
    ("declared", "body"),
    [("text/html", b"MZ\x90\x00\x03" + bytes(100)), ("image/png", b"\x89PNG\r\n\x1a\n"), ("application/json", b'{"a": 1}'), ("text/html", b"")],
)
def test_what_is_no_document_is_refused(serve: Serve, declared: str, body: bytes) -> None:
    assert refusal(serve({"/": page(body, f"Content-Type: {declared}")}).url()).reason is Reason.KIND


def test_a_picture_is_not_even_read(serve: Serve) -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n"
        yield from itertools.repeat(b"x" * 65536)

    assert refusal(serve({"/": endless}).url()).reason is Reason.KIND


# --- What is no address ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/html,x", "javascript:x",
        "http:example.org", "http:/example.org", "http://", "http:///x", "https://:80/", "http://example.org:0/", "http://example.org:99999/",
        "http://example.org:abc/", "http://example.org:/", "http://user@example.org/", "http://user:s3cret@example.org/", "http://@example.org/",
        "http://exa mple.org/", "http://example.org\\@127.0.0.1/", "http://exam\nple.org/", "http://example.org/\r\nHost: x", "http://[::1/",
        "http://[fe80::1%25eth0]/", "http://0x7f.1/", "http://2130706433/", "http://127.1/", "http://0177.0.0.1/", "http://%31%32%37.0.0.1/",
        "http://example.org\x00/", "http://..", "http://" + "a" * 5000, "http://ﷺ/", "jar:http://example.org/!/", "HTTP //x",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_asked(url: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("was asked")

    found = refusal(url, resolver=never, allowed_hosts=())
    assert found.reason is Reason.ADDRESS
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        (" https://example.org:443/a b?c=é d#e\n", "https://example.org/a%20b?c=%C3%A9%20d"),
        ("http://example.org.:80/%41%zz?", "http://example.org/%41%25zz"),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"),
        ("http://[2606:4700:0::1]:8080?x", "http://[2606:4700::1]:8080/?x"),
        ("http://example.org?a=http://b/", "http://example.org/?a=http://b/"),
    ],
)
def test_an_address_is_written_in_one_way(url: str, meant: str) -> None:
    assert normalised(url) == meant
    assert normalised(meant) == meant


# --- Where it must not go -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["169.254.169.254"], ["::1"], ["fd00:ec2::254"], ["::ffff:127.0.0.1"], ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"], ["2606:4700::1", "fe80::1%2"], ["0.0.0.0"], ["100.64.0.1"],
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_never_connected_to(serve: Serve, answers: list[str]) -> None:
    """One bad address in the answer is enough: a server that answers with both tries its luck."""
    server = serve({"/": page()})
    found = refusal(server.url("/", host="inside.example"), resolver=lambda _host, _port: answers, allowed_hosts=())
    assert found.reason is Reason.REFUSED
    assert server.connections == 0
    assert not any(answer in str(found) for answer in answers)  # what a name means in here is nobody's business


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1.", "１２７.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"])
def test_loopback_by_any_name_is_refused(serve: Serve, host: str) -> None:
    server = serve({"/": page()})
    assert refusal(server.url("/", host=host), allowed_hosts=()).reason in (Reason.REFUSED, Reason.UNREACHABLE)
    assert server.connections == 0


def test_an_exception_holds_for_that_host_and_port_alone(serve: Serve) -> None:
    one, other = serve({"/": page()}), serve({"/": page()})
    allowed = [f"127.0.0.1:{one.port}"]
    assert got(one.url(), allowed_hosts=allowed).status == 200
    assert refusal(other.url(), allowed_hosts=allowed).reason is Reason.REFUSED
    assert refusal(one.url(host="same.example"), allowed_hosts=allowed, resolver=lambda *_: ["127.0.0.1"]).reason is Reason.REFUSED
    assert (one.connections, other.connections) == (1, 0)


@pytest.mark.parametrize(
    "location",
    [
        "http://inside.example:{port}/secret", "//inside.example:{port}/secret", "http://169.254.169.254/latest/meta-data/", "http://[::1]:{port}/secret",
        "http://10.0.0.1/", "http://localhost:{port}/secret", "http://0x7f.1:{port}/secret", "file:///etc/passwd", "ftp://127.0.0.1/",
        "http://a:b@127.0.0.1:{port}/secret", "http://127.0.0.1:{port}\\@x/", "http://[/",
    ],
)  # fmt: skip
def test_a_redirect_is_checked_like_an_address(serve: Serve, location: str) -> None:
    inside = serve({"/secret": page(b"<p>secret")})
    outside = serve({"/": to(location.format(port=inside.port))})
    resolver = {"inside.example": ["127.0.0.1"], "localhost": ["127.0.0.1"]}
    found = refusal(
        outside.url(),
        allowed_hosts=[f"127.0.0.1:{outside.port}"],
        resolver=lambda host, _port: resolver.get(host, [host]),
    )
    assert found.reason is Reason.REFUSED
    assert (outside.connections, inside.connections) == (1, 0)


def test_a_name_is_asked_for_once_and_that_address_is_used(serve: Serve) -> None:
    """A server of names that answers differently the second time (DNS rebinding) gets no second time."""
    server = serve({"/": page()})
    asked: list[str] = []

    def changing(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    real = socket.getaddrinfo

    def no_names(host: str, *rest: Any, **options: Any) -> Any:
        assert host == "127.0.0.1", f"{host} was looked up again"
        return real(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", no_names)
        found = got(server.url(host="rebinding.example"), resolver=changing, allowed_hosts=["rebinding.example"])
    assert (asked, found.address) == (["rebinding.example"], "127.0.0.1")
    assert f"Host: rebinding.example:{server.port}\r\n" in server.requests[0]


def test_each_step_of_a_redirect_is_asked_for_anew(serve: Serve) -> None:
    server = serve({})
    server.answers |= {"/": to(server.url("/again", host="turning.example")), "/again": page(b"<p>secret")}
    answers = iter([["127.0.0.1"], ["127.0.0.1"]])
    found = refusal(
        server.url(host="first.example"), resolver=lambda *_: next(answers), allowed_hosts=["first.example"]
    )  # the second name leads to the same place, but nobody excepted it
    assert found.reason is Reason.REFUSED
    assert len(server.requests) == 1


def test_the_next_address_is_tried_when_one_is_dead(serve: Serve) -> None:
    server = serve({"/": page()})
    found = got(server.url(host="two.example"), resolver=lambda *_: ["127.0.0.9", "127.0.0.1"], allowed_hosts=["two.example"])
    assert found.address == "127.0.0.1"


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert str(refusal(f"http://127.0.0.1:{port}/")) == "127.0.0.1 takes no connections."
    for resolver in (lambda *_: [], lambda *_: (_ for _ in ()).throw(socket.gaierror("no"))):
        assert str(refusal("http://nobody.example/", resolver=resolver)) == "There is no host named nobody.example."


# --- Redirects ------------------------------------------------------------------------------------------------------------


def test_the_way_is_kept(serve: Serve) -> None:
    server = serve({"/": to("b?x=é#f", "301 Moved"), "/b?x=%C3%A9": to("/c", "307 T"), "/c": page()})
    found = got(server.url("/"))
    assert [(step.status, step.url, step.to) for step in found.redirects] == [
        (301, server.url("/"), server.url("/b?x=%C3%A9")),
        (307, server.url("/b?x=%C3%A9"), server.url("/c")),
    ]
    assert (found.url, found.final_url) == (server.url("/"), server.url("/c"))


def test_five_redirects_are_followed_and_no_more(serve: Serve) -> None:
    server = serve({f"/{number}": to(f"/{number + 1}") for number in range(7)} | {"/7": page()})
    assert got(server.url("/2")).final_url == server.url("/7")
    found = refusal(server.url("/1"))
    assert (found.reason, str(found)) == (Reason.REDIRECTS, "The address leads on more than 5 times.")


@pytest.mark.parametrize("answers", [{"/": to("/")}, {"/": to("/b"), "/b": to("/")}, {"/": to("/#x")}])
def test_a_circle_is_left(serve: Serve, answers: dict[str, bytes]) -> None:
    server = serve(answers)
    assert "in a circle" in str(refusal(server.url("/")))
    assert len(server.requests) <= 2


# --- Size -----------------------------------------------------------------------------------------------------------------


def endless(head: bytes, piece: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: itertools.chain([b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + head + b"\r\n"], itertools.repeat(piece))


BOMB = gzip.compress(bytes(100_000_000))


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20000001\r\n\r\n",  # refused by its word alone
        endless(b"", b"<p>" + b"x" * 65536),
        endless(b"Transfer-Encoding: chunked\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        page(BOMB, "Content-Type: text/html", "Content-Encoding: gzip"),
        page(zlib.compress(bytes(50_000_000)), "Content-Type: text/html", "Content-Encoding: deflate"),
        page(gzip.compress(bytes(19_000_000)) + gzip.compress(bytes(19_000_000)), "Content-Type: text/html", "Content-Encoding: gzip"),
        endless(b"Content-Encoding: gzip\r\n", gzip.compress(b"")),  # unfolds to nothing, for ever
    ],
)
def test_more_than_20_mb_is_refused(serve: Serve, answer: Any) -> None:
    found = refusal(serve({"/": answer}).url())
    assert (found.reason, str(found)) == (Reason.SIZE, "The page is larger than 20 MB, unpacked; that is more than is kept.")


def test_exactly_the_limit_is_taken(serve: Serve) -> None:
    body = b"<p>" + b"x" * 9_997
    server = serve(
        {"/": page(body), "/more": page(body + b"x"), "/packed": page(gzip.compress(body), "Content-Encoding: gzip", "Content-Type: text/html")}
    )
    limits = Limits(size=10_000)
    assert got(server.url(), limits=limits).body == got(server.url("/packed"), limits=limits).body == body
    assert refusal(server.url("/more"), limits=limits).reason is Reason.SIZE


def test_a_bomb_takes_no_memory(serve: Serve) -> None:
    """A process that may not have 300 MB more than it begins with meets a gigabyte in a megabyte."""
    server = serve({"/": page(gzip.compress(bytes(1_000_000_000), 1), "Content-Type: text/html", "Content-Encoding: gzip")})
    program = f"""
        import resource, django
        from django.conf import settings
        settings.configure(USE_I18N=False)
        from tracker.archive.fetch import NotFetched, fetch
        pages = int(open("/proc/self/statm").read().split()[0])
        most = pages * resource.getpagesize() + 300_000_000
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        try:
            fetch("{server.url()}", allowed_hosts=["127.0.0.1"])
        except NotFetched as found:
            print(found.reason)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("size\n", "")


@pytest.mark.parametrize("head", [b"X: " + b"x" * 70_000 + b"\r\n", b"X: y\r\n" * 200])
def test_headers_that_are_too_long(serve: Serve, head: bytes) -> None:
    server = serve({"/": b"HTTP/1.1 200 OK\r\n" + head + b"\r\n<p>x"})
    assert str(refusal(server.url())) == "127.0.0.1 sent headers that are too long."


# --- Time: no test waits for a clock, each waits for the refusal of something that would never end ------------------------


def drip(head: bytes, piece: bytes) -> Callable[[], Iterator[bytes]]:
    def slowly() -> Iterator[bytes]:
        yield head
        while True:
            time.sleep(0.05)
            yield piece

    return slowly


def silence(head: bytes) -> Callable[[], Iterator[bytes]]:
    def hang() -> Iterator[bytes]:
        yield head
        threading.Event().wait(60)

    return hang


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        silence(b""),
        silence(HEAD),
        silence(HEAD + b"Content-Length: 100\r\n\r\n<p>"),
        drip(HEAD + b"\r\n", b"x"),  # each byte in good time, the page never
        drip(HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
        drip(b"", b"H"),
        drip(HEAD + b"X: ", b"x"),
        drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drip(HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"")),
    ],
)
def test_what_never_ends_is_cut(serve: Serve, answer: Any) -> None:
    found = refusal(serve({"/": answer}).url(), limits=Limits(seconds=0.6))
    assert (found.reason, str(found)) == (Reason.SLOW, "The page did not come within 0.6 seconds; its server is too slow or hangs.")


def test_redirects_share_one_deadline(serve: Serve) -> None:
    def late(answer: bytes) -> Callable[[], Iterator[bytes]]:
        def wait() -> Iterator[bytes]:
            time.sleep(0.25)
            yield answer

        return wait

    server = serve({f"/{number}": late(to(f"/{number + 1}")) for number in range(5)} | {"/5": late(page())})
    assert refusal(server.url("/0"), limits=Limits(seconds=0.6)).reason is Reason.SLOW


def test_a_resolver_that_hangs_is_left_alone() -> None:
    def hang(_host: str, _port: int) -> list[str]:
        threading.Event().wait(60)
        return []

    assert refusal("http://slow.example/", resolver=hang, limits=Limits(seconds=0.3)).reason is Reason.SLOW


def test_a_handshake_that_hangs_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections and never says a word
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        assert refusal(url, limits=Limits(seconds=0.3)).reason is Reason.SLOW


def test_no_thread_is_left_behind(serve: Serve) -> None:
    server = serve({"/": to("/b"), "/b": page(), "/bad": b""})
    got(server.url())
    refusal(server.url("/bad"))
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


# --- TLS ------------------------------------------------------------------------------------------------------------------


def test_the_certificate_is_that_of_the_name(serve: Serve, certify: Callable[..., Certificate]) -> None:
    """Connected to an address, but asking for and checking the name."""
    made = certify("secure.example")
    server = serve({"/": page()}, tls=made.server)
    options: dict[str, Any] = {"resolver": lambda *_: ["127.0.0.1"], "allowed_hosts": ["secure.example", "other.example"], "context": made.client}
    assert got(server.url(host="secure.example.", scheme="https"), **options).final_url == server.url(host="secure.example", scheme="https")
    assert server.names == ["secure.example"]
    assert f"Host: secure.example:{server.port}\r\n" in server.requests[0]
    told = "other.example shows a certificate that is not valid for it, so it may be someone else; nothing was fetched."
    assert str(refusal(server.url(host="other.example", scheme="https"), **options)) == told
    assert len(server.requests) == 1


@pytest.mark.parametrize("trust", [True, False])
def test_a_certificate_that_ended_or_that_nobody_vouches_for(serve: Serve, certify: Callable[..., Certificate], trust: bool) -> None:
    made = certify("secure.example", ended=trust)
    server = serve({"/": page()}, tls=made.server)
    found = refusal(
        server.url(host="secure.example", scheme="https"),
        resolver=lambda *_: ["127.0.0.1"],
        allowed_hosts=["secure.example"],
        context=made.client if trust else None,
    )
    assert "certificate" in str(found)
    assert server.requests == []


def test_an_address_with_a_certificate_of_its_own(serve: Serve, certify: Callable[..., Certificate]) -> None:
    made = certify("127.0.0.1")
    server = serve({"/": page()}, tls=made.server)
    assert got(server.url(scheme="https"), context=made.client).status == 200


def test_a_server_without_tls(serve: Serve) -> None:
    server = serve({"/": page()})
    assert str(refusal(server.url(scheme="https"))) == "127.0.0.1 does not speak https as it should."


# --- Looking at links -----------------------------------------------------------------------------------------------------


def looked(server: Server, path: str = "/", **options: Any) -> Looked:
    return look(server.url(path), allowed_hosts=options.pop("allowed_hosts", HERE), **options)


def test_a_link_that_is_fine_takes_one_small_question(serve: Serve) -> None:
    server = serve({"/": page(b"")})
    found = looked(server)
    assert (found.state, found.status, found.sentence, found.moved_to) == (LinkState.FINE, 200, "", "")
    assert [request.split()[0] for request in server.requests] == ["HEAD"]


@pytest.mark.parametrize("wrong", ["405 No", "404 Not Found", "403 No", "500 Oh", "501 No"])
def test_a_server_that_answers_head_wrongly_is_asked_again(serve: Serve, wrong: str) -> None:
    server = serve({"HEAD /": page(b"", status=wrong), "GET /": page()})
    assert looked(server).state is LinkState.FINE
    assert [request.split()[0] for request in server.requests] == ["HEAD", "GET"]


def test_a_large_page_is_not_read_to_see_that_it_is_there(serve: Serve) -> None:
    server = serve({"HEAD /": page(b"", status="405 No"), "GET /": endless(b"", b"x" * 65536)})
    assert looked(server).state is LinkState.FINE


def test_moved_for_good_says_where(serve: Serve) -> None:
    server = serve({"/": to("/b", "301 M"), "/b": to("/c", "308 M"), "/c": to("/d", "302 F"), "/d": page(b"")})
    found = looked(server)
    assert (found.state, found.moved_to, found.final_url) == (LinkState.MOVED, server.url("/c"), server.url("/d"))
    assert found.sentence == f"The page moved for good to {server.url('/c')}."


def test_moved_for_now_is_fine(serve: Serve) -> None:
    assert looked(serve({"/": to("/b"), "/b": page(b"")})).state is LinkState.FINE


@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone"])
def test_gone(serve: Serve, status: str) -> None:
    found = looked(serve({"/": page(b"", status=status)}))
    assert (found.state, found.status) == (LinkState.GONE, int(status[:3]))
    assert f"answered {status[:3]}" in found.sentence


def test_moved_to_nothing_is_gone(serve: Serve) -> None:
    assert looked(serve({"/": to("/b", "301 M")})).state is LinkState.GONE


@pytest.mark.parametrize("answer", [page(b"", status="500 Oh"), page(b"", "Retry-After: 9", status="429 Slow"), b"", to("/"), to("file:///x")])
def test_failing(serve: Serve, answer: bytes) -> None:
    found = looked(serve({"/": answer}))
    assert found.state is LinkState.FAILING
    assert found.sentence.endswith(".")
    assert found.retry_after == ("9" if b"429" in answer else "")


def test_looking_goes_nowhere_that_fetching_does_not(serve: Serve) -> None:
    server = serve({"/": page(b"")})
    assert looked(server, allowed_hosts=()).state is LinkState.FAILING
    assert server.connections == 0
    assert look("nonsense").state is LinkState.FAILING
    outside = serve({"/": to(server.url())})
    assert looked(outside, allowed_hosts=[f"127.0.0.1:{outside.port}"]).state is LinkState.FAILING
    assert server.connections == 0


def test_the_usual_limits() -> None:
    assert Limits(size=20_000_000, seconds=15.0, redirects=5) == module.LIMITS
    assert settings.CAPTURE_ALLOWED_HOSTS == []
