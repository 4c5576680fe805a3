import socket

import pytest

from broker.ib.refusals import stranger, unreachable


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 4002)"), "nothing listens there"),
        (
            OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9, 0, 0), "
                "[Errno 111] Connect call failed ('127.0.0.1', 9)"
            ),
            "nothing listens there",
        ),
        (socket.gaierror(-2, "Name or service not known"), "no machine of this name is known"),
        (OSError(113, "No route to host"), "cannot be reached: No route to host"),
        (PermissionError(1, "Operation not permitted"), "cannot be reached: Operation not permitted"),
    ],
)
def test_why_a_socket_could_not_be_opened_is_said_in_words(error: OSError, seen: str) -> None:
    assert unreachable(error).seen == seen


@pytest.mark.parametrize(
    ("first", "what"),
    [
        (b"HTTP/1.1", "a web server"),
        (b"<html>", "a web server"),
        (bytes([21, 3, 1, 0, 2, 2, 70]), "a TLS port"),
        (b"SSH-2.0-", "an SSH server"),
        (b"+OK", "something"),
    ],
)
def test_a_stranger_is_told_by_its_first_bytes(first: bytes, what: str) -> None:
    assert stranger(first).seen == f"{what} answers there, not an IB gateway"
