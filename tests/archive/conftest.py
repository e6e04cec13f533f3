"""Servers on loopback that answer byte by byte as a test says: what a library would never send is what has to be tried."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Answer = bytes | Iterable[bytes]


def page(body: bytes = b"<!doctype html><title>T</title><p>Text.", *headers: str, status: str = "200 OK") -> bytes:
    """An answer with a body and the right length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *(headers or ("Content-Type: text/html; charset=utf-8",))]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def to(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return page(b"", f"Location: {location}", status=status)


@dataclass
class Server:
    """What a test says of each path, and what was asked: the requests as they came, and the names asked for in TLS."""

    port: int
    answers: dict[str, Answer | Callable[[], Answer]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def answer(server: Server, wire: socket.socket) -> None:
    """One connection: read the request, send what was said about its path (or its method and path)."""
    asked = b""
    while b"\r\n\r\n" not in asked:
        more = wire.recv(65536)
        if not more:
            return
        asked += more
        if asked.startswith(b"\x16"):  # TLS, to a server that speaks none
            wire.sendall(page(b"", status="400 Bad Request"))
            return
    request = asked.decode("latin-1")
    server.requests.append(request)
    method, path, _rest = request.split(" ", 2)
    said = server.answers.get(f"{method} {path}", server.answers.get(path, page(b"", status="404 Not Found")))
    said = said() if callable(said) else said
    for piece in [said] if isinstance(said, bytes) else said:
        wire.sendall(piece)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Makes a server from answers by path; ends with the test."""
    listeners: list[socket.socket] = []
    done = threading.Event()

    def start(answers: dict[str, Answer | Callable[[], Answer]], tls: ssl.SSLContext | None = None) -> Server:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server = Server(listener.getsockname()[1], answers)
        if tls:
            tls.sni_callback = lambda _wire, name, _context: server.names.append(name)

        def one(wire: socket.socket) -> None:
            try:
                with wire, tls.wrap_socket(wire, server_side=True) if tls else wire as talk:
                    answer(server, talk)
            except OSError:
                pass  # the client hung up, which is what many tests are about

        def accept() -> None:
            while not done.is_set():
                try:
                    wire, _where = listener.accept()
                except OSError:
                    return
                server.connections += 1
                threading.Thread(target=one, args=(wire,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return server

    yield start
    done.set()
    for listener in listeners:
        listener.close()


@dataclass(frozen=True)
class Certificate:
    """A certificate made for a test, as the server shows it and as a client trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture
def certify(tmp_path: Path) -> Callable[..., Certificate]:
    """Makes a certificate for names."""

    def make(*names: str, ended: bool = False) -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
        now = dt.datetime.now(dt.UTC)
        alternatives = [x509.IPAddress(ipaddress.ip_address(given)) if given.replace(".", "").isdigit() else x509.DNSName(given) for given in names]
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=30))
            .not_valid_after(now + dt.timedelta(days=-1 if ended else 1))
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / f"{names[0]}.pem"
        file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + made.public_bytes(serialization.Encoding.PEM)
        )
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(file)
        return Certificate(server, ssl.create_default_context(cafile=str(file)))

    return make
