"""A port at which no usable gateway answers: check and trade name the cause within the timeout."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.check import Asked, run_check
from cli.main import main
from tests.cli.strange_servers import STRANGERS, serving, silent
from tests.house import CHECKOUT

TIMEOUT = 1.0


@contextmanager
def nobody() -> Iterator[int]:
    """Give a port at which nothing listens: bound, and deaf."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@contextmanager
def a_tls_port() -> Iterator[int]:
    """Serve TLS as the library does it; without a certificate: it never comes to one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

    def shake_hands(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=shake_hands, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def checked(capsys: pytest.CaptureFixture[str], port: int, host: str = "127.0.0.1") -> dict[str, object]:
    """Return the event of the connection; nothing else was asked, and the exit code is 1."""
    code = run_check(Asked(host=host, port=port, timeout_seconds=TIMEOUT, as_json=True))
    connection, *others = json.loads(capsys.readouterr().out.splitlines()[-1])["events"]
    assert code == 1
    assert (connection["event"], connection["verdict"]) == ("connection", "failed")
    assert {event["verdict"] for event in others} == {"skipped"}
    return dict(connection)


def refused(capsys: pytest.CaptureFixture[str], folder: Path, port: int) -> str:
    """Return the one line with which trading is refused; nothing is left behind."""
    sets = [f"broker.port={port}", f"broker.connect_timeout_seconds={TIMEOUT}", "broker.host=127.0.0.1"]
    sets += [f"paths.{name}={folder / name}" for name in ("runs_dir", "state_dir", "log_dir")]
    with pytest.raises(SystemExit) as ended:
        main(["trade", *(word for each in sets for word in ("--set", each))])
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert list(folder.iterdir()) == []
    return said.err


@pytest.mark.parametrize("name", STRANGERS)
def test_a_check_names_what_answers_instead(capsys: pytest.CaptureFixture[str], name: str) -> None:
    speak, pieces = STRANGERS[name]

    with serving(speak) as port:
        event = checked(capsys, port)

    said = f"{event['seen']} {event['remedy']}"
    assert [piece for piece in (f"127.0.0.1:{port}", *pieces) if piece not in said] == []
    assert event["failure"] == "disconnected"


@pytest.mark.parametrize("name", STRANGERS)
def test_trading_names_what_answers_instead(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str) -> None:
    speak, pieces = STRANGERS[name]

    with serving(speak) as port:
        line = refused(capsys, tmp_path, port)

    assert line.startswith(f"bot: broker.host/broker.port: 127.0.0.1:{port}: ")
    assert [piece for piece in pieces if piece not in line] == []


def test_a_real_tls_port_is_told_from_a_gateway(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with a_tls_port() as port:
        event = checked(capsys, port)
        line = refused(capsys, tmp_path, port)

    assert "TLS port" in f"{event['seen']} {event['remedy']}"
    assert "TLS port" in line


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_check_of_a_port_where_nothing_listens_says_what_to_start(
    capsys: pytest.CaptureFixture[str], host: str
) -> None:
    with nobody() as port:
        event = checked(capsys, port, host)

    assert event["seen"] == f"{host}:{port}: nothing listens there"
    assert "start the gateway" in str(event["remedy"])


def test_a_check_of_a_host_without_an_address_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    event = checked(capsys, 4002, "no..host")  # Known to be none without asking any network.

    assert event["seen"] == "no..host:4002: no machine of this name is known"


def test_progress_is_shown_to_a_terminal(tmp_path: Path) -> None:
    terminal, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm", "STOPWARD__PATHS__STATE_DIR": str(tmp_path)}
    try:
        with serving(silent) as port:
            command = [sys.executable, "run.py", "check", "--host", "127.0.0.1", "--port", str(port), "--timeout", "1"]
            done = subprocess.run(  # noqa: S603 - our own program
                command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=theirs, check=False, timeout=60
            )
        shown = os.read(terminal, 65536)
    finally:
        os.close(terminal)
        os.close(theirs)

    assert done.returncode == 1
    assert b"connecting" in shown
    assert b"connecting" not in done.stdout


def test_what_does_not_depend_on_a_connection_is_left_out_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    with nobody() as port:
        code = run_check(Asked(host="127.0.0.1", port=port, timeout_seconds=TIMEOUT))

    said = capsys.readouterr().out
    assert code == 1
    assert said.count("FAILED") == 1
    assert "-> start the gateway" in said
    assert f"127.0.0.1:{port} is not tradable: 1 of 11 failed" in said
