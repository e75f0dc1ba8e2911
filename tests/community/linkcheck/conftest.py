"""A real web server on this machine that behaves as badly as some do, and the rules that permit asking it."""

import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from community.linkcheck.addresses import NoNameError, Rules
from community.linkcheck.asking import Answer, ask
from community.linkcheck.turns import Turns


@dataclass
class Asked:
    """What the server was asked: method, path, host and agent, and when."""

    method: str
    path: str
    host: str
    agent: str
    at: float


@dataclass
class Web:
    """The server, the names that lead to it, and the rules under which a test asks it."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    robots: str = ""
    sent: int = 0

    def resolve(self, host: str, port: int) -> list[str]:
        """What a name leads to; where several answers are given, one after the other."""
        self.looked_up.append(host)
        if host not in self.names:
            try:
                return [str(ip_address(host))]
            except ValueError:
                raise NoNameError from None
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    @property
    def rules(self) -> Rules:
        return Rules(
            ports=frozenset({80, 443, self.port}), permitted=frozenset({"127.0.0.1"}), resolve=self.resolve
        )

    def ask(self, path: str = "/ok", *, host: str = "shop.test", scheme: str = "http", **more) -> Answer:
        self.names.setdefault("shop.test", [["127.0.0.1"]])
        url = path if "://" in path else f"{scheme}://{host}:{self.port}{path}"
        return ask(url, **{"rules": self.rules, "turns": Turns(pause=0), "whole": 4.0, **more})

    def paths(self, method: str = "GET") -> list[str]:
        return [each.path for each in self.asked if each.method == method and each.path != "/robots.txt"]


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def log_message(self, *args) -> None:
            """Tests read `web.asked`."""

        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            self.answer()

        def answer(self) -> None:
            web.asked.append(
                Asked(
                    self.command,
                    self.path,
                    self.headers["Host"],
                    self.headers["User-Agent"],
                    time.monotonic(),
                )
            )
            name = self.path.strip("/").partition("/")[0].replace("-", "_").replace(".", "_")
            try:
                getattr(self, f"page_{name}", self.page_missing)()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def say(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def page_ok(self) -> None:
            self.say(200, b"hello")

        def page_missing(self) -> None:
            self.say(404)

        def page_robots_txt(self) -> None:
            self.say(200, web.robots.encode()) if web.robots else self.say(404)

        def page_status(self) -> None:
            self.say(int(self.path.rpartition("/")[2]))

        def page_no_head(self) -> None:
            self.say(405 if self.command == "HEAD" else 200)

        def page_head_breaks(self) -> None:
            self.close_connection = True
            if self.command == "GET":
                self.say(200)

        def page_to(self) -> None:
            """`/to/STATUS/?where`"""
            self.say(int(self.path.split("/")[2]), Location=self.path.partition("?")[2])

        def page_nowhere(self) -> None:
            self.say(302)

        def page_on(self) -> None:
            self.say(301, Location=f"/on/{int(self.path.rpartition('/')[2]) + 1}")

        def page_circle(self) -> None:
            self.say(302, Location="/circle/b" if self.path.endswith("a") else "/circle/a")

        def page_hang(self) -> None:
            time.sleep(8)

        def page_trickle(self) -> None:
            """A header that never ends, one letter at a time, so that no read waits long."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _each in range(80):
                self.wfile.write(b"x")
                time.sleep(0.1)

        def page_huge(self) -> None:
            """Two gigabytes, if somebody takes them; to HEAD as well, which is not allowed."""
            self.send_response(200)
            self.end_headers()
            for _each in range(2000):
                self.wfile.write(b"x" * 1_000_000)
                web.sent += 1_000_000

        def page_many_headers(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-More: yes\r\n" * 100_000 + b"\r\n")

        def page_long_header(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 3_000_000 + b"\r\n\r\n")

        def page_nonsense(self) -> None:
            self.wfile.write(b"\x00\xff this is not HTTP\r\n\r\n")

        def page_cut(self) -> None:
            self.close_connection = True

    return Page


def _serve(wrap=lambda server: None) -> Iterator[Web]:
    web = Web(port=0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(web))
    server.daemon_threads = True
    server.block_on_close = False
    wrap(server)
    web.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield web
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    yield from _serve()


@pytest.fixture
def secure_web(tmp_path, monkeypatch) -> Iterator[Web]:
    """The same over TLS, with a certificate for `shop.test` that this test alone trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("shop.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "shop.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(file))

    def wrap(server: ThreadingHTTPServer) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        server.socket = context.wrap_socket(server.socket, server_side=True)

    yield from _serve(wrap)
