"""The same seed in both depths: one exchange, one adapter, and so one story."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from broker.ib.library import IB
from cli.simulation.checks import Ended, audited, complaints
from cli.simulation.direct.answers import READERS
from cli.simulation.drawing import drawn_script
from cli.simulation.script import Level
from cli.simulation.session import Session, calendar_in
from domain.trading_day import Calendar
from simgateway.protocol.wire import Fields

SEED = 5
_TEXT = (
    "101,1231955,SPY,OPT,20260311,553,P,100,SMART,USD,SPY   260311P00553000,SPY,BUY,10,LMT,0.37,0,DAY,,DU"
    "1234567,,0,260311SPY150012.E.0,1400500001,0,0,0,,,,,,,,,,,0,,-1,,,,,,2147483647,0,0,,3,0,,0,None,,0,"
    "0,0,,0,0,,,,0,0,0,2147483647,2147483647,,,,IB,0,0,,0,Filled,0,0,0,1.7976931348623157E308,1.797693134"
    "8623157E308,0,1,0,,10,0,0,,0,0,0,20260311 15:00:12 US/Eastern,Filled Size: 10,,,,,"
)
RARE = (tuple(_TEXT.split(",")), ("57", "1", "24"))
"""A completed order and a snapshot's end: not every session meets one."""


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Calendar:
    return calendar_in(tmp_path_factory.mktemp("calendar"))


@pytest.fixture(scope="module")
def wired(calendar: Calendar) -> Ended:
    return Session(drawn_script(SEED, Level.NONE), calendar).run()


@pytest.fixture(scope="module")
def direct(calendar: Calendar) -> Ended:
    return Session(replace(drawn_script(SEED, Level.NONE), wire=False), calendar).run()


def test_a_session_without_the_wire_trades_and_is_audited_by_the_gateways_own_record(direct: Ended) -> None:
    found = audited(direct)

    assert found.fills >= 3
    assert found.entries >= 1
    assert found.violations == ()
    assert list(complaints(direct)) == []


def test_both_depths_journal_the_same_records_at_the_same_moments(wired: Ended, direct: Ended) -> None:
    assert direct.journal.rows == wired.journal.rows
    assert len(direct.journal.rows) > 10


def test_both_depths_pass_the_same_messages_in_the_same_order(wired: Ended, direct: Ended) -> None:
    assert [(each.direction, each.fields) for each in direct.frames] == [
        (each.direction, each.fields) for each in wired.frames
    ]


class Recorder:
    """The library's wrapper, noting what its decoder calls."""

    def __init__(self) -> None:
        self.ib = SimpleNamespace(TimezoneTWS="America/New_York")
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.calls.append((name, values))


def read_by_the_library(fields: Fields) -> Iterator[tuple[str, tuple[Any, ...]]]:
    library, recorder = IB(), Recorder()
    decoder = library.client.decoder
    decoder.wrapper, decoder.serverVersion = recorder, 176
    decoder.interpret(list(fields))
    for name, values in recorder.calls:
        if name == "securityDefinitionOptionParameter":
            names = ("exchange", "_", "tradingClass", "multiplier", "expirations", "strikes")
            yield name, (values[0], SimpleNamespace(**dict(zip(names, values[1:], strict=True))))
        else:
            yield name, values


def is_like(mine: Any, library: Any) -> bool:
    """Return whether everything of mine is the same in the library's."""
    if isinstance(mine, SimpleNamespace):
        return all(is_like(value, getattr(library, name)) for name, value in vars(mine).items())
    if isinstance(mine, tuple | list):
        return len(mine) <= len(library) and all(map(is_like, mine, library))
    return bool(mine == library)


def read_directly(fields: Fields) -> list[tuple[Any, ...]]:
    name, reader = READERS[fields[0]]
    values = reader(fields)
    return [(values[0], bar) for bar in values[1]] if name == "historicalBars" else [values]


@pytest.mark.parametrize("number", READERS)
def test_an_answer_is_read_as_the_library_reads_it(number: str, wired: Ended) -> None:
    passed = (each.fields for each in wired.frames if each.direction == "out")
    messages = [fields for fields in (*passed, *RARE) if fields[0] == number][:200]

    assert messages != []
    for fields in messages:
        theirs = [values for name, values in read_by_the_library(fields) if name != "historicalDataEnd"]
        assert is_like(read_directly(fields), theirs), fields
