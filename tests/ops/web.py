"""A web server that behaves as badly as told, and remembers what it was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Web:
    """Answers with ``statuses`` in turn, the last for ever; ``stall`` keeps it from answering until it is set."""

    statuses: list[int] = field(default_factory=lambda: [200])
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, body
    stall: threading.Event | None = None
    port: int = 0

    def status(self) -> int:
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            web.asked.append((self.command, self.path, body))
            if web.stall is not None:
                web.stall.wait()
            self.send_response(web.status())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        if web.stall is not None:
            web.stall.set()
        server.shutdown()
        thread.join()
        server.server_close()
