import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len

from ops.reading.files import log_files
from ops.reading.rows import Reader, Row, Wanted
from ops.watching.board import Board
from ops.watching.screen import exits, screen
from tests.ops.report.lines import CONTRACT, OPEN, Written, filled, planned


def board_of(log: Written) -> Board:
    log.facts()
    board = Board()
    for row in Reader(log_files(log.folder)).rows(Wanted()):
        board.take(row)
    return board


def lines_of(board: Board, now: datetime, columns: int = 80, lines: int = 24) -> list[str]:
    return screen(board, now, columns, lines).plain.split("\n")


def busy(log: Written, symbols: int, brackets: int) -> None:
    log.at(0, "started", version="1.2.3", mode="paper", symbols=symbols)
    log.at(0, "session_planned", day="2026-03-11", open=OPEN, close=OPEN + timedelta(hours=6.5))
    log.at(0, "connection_state", state="ready", reason="")
    for cycle in (1, 2):
        log.at(3 * cycle, "cycle_start", cycle=cycle, symbols=symbols)
    for number in range(symbols):
        log.at(6, "symbol_cycle", symbol=f"SYM{number}", cycle=2, decision="HOLD", reason="rsi=50.123456 " * 9)
    for number in range(brackets):
        planned(log, 7, f"i{number}")
        filled(log, 8, f"i{number}", ("ENTRY", 2, "1.00", f"e{number}"))
        log.at(
            9, "guard_quote", intent=f"i{number}", contract=CONTRACT, bid=1.25, bid_first=1, bid_high=2, bid_low=1,
            ask=2,
        )  # fmt: skip
    log.at(
        9, "day_pnl", day="2026-03-11", pnl=Decimal("48.70"), realised=0, fees=Decimal("1.30"), loss=Decimal("-48.70"),
        loss_limit=1000, at_risk=200, positions_open=1, entries=1,
    )  # fmt: skip


def test_the_board_says_how_everything_stands(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, symbols=1, brackets=1)

    lines = lines_of(board_of(log), OPEN + timedelta(minutes=9, seconds=30))

    assert lines[0].startswith("Stopward paper 1.2.3  2026-03-11 09:39:00 New York  last line 30 s ago")
    assert lines[1].startswith("connection ready  breaker closed  running")
    assert lines[2].startswith("session 2026-03-11 09:30-16:00  cycle 2 at 09:36:00  next at 09:39:00")
    assert lines[3].startswith("P&L +48.70 fees 1.30  loss 0.00 of 1,000.00")
    assert lines[5].split() == [
        "SPY", "2026-03-13", "500C", "2", "1.00", "1.25", "+48.70", "0.80", "-36%", "1.50", "+20%",
    ]  # fmt: skip
    assert lines[7].startswith("SYM0   09:36:00 HOLD         rsi=50.123456")


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (80, 25), (132, 50), (200, 24), (60, 10)])
@pytest.mark.parametrize(("symbols", "brackets"), [(0, 0), (3, 1), (1000, 40)])
def test_every_line_fits_and_there_are_exactly_as_many_as_the_terminal_has(
    tmp_path: Path, columns: int, lines: int, symbols: int, brackets: int
) -> None:
    log = Written(tmp_path)
    busy(log, symbols, brackets)
    log.at(10, "alert", kind="unguarded", text="漢字 " * 60 + "\nsecond line", delivered=False)

    drawn = lines_of(board_of(log), OPEN + timedelta(days=400), columns, lines)

    assert len(drawn) == max(24, lines)
    assert {cell_len(line) for line in drawn} == {max(80, columns)}


def test_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, symbols=100, brackets=20)

    drawn = lines_of(board_of(log), OPEN)

    assert any(line.startswith("open brackets 20") for line in drawn)
    shown = sum(line.startswith("SYM") for line in drawn)
    assert f"and {100 - shown} more" in "\n".join(drawn)


def test_before_the_first_line_it_says_so() -> None:
    drawn = lines_of(Board(), OPEN)

    assert "no line in the log yet" in drawn[0]
    assert drawn[3].startswith("the day is not open yet")


def test_what_is_unguarded_shouts_until_it_is_guarded(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, 1, 1)
    log.at(10, "position_unguarded", intent="i0", contract=CONTRACT, position=2)
    loud = lines_of(board_of(log), OPEN)[1]

    again = Written(tmp_path)
    again.at(11, "position_guarded", intent="i0", contract=CONTRACT, position=2, unguarded_seconds=60)
    quiet = lines_of(board_of(again), OPEN)[1]

    assert ("UNGUARDED: 1" in loud, "UNGUARDED" in quiet) == (True, False)


def test_a_bot_that_was_stopped_has_no_next_cycle(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, 1, 0)
    log.at(10, "circuit_breaker_open", reason="three timeouts", failures=3)
    log.at(11, "shutdown", reason="asked to", exit_code=0)

    board = board_of(log)

    assert board.next_cycle_at is None
    line = "connection ready  breaker OPEN  running  stopped  breaker: three timeouts; stopped: asked to"
    assert lines_of(board, OPEN, columns=120)[1].rstrip() == line


def test_however_long_the_reasons_are_what_is_wrong_is_said(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, 1, 1)
    log.at(10, "connection_state", state="disconnected", reason="the socket is closed\nby the other side " * 9)
    log.at(10, "circuit_breaker_open", reason="many timeouts " * 9, failures=3)
    log.at(10, "position_unguarded", intent="i0", contract=CONTRACT, position=2)

    line = lines_of(board_of(log), OPEN)[1]

    assert line.startswith("connection disconnected  breaker OPEN  running  UNGUARDED: 1  connection: the s")


def test_a_start_while_halted_shows_who_halted_it_and_since_when(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(0, "started", version="1", mode="paper", symbols=1, control="halted")
    log.at(0, "halted_at_start", state="halted", since=OPEN - timedelta(days=2), reason="./bot flatten")

    line = lines_of(board_of(log), OPEN)[1]

    assert line.rstrip() == "connection connecting  breaker closed  halted  by: ./bot flatten, 03-09 09:30"


def test_a_halt_that_ends_is_shown_no_more_and_neither_is_one_of_another_state(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(0, "control", state="halted", reason="./bot halt")
    log.at(1, "control", state="running", reason="./bot resume")
    resumed = board_of(log)
    other = Written(tmp_path)
    other.at(2, "control", state="halted", reason="./bot halt")
    other.at(3, "started", version="1", mode="live", symbols=1, control="running")

    assert (resumed.control, resumed.ordered) == ("running", "")
    assert (board_of(other).control, board_of(other).ordered) == ("running", "")


def test_before_the_first_cycle_the_symbols_of_the_start_are_shown(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(0, "started", version="1", mode="paper", symbols=3, symbol_names=["SPY", "QQQ", "AAPL"])
    log.at(1, "symbol_cycle", symbol="QQQ", cycle=1, decision="HOLD", reason="rsi=50")

    drawn = lines_of(board_of(log), OPEN)

    at = next(number for number, line in enumerate(drawn) if line.startswith("symbols 3 "))
    assert [line.split() for line in drawn[at + 1 : at + 4]] == [
        ["AAPL", "not", "looked", "at", "yet"],
        ["QQQ", "09:31:00", "HOLD", "rsi=50"],
        ["SPY", "not", "looked", "at", "yet"],
    ]


def test_a_start_with_fewer_symbols_forgets_the_others_and_one_without_names_still_counts(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(1, "symbol_cycle", symbol="QQQ", cycle=1, decision="HOLD", reason="rsi=50")
    log.at(2, "started", version="1", mode="paper", symbols=1, symbol_names=["SPY"])
    fewer = board_of(log)
    older = Written(tmp_path / "older")
    older.at(0, "started", version="0", mode="paper", symbols=3)

    assert list(fewer.looks) == []
    assert any(line.startswith("symbols 1 ") for line in lines_of(fewer, OPEN))
    assert any(line.startswith("symbols 3 ") for line in lines_of(board_of(older), OPEN))


def test_every_time_is_new_yorks_and_the_zone_is_named(tmp_path: Path) -> None:
    log = Written(tmp_path)
    opens = OPEN.isoformat()
    log.at(0, "session_planned", day="2026-03-11", open=opens, close="2026-03-11T20:00:00.000000Z")
    log.at(0, "halted_at_start", state="halted", since=OPEN + timedelta(seconds=7, microseconds=5), reason="me")

    drawn = "\n".join(lines_of(board_of(log), OPEN, 120))

    assert "session of 2026-03-11: open 2026-03-11 09:30 to 2026-03-11 16:00" in drawn
    assert "halted since 2026-03-11 09:30:07 by me" in drawn
    assert "latest events       all times are New York's" in drawn
    assert ("+00:00" in drawn, "00Z" in drawn) == (False, False)


def test_after_the_last_cycle_of_a_session_none_is_due(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, 1, 0)
    for cycle, minute in ((129, 385), (130, 388)):
        log.at(minute, "cycle_start", cycle=cycle, symbols=1)

    assert board_of(log).next_cycle_at is None


def test_a_denial_is_shown_with_its_numbers(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(1, "entry_denied", symbol="SPY", rule="max_spread_pct", found="9.1", limit="2", candidate="SPY 500C")
    log.at(1, "symbol_cycle", symbol="SPY", cycle=1, decision="max_spread_pct", reason="")

    look = board_of(log).looks["SPY"]

    assert (look.decision, look.reason) == ("max_spread_pct", "SPY 500C 9.1 against 2")


def test_exits_stand_where_they_were_moved_last(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, 1, 1)
    log.at(10, "order_modify_sent", ref="i0.S.0", quantity=2, order_type="STP LMT", price=0.6, trigger=0.7)
    log.at(10, "order_modify_sent", ref="i0.T.0", quantity=2, order_type="LMT", price=1.6)
    log.at(11, "order_modify_sent", ref="i0.S.0", quantity=2, order_type="LMT", price=0.65, trigger=None)

    (trip,) = board_of(log).open_trips

    assert exits(trip) == (Decimal("0.65"), Decimal("1.6"))


def test_a_new_day_forgets_what_is_closed_and_keeps_what_is_open(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, 1, 2)
    log.at(12, "position_closed", intent="i0", contract=CONTRACT, reason="stop", quantity=2, pnl=1, fees=1)
    log.at(24 * 60, "day_opened", day="2026-03-12", equity=1000)

    board = board_of(log)

    assert [trip.intent for trip in board.open_trips] == ["i1"]
    assert board.day is None


@pytest.mark.parametrize("event", ["started", "control", "session_planned", "day_pnl", "entry_filled", "guard_quote"])
def test_a_row_of_another_version_changes_nothing_and_is_shown(event: str) -> None:
    row: Row = json.loads(f'{{"ts":"2026-03-11T13:30:00.000000Z","level":"INFO","event":"{event}","msg":"odd"}}')
    board = Board()

    board.take(row)

    assert list(board.events) == [(datetime(2026, 3, 11, 13, 30, tzinfo=UTC), "INFO", "odd")]


def test_what_lacks_at_the_broker_is_said_at_the_top_until_it_is_there_or_written_off(tmp_path: Path) -> None:
    log = Written(tmp_path)
    busy(log, symbols=1, brackets=1)
    what = {"intent": "i0", "contract": CONTRACT, "quantity": 1}
    log.at(9.1, "position_lacking", **what, position=2)
    assert "LACKING: 1" in lines_of(board_of(log), OPEN + timedelta(minutes=9, seconds=30))[1]

    log = Written(tmp_path)
    log.at(9.2, "position_written_off", **what, price=0, position=1, exec_id="gone i0 0", reason="./bot gone")
    board = board_of(log)

    assert "LACKING" not in lines_of(board, OPEN + timedelta(minutes=9, seconds=30))[1]
    assert [trip.held for trip in board.open_trips] == [1]
