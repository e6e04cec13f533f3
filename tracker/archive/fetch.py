"""A page fetched over http as its reader would get it, and nothing else reached on the way.

Where a name leads is asked once, every address in the answer is checked, and the connection goes to one of exactly these: a second look-up
could answer otherwise (DNS rebinding). A redirect is a new address and goes through the same. Proxies, cookies, passwords and .netrc
play no part. Everything is counted while it comes in: bytes as sent and as unpacked, and one deadline for all of it, which cuts the
connection whatever it is doing.
"""

import datetime as dt
import enum
import http.client
import queue
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import certifi
import urllib3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from urllib3.connection import HTTPConnection, HTTPSConnection

import tracker
from tracker.archive import addresses, media

USER_AGENT = f"PolicyTracker/{tracker.__version__} (keeps a copy of pages that are cited; asks for each once)"
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_GONE = frozenset({404, 410})
# What may stand unescaped in a path and a query (RFC 3986, 3.3 and 3.4); "%" because addresses come escaped.
_SAFE = "/?:@!$&'()*+,;=-._~%"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one page may cost: bytes (as sent and as unpacked), seconds in all, redirects followed."""

    size: int = 20_000_000
    seconds: float = 15.0
    redirects: int = 5


LIMITS = Limits()


class Reason(enum.StrEnum):
    """Why nothing was fetched, for a program to act on; the sentence is for people."""

    ADDRESS = "address"  # what was given is no address of a page
    REFUSED = "refused"  # it leads where this software does not go
    UNREACHABLE = "unreachable"  # no such name, no answer, no valid certificate, broken off
    SLOW = "slow"
    SIZE = "size"
    REDIRECTS = "redirects"
    STATUS = "status"  # the server answered with an error
    KIND = "kind"  # not a page, PDF or text


class NotFetched(Exception):
    """Nothing was fetched; the text is one sentence for staff.

    reason       why, as a word
    url          the address that was asked last
    status       the server's status, if it answered with an error
    retry_after  its Retry-After header as sent, or ""
    """

    def __init__(self, sentence: str, reason: Reason, *, url: str = "", status: int | None = None, retry_after: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason
        self.url = url
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Redirect:
    """One step on the way: the status with which `url` led to `to`."""

    status: int
    url: str
    to: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came.

    url         as asked for, normalised
    final_url   where it was in the end, without a fragment
    address     the IP address that answered
    headers     of the last answer, in its order, repeated ones kept
    media_type  what the bytes are (tracker.archive.media)
    charset     what the Content-Type header says, "" if nothing
    body        unpacked, at most `Limits.size` bytes
    fetched_at  when the last answer had come in whole
    """

    url: str
    final_url: str
    redirects: tuple[Redirect, ...]
    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    media_type: str
    charset: str
    body: bytes
    fetched_at: dt.datetime


class LinkState(enum.StrEnum):
    """What became of a link."""

    FINE = "fine"
    MOVED = "moved"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Looked:
    """A link that was tried.

    moved_to  where its server says that the page is for good, if it moved; else ""
    sentence  what was found, for staff; "" if it is fine
    status    the last status that a server answered, None if none did
    """

    state: LinkState
    url: str
    final_url: str
    moved_to: str
    status: int | None
    retry_after: str
    sentence: str
    looked_at: dt.datetime


Resolver = Callable[[str, int], Iterable[str]]
"""From a name and a port to all its IP addresses; `OSError` if there are none."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses that the system's resolver knows of a name, each once, in its order."""
    answer = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_kind, where in answer))


def trusted() -> ssl.SSLContext:
    """Certificates are checked against those whom the system trusts and those whom Mozilla does, for systems that know nobody."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def fetch(
    url: str,
    *,
    allowed_hosts: Iterable[str] = (),
    limits: Limits = LIMITS,
    resolver: Resolver = resolve,
    context: ssl.SSLContext | None = None,
) -> Fetched:
    """The page at an http or https address, whole, or `NotFetched`.

    allowed_hosts  (`CAPTURE_ALLOWED_HOSTS`) may lie in a private network; nothing else is different for them
    context        whose certificates are believed; `trusted()` by default
    """
    clock = _Clock(limits)
    way = _Way(clock, frozenset(allowed_hosts), resolver, context)
    with way.follow("GET", url) as answer:
        declared = answer.header("Content-Type")
        try:
            if media.is_hopeless(declared):
                raise media.refused(declared)
            body = answer.body(limits.size)
            media_type = media.recognise(urlsplit(answer.target.url).path, body, declared)
        except media.NotTaken as refusal:
            raise NotFetched(str(refusal), Reason.KIND, url=answer.target.url) from None
        return Fetched(
            url=way.first,
            final_url=answer.target.url,
            redirects=tuple(way.redirects),
            address=answer.address,
            status=answer.status,
            headers=answer.headers,
            media_type=media_type,
            charset=_charset(declared),
            body=body,
            fetched_at=dt.datetime.now(dt.UTC),
        )


def look(
    url: str,
    *,
    allowed_hosts: Iterable[str] = (),
    limits: Limits = LIMITS,
    resolver: Resolver = resolve,
    context: ssl.SSLContext | None = None,
) -> Looked:
    """Whether a link still leads to its page. Never raises `NotFetched`: what went wrong is the answer.

    HEAD first; whatever isn't a page then is asked again with GET, as many servers answer HEAD wrongly. No body is read.
    """
    clock = _Clock(limits)
    status: int | None = None
    retry_after = final_url = sentence = moved_to = ""
    state = LinkState.FAILING
    for method in ("HEAD", "GET"):
        way = _Way(clock, frozenset(allowed_hosts), resolver, context)
        try:
            with way.follow(method, url) as answer:
                status, final_url = answer.status, answer.target.url
        except NotFetched as failure:
            status, retry_after, sentence, final_url = failure.status, failure.retry_after, str(failure), failure.url
            state = LinkState.GONE if failure.status in _GONE else LinkState.FAILING
            if failure.reason in (Reason.ADDRESS, Reason.REFUSED, Reason.SLOW):
                break  # GET would fare no better
            continue
        moved_to, retry_after, sentence = way.moved_to(), "", ""
        state = LinkState.MOVED if moved_to else LinkState.FINE
        if moved_to:
            sentence = _("The page moved for good to %(url)s.") % {"url": _short(moved_to)}
        break
    return Looked(state, way.first or url, final_url, moved_to, status, retry_after, sentence, dt.datetime.now(dt.UTC))


# --- Where an address leads -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Target:
    """An address taken apart, and what is asked of which server."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


def normalised(url: str) -> str:
    """An http or https address as it will be asked for: host in ASCII, the rest escaped, no fragment. `NotFetched` if it isn't one."""
    return _target(url).url


def _target(url: str) -> _Target:
    url = url.strip(" \t\r\n\f")
    wrong = Reason.ADDRESS
    if re.search(r"[\x00-\x1f\x7f]", url) or "\\" in re.split("[?#]", url)[0] or len(url) > 4000:
        raise NotFetched(_("This address has characters in it that no address has, or is longer than 4,000 characters."), wrong, url=url[:4000])
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotFetched(
            _("“%(url)s” is not an address; it takes one such as https://example.org/page.") % {"url": _short(url)}, wrong, url=url
        ) from None
    if parts.scheme not in ("http", "https") or not url[len(parts.scheme) :].startswith("://"):
        raise NotFetched(
            _("“%(url)s” is not an address that can be fetched; it begins with https:// or http://.") % {"url": _short(url)}, wrong, url=url
        )
    if "@" in parts.netloc:
        raise NotFetched(_("The address has a name or password in it, which would be kept and shown; give it without."), wrong)
    host = addresses.host_name(parts.hostname or "")
    if host is None or port == 0 or parts.netloc.endswith(":"):
        raise NotFetched(
            _("“%(url)s” names no host that can be asked; write its name as in https://example.org/page.") % {"url": _short(url)}, wrong, url=url
        )
    port = port or (443 if parts.scheme == "https" else 80)
    shown = f"[{host}]" if ":" in host else host
    if port != (443 if parts.scheme == "https" else 80):
        shown += f":{port}"
    path = quote(parts.path or "/", safe=_SAFE.replace("?", "")) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    if not path.startswith("/"):
        path = "/" + path
    # A "%" that escapes nothing is escaped itself.
    path = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", path)
    return _Target(f"{parts.scheme}://{shown}{path}", parts.scheme, host, port, path)


def _short(url: str) -> str:
    cleaned = re.sub(r"[\x00-\x1f\x7f]", "�", url)
    return cleaned if len(cleaned) <= 120 else cleaned[:119] + "…"


def _charset(content_type: str) -> str:
    match = re.search(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE | re.ASCII)
    return match[1].lower() if match else ""


# --- Time -----------------------------------------------------------------------------------------------------------------


class _Clock:
    """One deadline for everything: names, connections, redirects, headers, bodies."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.ends = time.monotonic() + limits.seconds

    def left(self) -> float:
        """Seconds left; `NotFetched` if there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise self.too_slow()
        return left

    def too_slow(self) -> NotFetched:
        seconds = f"{self.limits.seconds:g}"
        return NotFetched(_("The page did not come within %(seconds)s seconds; its server is too slow or hangs.") % {"seconds": seconds}, Reason.SLOW)


class _Line:
    """A connection's own wire, which the deadline cuts. The library wraps sockets; this end of the same wire stays ours."""

    def __init__(self, wire: socket.socket, clock: _Clock) -> None:
        self.wire = wire.dup()
        self.timer = threading.Timer(max(clock.ends - time.monotonic(), 0), self.cut)
        self.timer.daemon = True
        self.timer.start()

    def cut(self) -> None:
        try:
            self.wire.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was faster

    def close(self) -> None:
        self.timer.cancel()
        self.timer.join()  # so that nothing is cut that has the same number since
        self.wire.close()


# --- The connection -------------------------------------------------------------------------------------------------------


class _Pinned(HTTPConnection):
    """A connection to the addresses that were checked. Its host stays the name: for the Host header, SNI and the certificate."""

    places: tuple[str, ...]
    clock: _Clock
    line: _Line | None = None
    address = ""

    def _new_conn(self) -> socket.socket:
        last: OSError = OSError("no address")
        for number, place in enumerate(self.places):
            try:
                # A share of the time for each address that is left, so that a dead first one doesn't take it all.
                wire = socket.create_connection((place, self.port), self.clock.left() / (len(self.places) - number))
            except OSError as error:
                last = error
                continue
            wire.settimeout(self.clock.left())
            self.address = place
            self.line = _Line(wire, self.clock)
            return wire
        raise last


class _PinnedTLS(_Pinned, HTTPSConnection):
    pass


@dataclass(slots=True)
class _Answer:
    """What a server answered, before its body is read."""

    target: _Target
    address: str
    response: urllib3.HTTPResponse
    clock: _Clock

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, _as_text(value)) for name, value in self.response.headers.iteritems())

    def header(self, name: str) -> str:
        return _as_text(self.response.headers.get(name, ""))

    def body(self, most: int) -> bytes:
        """The body, unpacked. Never more than `most` bytes are held, neither packed nor unpacked."""
        length = self.header("Content-Length")
        if re.fullmatch(r"[0-9]{1,18}", length) and int(length) > most:
            raise _too_big(most)
        unpacker = _unpacker(self.header("Content-Encoding"))
        taken, found = 0, bytearray()
        for packed in self.response.stream(_CHUNK, decode_content=False):
            taken += len(packed)
            if taken > most:
                raise _too_big(most)
            for piece in unpacker.unpack(packed):
                if len(found) + len(piece) > most:
                    raise _too_big(most)
                found += piece
            self.clock.left()
        # A wire that the deadline cut looks like the end of a body without a length.
        self.clock.left()
        unpacker.end()
        return bytes(found)


def _as_text(value: str) -> str:
    """A header as text: UTF-8 where it is, else Latin-1, as http.client took it."""
    try:
        return value.encode("latin-1").decode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return value


def _too_big(most: int) -> NotFetched:
    return NotFetched(_("The page is larger than %(most)s MB, unpacked; that is more than is kept.") % {"most": f"{most / 1e6:g}"}, Reason.SIZE)


class _AsIs:
    """A body that is not packed."""

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def end(self) -> None:
        pass


class _Inflater(_AsIs):
    """gzip and deflate, a piece at a time: a bomb is counted as it unfolds."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.machine: Any = zlib.decompressobj(31 if kind == "gzip" else 15)
        self.first = True

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            if self.machine.eof:
                if self.kind != "gzip" or not piece.startswith(b"\x1f\x8b"):
                    return  # padding after the end
                self.machine = zlib.decompressobj(31)  # a gzip file may be several, one after another
            try:
                found = self.machine.decompress(piece, _CHUNK)
            except zlib.error:
                if not (self.first and self.kind == "deflate"):
                    raise
                # "deflate" is zlib's format by the book and the bare one from some servers.
                self.machine, self.first = zlib.decompressobj(-15), False
                continue
            self.first = False
            if found:
                yield found
            piece = self.machine.unconsumed_tail or self.machine.unused_data

    def end(self) -> None:
        if not self.machine.eof:
            raise zlib.error("incomplete")


def _unpacker(encoding: str) -> _AsIs:
    match encoding.strip().lower():
        case "" | "identity":
            return _AsIs()
        case "gzip" | "x-gzip":
            return _Inflater("gzip")
        case "deflate":
            return _Inflater("deflate")
    raise NotFetched(
        _("The server sent the page packed in a way that was not asked for (%(encoding)s).") % {"encoding": _short(encoding)[:40]}, Reason.UNREACHABLE
    )


# --- The way there --------------------------------------------------------------------------------------------------------


class _Way:
    """From an address through its redirects to an answer."""

    def __init__(self, clock: _Clock, allowed: frozenset[str], resolver: Resolver, context: ssl.SSLContext | None) -> None:
        self.clock = clock
        self.allowed = allowed
        self.resolver = resolver
        self.context = context
        self.first = ""
        self.redirects: list[Redirect] = []

    def moved_to(self) -> str:
        """Where permanent redirects lead, up to the first that is not permanent."""
        found = ""
        for step in self.redirects:
            if step.status not in _PERMANENT:
                break
            found = step.to
        return found

    @contextmanager
    def follow(self, method: str, url: str) -> Iterator[_Answer]:
        """The last answer on the way, a success, while its connection is open. Every failure is `NotFetched`."""
        target = _target(url)
        self.first = target.url
        try:
            while True:
                with self._answer(method, target) as answer:
                    if answer.status not in _REDIRECTS or not answer.header("Location"):
                        _refuse_errors(answer)
                        yield answer
                        return
                    next_target = self._next(answer)
                target = next_target
        except NotFetched as failure:
            failure.url = failure.url or target.url
            raise

    def _next(self, answer: _Answer) -> _Target:
        """Where a redirect leads."""
        here = answer.target.url
        if len(self.redirects) >= self.clock.limits.redirects:
            most = self.clock.limits.redirects
            told = ngettext("The address leads on more than %(most)s time.", "The address leads on more than %(most)s times.", most) % {"most": most}
            raise NotFetched(told, Reason.REDIRECTS)
        try:
            there = _target(urljoin(here, answer.header("Location")))
        except (NotFetched, ValueError) as failure:
            told = _("The address leads on to one that cannot be fetched. %(why)s") % {"why": str(failure) if isinstance(failure, NotFetched) else ""}
            raise NotFetched(told.strip(), Reason.REFUSED) from None
        self.redirects.append(Redirect(answer.status, here, there.url))
        if there.url in {step.url for step in self.redirects}:
            raise NotFetched(_("The address leads round in a circle."), Reason.REDIRECTS)
        return there

    @contextmanager
    def _answer(self, method: str, target: _Target) -> Iterator[_Answer]:
        """One request, over a connection of its own to a checked address."""
        places = self._places(target)
        connection: Any
        if target.scheme == "https":
            # One for the whole way: reading the certificates takes longer than most answers.
            self.context = self.context or trusted()
            connection = _PinnedTLS(target.host, target.port, timeout=self.clock.left(), ssl_context=self.context)
        else:
            connection = _Pinned(target.host, target.port, timeout=self.clock.left())
        connection.places, connection.clock = places, self.clock
        headers = {
            "User-Agent": USER_AGENT,
            "Accept": "text/html, application/xhtml+xml, application/pdf, text/plain;q=0.9, text/markdown;q=0.9, */*;q=0.1",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "close",
        }
        try:
            with _in_words(target, self.clock):
                connection.request(method, target.path, headers=headers, preload_content=False, decode_content=False)
                response = connection.getresponse()
                self.clock.left()
                yield _Answer(target, connection.address, response, self.clock)
        finally:
            if connection.line:
                connection.line.close()
            connection.close()

    def _places(self, target: _Target) -> tuple[str, ...]:
        """The addresses of a host, all of them public, or the host one that was excepted."""
        try:
            found = tuple(self._asked(target))
        except (OSError, UnicodeError):
            found = ()
        if not found:
            raise NotFetched(_("There is no host named %(host)s.") % {"host": target.host}, Reason.UNREACHABLE)
        if addresses.is_allowed(target.host, target.port, self.allowed):
            return found
        if any(addresses.why_not(place) for place in found):
            raise NotFetched(
                _("%(host)s lies in a private or reserved network, from which nothing is fetched; an administrator can except it.")
                % {"host": target.host},
                Reason.REFUSED,
            )
        return found

    def _asked(self, target: _Target) -> list[str]:
        """The resolver's answer, waited for no longer than there is time: the system's own knows no deadline."""
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(list(self.resolver(target.host, target.port)))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=ask, daemon=True, name="resolver").start()
        try:
            answer = answers.get(timeout=self.clock.left())
        except queue.Empty:
            raise self.clock.too_slow() from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _refuse_errors(answer: _Answer) -> None:
    """Anything but a page: errors, empty answers, parts."""
    if 200 <= answer.status < 300 and answer.status not in (204, 205, 206):
        return
    name = http.client.responses.get(answer.status, "")
    told = _("%(host)s answered %(status)s (%(name)s) instead of the page.") if name else _("%(host)s answered %(status)s instead of the page.")
    raise NotFetched(
        told % {"host": answer.target.host, "status": answer.status, "name": name},
        Reason.STATUS,
        status=answer.status,
        retry_after=answer.header("Retry-After")[:100],
    )


@contextmanager
def _in_words(target: _Target, clock: _Clock) -> Iterator[None]:
    """What goes wrong with a connection, as one sentence."""
    try:
        yield
    except (NotFetched, media.NotTaken):
        raise
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, zlib.error, ValueError) as error:
        if time.monotonic() >= clock.ends or isinstance(error, TimeoutError):
            raise clock.too_slow() from None
        raise NotFetched(_in_short(error) % {"host": target.host}, Reason.UNREACHABLE) from None


def _in_short(error: Exception) -> str:
    """The sentence about an error, with %(host)s in it."""
    causes: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in causes:
        causes.append(found)
        nested = [part for part in found.args if isinstance(part, BaseException)]
        found = nested[0] if nested else found.__cause__ or found.__context__
    if any(isinstance(cause, ssl.SSLCertVerificationError | urllib3.exceptions.SSLError) and "ertificate" in str(cause) for cause in causes):
        return _("%(host)s shows a certificate that is not valid for it, so it may be someone else; nothing was fetched.")
    if any(isinstance(cause, ssl.SSLError | urllib3.exceptions.SSLError) for cause in causes):
        return _("%(host)s does not speak https as it should.")
    if any(isinstance(cause, http.client.LineTooLong) or "more than" in str(cause) for cause in causes):
        return _("%(host)s sent headers that are too long.")
    if any(isinstance(cause, zlib.error) for cause in causes):
        return _("What %(host)s sent cannot be unpacked, or ends too early.")
    if any(
        isinstance(cause, urllib3.exceptions.IncompleteRead | http.client.IncompleteRead | urllib3.exceptions.InvalidChunkLength) for cause in causes
    ):
        return _("%(host)s broke off before the page was whole.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _("%(host)s takes no connections.")
    return _("%(host)s cannot be reached, or does not answer as a web server should.")
