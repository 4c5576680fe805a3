"""A server that stands for Telegram's: has what was written to the bot, remembers what the bot said, misbehaves."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.builders import NOW

TOKEN: Final = "123456789:" + "AAH-fake_token_of_nobody_01234567890"
OWNER: Final = 4711_0815


def an_update(update_id: int, text: str = "/halt", *, chat_id: object = OWNER, at: datetime = NOW) -> dict[str, Any]:
    """Return a message as Telegram gives it."""
    message = {"message_id": update_id, "date": int(at.timestamp()), "chat": {"id": chat_id, "type": "private"}}
    return {"update_id": update_id, "message": {**message, "text": text}}


@dataclass(frozen=True, slots=True)
class Bad:
    """One answer that is not what was asked for. ``body`` is sent as it is; ``extra`` are header lines."""

    status: int = 200
    body: bytes = b""
    extra: tuple[tuple[str, str], ...] = ()


def an_error(status: int, description: str, **parameters: int) -> Bad:
    """Return an error as Telegram tells it."""
    said = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return Bad(status, json.dumps(said).encode())


@dataclass
class Telegram:
    """What is written to the bot, what the bot said, and how the next requests of a method are answered."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    bad: dict[str, list[Bad]] = field(default_factory=dict)
    stall: threading.Event | None = None  # Until it is set no answer comes.
    drips: bool = False  # A byte now and then, for ever.
    waits: bool = False  # Long polling: without news the answer comes late.
    news: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def polled(self) -> list[dict[str, Any]]:
        """Return what each getUpdates asked for."""
        return [asked for method, asked in self.asked if method == "getUpdates"]

    def answer(self, method: str, asked: dict[str, Any]) -> Bad:
        self.asked.append((method, asked))
        if self.stall is not None:
            self.stall.wait()
        if self.bad.get(method):
            return self.bad[method].pop(0)
        result: object = True
        if method == "getUpdates":
            result = self._new(asked)
        elif method == "sendMessage":
            self.sent.append(asked["text"])
        elif method == "getMe":
            result = {"id": 123456789, "is_bot": True, "username": "stopward_bot"}
        return Bad(body=json.dumps({"ok": True, "result": result}).encode())

    def _new(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        self.updates = [each for each in self.updates if each["update_id"] >= asked.get("offset", 0)]
        if self.waits and not self.updates:
            self.news.wait(asked["timeout"])
            self.news.clear()
        return self.updates[: asked["limit"]]

    def write(self, *updates: dict[str, Any]) -> None:
        """Have these written to the bot now."""
        self.updates.extend(updates)
        self.news.set()


@contextmanager
def telegram(server: Telegram) -> Iterator[Telegram]:
    """Serve on a free port of this machine; a token that is not `TOKEN` is refused as Telegram does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            _, bot, method = self.path.split("/")
            found = an_error(401, "Unauthorized") if bot != f"bot{TOKEN}" else server.answer(method, asked)
            self.send_response(found.status)
            for name, value in found.extra:
                self.send_header(name, value)
            if server.drips:
                self._drip()
                return
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def _drip(self) -> None:
            self.end_headers()
            never = threading.Event()
            try:
                while not never.wait(0.01):
                    self.wfile.write(b" ")
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of those who hung up."""

    made = Server(("127.0.0.1", 0), Handler)
    server.port = made.server_port
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.news.set()
        if server.stall is not None:
            server.stall.set()
        made.shutdown()
        thread.join()
        made.server_close()
