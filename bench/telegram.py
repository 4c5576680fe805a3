"""A server on this machine that lets a bot wait for words as Telegram does, over TLS with a certificate made for it."""

import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOKEN = "123456789:" + "x" * 35
"""Of no bot: it is said to a server of our own alone."""


@contextmanager
def waiting(folder: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Serve; give the environment of a bot that waits there, and the list that grows with each of its questions."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [shutil.which("openssl") or "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    asked: list[str] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(self.path.rpartition("/")[2])
            over.wait(said.get("timeout", 0))
            with suppress(OSError):  # Whoever asked has ended.
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"ok": true, "result": []}')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "CONTROL": "true",
        "TOKEN": TOKEN,
        "CHAT_ID": "1",
        "API": f"https://localhost:{server.server_port}",
    }
    environment = {f"STOPWARD__MONITORING__TELEGRAM_{name}": value for name, value in settings.items()}
    try:
        yield {**environment, "SSL_CERT_FILE": str(certificate)}, asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
