"""A proxy before an HTTP server that lets some requests fail, each in a chosen way."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive"})
_TEXTS = {
    403: "AccessDenied",
    409: "ConditionalRequestConflict",
    412: "PreconditionFailed",
    500: "InternalError",
    503: "SlowDown",
}


class Fault(StrEnum):
    """What becomes of a request.

    ``lost``: it never reaches the server, and the connection ends. ``unanswered``: the server does
    it, then the connection ends. ``cut``: half of the answer's body comes. ``late``: the server
    does it, and the answer comes after the client's patience. ``<status>``: the server never sees
    it, the client gets the status. ``done-<status>``: the server does it, the client gets the
    status.
    """

    LOST = "lost"
    UNANSWERED = "unanswered"
    CUT = "cut"
    LATE = "late"
    ERROR = "500"
    BUSY = "503"
    CONFLICT = "409"
    TAKEN = "412"
    DENIED = "403"
    DONE_ERROR = "done-500"
    DONE_BUSY = "done-503"


@dataclass
class Proxy:
    """Its address, what is to become of the next requests, and the methods of all that came."""

    url: str
    late_seconds: float
    plan: list[Fault | None] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, method: str) -> Fault | None:
        with self._lock:
            self.seen.append(method)
            return self.plan.pop(0) if self.plan else None


@contextmanager
def faulting_proxy(server: str, late_seconds: float = 1.0) -> Iterator[Proxy]:
    """Start a proxy before a server's URL; None in its plan, and its end, let a request pass."""
    proxy = Proxy("", late_seconds)
    target = urlsplit(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def handle_one(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = proxy.take(self.command)
            if fault is Fault.LOST:
                self.close_connection = True
                return
            if fault is not None and fault.value.isdigit():
                self.refuse(int(fault.value))
                return
            status, headers, answer = forward(target, self, body)
            if fault is Fault.UNANSWERED:
                self.close_connection = True
            elif fault in (Fault.DONE_ERROR, Fault.DONE_BUSY):
                self.refuse(int(fault.value.removeprefix("done-")))
            else:
                if fault is Fault.LATE:
                    time.sleep(proxy.late_seconds)
                # A client that has waited long enough is gone.
                with suppress(OSError):
                    self.answer(status, headers, answer, cut=fault is Fault.CUT)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = handle_one

        def refuse(self, status):
            text = f"<Error><Code>{_TEXTS[status]}</Code><Message>planned</Message></Error>"
            self.answer(status, [("Content-Type", "application/xml")], text.encode(), cut=False)

        def answer(self, status, headers, body, *, cut):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = self.close_connection or cut

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def forward(target, request, body):
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
    try:
        connection.request(request.command, request.path, body=body, headers=dict(request.headers))
        response = connection.getresponse()
        headers = [it for it in response.getheaders() if it[0].lower() not in _HOP]
        return response.status, headers, response.read()
    finally:
        connection.close()
