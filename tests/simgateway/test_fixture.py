"""The fixtures that others use, in a pytest of their own, and what a running gateway can be asked."""

import socket
from datetime import UTC, datetime

import pytest

from simgateway.faults.model import FaultError
from simgateway.protocol.wire import Fields, FrameReader, encode, greeting
from simgateway.running import RunningGateway, running

pytest_plugins = ["pytester"]

_INNER = """
import socket

import pytest

from simgateway.protocol.wire import encode, greeting


def hello(port, client=1):
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(greeting(157, 176))
    line.recv(100)
    line.sendall(encode(("71", "2", str(client), "")))
    return line


def test_a_gateway_listens_and_knows_its_clients(gateway):
    with hello(gateway.port):
        gateway.wait_for("nextValidId", client=1)
        assert gateway.counters().connections == 1


@pytest.mark.simgateway(symbols=("TSLA",), character="crash")
def test_it_can_be_another_one(gateway):
    with hello(gateway.port) as line:
        line.sendall(encode(("81", "5", "TSLA")))
        (samples,) = gateway.wait_for("symbolSamples")
        assert samples.fields[4] == "TSLA"


def test_there_can_be_two(gateways):
    one, other = gateways(), gateways()
    assert one.port != other.port


def test_a_failure_in_a_test_leaves_nothing_behind(gateway):
    line = hello(gateway.port)
    gateway.wait_for("nextValidId")
    line.close()
    assert gateway.port == 0
"""


def test_the_fixtures_work_in_somebody_elses_pytest(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["simgateway.fixture"]')
    pytester.makepyfile(_INNER)
    pytester.makeini("[pytest]\naddopts = --strict-markers\nfilterwarnings = error\n")

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=3, failed=1)


class _Line:
    """A connection that speaks fields."""

    def __init__(self, port: int, client_id: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.sendall(greeting(157, 176))
        self.socket.recv(100)
        self.reader = FrameReader(greeted=True)
        self.send("71", "2", client_id, "")

    def send(self, *fields: object) -> None:
        self.socket.sendall(encode(tuple(str(each) for each in fields)))

    def until(self, number: str) -> Fields:
        while True:
            for row in self.reader.feed(self.socket.recv(65536)):
                if row[0] == number:
                    return row


def test_a_fault_is_let_loose_and_taken_back_in_the_words_of_a_scenario() -> None:
    with running(symbols=("SPY",)) as gateway:
        line = _Line(gateway.port, 1)
        line.until("9")
        gateway.fault("mute", message="currentTime", times=1)
        line.send("49", 1)
        gateway.wait_for("fault")
        gateway.fault("mute", message="currentTime")
        gateway.clear_faults()
        line.send("49", 1)
        line.until("49")
        line.socket.close()
        answers = gateway.frames("currentTime", client=1, direction="out")

    assert len(answers) == 1


def test_a_fault_that_cannot_be_is_refused_where_it_is_asked_for() -> None:
    with running(symbols=("SPY",)) as gateway, pytest.raises(FaultError, match="'mutter' is none of"):
        gateway.fault("mutter")


def test_the_account_the_clock_and_the_connections_are_in_hand() -> None:
    start = datetime(2026, 3, 15, 7, 0, tzinfo=UTC)
    with running(symbols=("SPY",), start=start, speed=50) as gateway:
        line = _Line(gateway.port, 4)
        line.until("9")
        clock = gateway.do("clock", pause=True)
        cash = gateway.books().cash
        gateway.disconnect(4)
        gateway.wait_for("disconnected", client=4)
        connections = gateway.counters().connections
        line.socket.close()

    assert clock["paused"] is True
    assert (str(cash), connections, gateway.port > 0) == ("100000.00", 0, True)


def test_what_the_control_port_refuses_is_an_error() -> None:
    with running(symbols=("SPY",)) as gateway, pytest.raises(ValueError, match="'dance' is none of"):
        gateway.do("dance")


@pytest.mark.parametrize("ask", ["frames", "wait_for"])
def test_a_message_that_does_not_exist_is_not_looked_for(ask: str) -> None:
    with running(symbols=("SPY",)) as gateway, pytest.raises(ValueError, match="did you mean placeOrder"):
        getattr(gateway, ask)("placeorder")


def test_symbols_are_not_the_letters_of_a_text() -> None:
    with pytest.raises(TypeError, match=r"give a tuple of names"), running(symbols="SPY"):
        pass


def test_what_does_not_come_is_a_timeout_that_counts() -> None:
    with running(symbols=("SPY",)) as gateway, pytest.raises(TimeoutError, match=r"0 of 1 placeOrder passed"):
        gateway.wait_for("placeOrder", seconds=0.01)


def test_work_on_the_gateways_loop_returns_and_raises_to_its_caller() -> None:
    def fail(_: object) -> None:
        raise LookupError("no such thing")

    with running(symbols=("SPY",)) as gateway:
        assert isinstance(gateway, RunningGateway)
        assert gateway.call(lambda each: each.config.account) == "DU1234567"
        with pytest.raises(LookupError, match="no such thing"):
            gateway.call(fail)
