from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ops.report.curves import drawdown, minutes
from ops.report.page import page
from ops.report.page_data import page_data, wall
from ops.report.terminal import sparkline
from ops.report.words import books_agree, duration, figures, health_rows, price
from tests.ops.report.lines import CONTRACT, OPEN, Written, closed, filled, planned


def test_a_round_trip_is_put_together_from_its_lines(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.03", "e1"))
    log.at(2.5, "guard_quote", intent="a", contract=CONTRACT, bid=1.3, bid_first=1.1, bid_high=1.4, bid_low=0.9, ask=2)
    filled(log, 3, "a", ("TARGET", 1, "1.50", "e2"))
    filled(log, 4, "a", ("STOP", 1, "1.20", "e3"))
    closed(log, 4, "a", "61.40", "2.60")

    (trip,) = log.facts().trips

    assert (trip.pnl, trip.fees, trip.told_pnl) == (Decimal("61.40"), Decimal("2.60"), Decimal("61.4"))
    assert (trip.average(bought=True), trip.average(bought=False)) == (Decimal("1.03"), Decimal("1.35"))
    assert (trip.entry_slippage, trip.exit_slippage) == (Decimal("2.00"), Decimal("-10.0"))
    assert (trip.seconds, trip.symbol, trip.strategy, trip.reason) == (120, "SPY", "scalp", "target")


def test_a_fill_told_twice_counts_once_and_a_corrected_one_as_corrected(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    for _ in range(2):
        filled(log, 2, "a", ("ENTRY", 2, "1.03", "e1"))
    log.at(3, "fill_corrected", intent="a", leg="ENTRY", exec_id="e1", quantity=2, price=1.01, price_before=1.03)
    filled(log, 4, "a", ("TARGET", 2, "1.50", "e2"))
    closed(log, 4, "a", "95.40", "2.60")

    facts = log.facts()

    assert facts.pnl == Decimal("95.40")
    assert books_agree(facts).endswith("to the cent.")


def test_what_somebody_else_sold_is_a_sale_like_any_other(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.03", "e1"))
    log.at(3, "sold_outside", intent="a", contract=CONTRACT, quantity=1, price=1.50, position=1, exec_id="x1")

    (trip,) = log.facts().book.trips.values()

    assert (trip.held, trip.average(bought=False)) == (1, Decimal("1.5"))


def test_what_was_taken_for_closed_and_goes_on_is_open_until_it_is_closed_again(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.03", "e1"))
    closed(log, 3, "a", "-10", "1.30")
    log.at(4, "bracket_reopened", intent="a", contract=CONTRACT, reason="a late fill")

    facts = log.facts()

    assert (facts.trips, [trip.told_pnl for trip in facts.open_trips]) == ([], [None])


def test_books_that_differ_are_said_to(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.00", "e1"))
    filled(log, 4, "a", ("TARGET", 2, "1.50", "e2"))
    closed(log, 4, "a", "97.41", "2.60")

    assert books_agree(log.facts()) == ("The fills come to 97.40 USD, the ledger's closing lines to 97.41: see a.")


def test_a_position_bought_before_the_log_begins_counts_by_its_closing_line(tmp_path: Path) -> None:
    log = Written(tmp_path)
    filled(log, 4, "a", ("TARGET", 2, "1.50", "e2"))
    closed(log, 4, "a", "97.40", "2.60")

    assert log.facts().pnl == Decimal("97.40")


def test_what_was_adopted_begins_at_the_price_it_is_counted_from(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(1, "foreign_adopted", intent="a", contract=CONTRACT, quantity=2, price=Decimal("1.10"))
    filled(log, 4, "a", ("TARGET", 2, "1.50", "e2"))
    closed(log, 4, "a", "78.70", "1.30")

    (trip,) = log.facts().trips

    assert (trip.pnl, trip.strategy) == (Decimal("78.70"), "adopted")


def test_what_others_sold_and_what_was_written_off_is_neither_held_nor_forgotten(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a", quantity=3)
    filled(log, 2, "a", ("ENTRY", 3, "1.00", "e1"))
    what = {"intent": "a", "contract": CONTRACT, "quantity": 1}
    log.at(3, "sold_outside", **what, price=Decimal("0.90"), position=2, exec_id="x1")
    log.at(4, "position_lacking", **what, position=2)
    facts = log.facts()

    (trip,) = facts.open_trips
    assert (trip.held, trip.outside, trip.lacking) == (2, 1, 1)
    assert figures(facts)[-1].more == "contracts; 1 lack at the broker, see ./bot gone"
    assert [mark.kind for mark in facts.timeline.marks] == ["sold by others", "lacking"]
    assert "2 still held, 1 of them not at the broker" in page(facts)

    log = Written(tmp_path)
    log.at(5, "position_written_off", **what, price=Decimal(0), position=1, exec_id="gone a 0", reason="./bot gone")
    filled(log, 6, "a", ("TARGET", 1, "1.50", "e2"))
    closed(log, 6, "a", "-62.60", "2.60", quantity=3)
    facts = log.facts()

    (trip,) = facts.trips
    assert (trip.held, trip.outside, trip.lacking, trip.pnl) == (0, 2, 0, Decimal("-62.60"))
    assert (figures(facts)[-1].value, figures(facts)[-1].more) == ("2", "contracts, or written off")
    assert books_agree(facts).endswith("to the cent.")


@pytest.mark.parametrize("event", ["position_complete", "oco_actor_started"])
def test_what_lacked_and_is_there_again_or_is_looked_at_anew_lacks_no_more(event: str, tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.00", "e1"))
    log.at(3, "position_lacking", intent="a", contract=CONTRACT, quantity=1, position=2)
    more = {"position": 2} if event == "position_complete" else {"epoch": 2}
    log.at(4, event, intent="a", contract=CONTRACT, **more)

    (trip,) = log.facts().open_trips

    assert trip.lacking == 0


def test_an_entry_that_was_not_filled_is_no_round_trip_and_what_is_held_is_open(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    closed(log, 2, "a", "0", "0", quantity=0)
    planned(log, 3, "b")
    filled(log, 4, "b", ("ENTRY", 2, "1.03", "e1"))

    log.at(5, "guard_quote", intent="b", contract=CONTRACT, bid=1.25, bid_first=1, bid_high=2, bid_low=1, ask=2)

    facts = log.facts()

    assert ([trip.intent for trip in facts.trips], facts.unfilled) == ([], 1)
    assert [(trip.intent, trip.pnl) for trip in facts.open_trips] == [("b", Decimal("42.70"))]
    assert "2 still held" in page(facts)


def test_rows_of_another_version_are_counted_and_do_not_stop_the_report(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    with (tmp_path / "bot.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"ts":"2026-03-11T14:00:00.000000Z","event":"entry_filled","intent":"a","price":"dear"}\n')
        file.write('{"ts":"2026-03-11T14:00:00.000000Z","event":"cycle_complete","cycle":1}\n')

    facts = log.facts()

    assert (facts.strange, len(facts.book.trips)) == (2, 1)


def test_an_outage_begins_after_the_connection_was_there_and_ends_when_it_is_again(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(0, "started", version="1", mode="paper", symbols=1)
    for minute, state in ((0, "connecting"), (1, "ready"), (5, "disconnected"), (6, "connecting"), (7.5, "ready")):
        log.at(minute, "connection_state", state=state, reason="socket closed")
    log.at(9, "actor_restarted", actor="risk", epoch=2, reason="it died")
    log.at(10, "shutdown", reason="asked to")
    log.at(30, "started", version="1", mode="paper", symbols=1)

    line = log.facts().timeline

    assert [(span.start - OPEN, span.seconds(line.end)) for span in line.outages] == [(timedelta(minutes=5), 150)]
    assert [(s.kind, s.seconds(line.end)) for s in line.spans if s.kind == "process down"] == [("process down", 1200)]
    assert (line.restarts, line.starts, [mark.kind for mark in line.marks]) == (1, 2, ["restart"])


def test_a_process_that_ended_without_a_word_was_down_since_its_last_line(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(0, "started", version="1", mode="paper", symbols=1)
    log.at(3, "circuit_breaker_open", reason="three timeouts", failures=3)
    log.at(8, "started", version="1", mode="paper", symbols=1)

    spans = log.facts().timeline.spans

    assert [(span.kind, span.start - OPEN) for span in spans] == [
        ("breaker open", timedelta(minutes=3)),
        ("process down", timedelta(minutes=3)),
    ]


def test_the_deepest_fall_is_from_the_height_before_it() -> None:
    at = [OPEN + timedelta(minutes=minute) for minute in range(6)]
    line = [Decimal(value) for value in (10, 40, 15, 60, 50, 20)]

    fall = drawdown(zip(at, line, strict=True))

    assert (fall.amount, fall.since, fall.until) == (Decimal(40), at[3], at[5])


def test_a_day_that_only_loses_falls_from_nothing() -> None:
    fall = drawdown([(OPEN, Decimal(-5)), (OPEN + timedelta(minutes=1), Decimal(-9))])

    assert fall.amount == 9


def test_days_follow_one_another_in_the_line_of_profit_and_loss(tmp_path: Path) -> None:
    log = Written(tmp_path)
    for day, intent in ((0, "a"), (24 * 60, "b")):
        planned(log, day + 1, intent)
        filled(log, day + 2, intent, ("ENTRY", 2, "1.00", f"{intent}1"))
        filled(log, day + 3, intent, ("TARGET", 2, "1.50", f"{intent}2"))
        closed(log, day + 3, intent, "97.40", "2.60")

    assert [value for _, value in log.facts().points] == [Decimal("97.40"), Decimal("194.80")]


def test_bids_become_candles_of_a_minute() -> None:
    bids = [(OPEN + timedelta(seconds=second), 1.0, 1.0 + second, 0.5, 2.0 + second) for second in (5, 20, 65)]

    assert minutes(bids) == [(OPEN.timestamp(), 1.0, 21.0, 0.5, 22.0), (OPEN.timestamp() + 60, 1.0, 66.0, 0.5, 67.0)]


def test_a_bot_started_anew_that_tells_of_the_whole_day_again_adds_no_bar_twice(tmp_path: Path) -> None:
    log = Written(tmp_path)
    for bars in (2, 3):
        column = [1.0] * bars
        log.at(
            5, "bars_seen", symbol="SPY", bars=bars, start=OPEN, bar_seconds=60, offsets=[0, 60, 120][:bars],
            opens=column, highs=column, lows=column, closes=column, volumes=column,
        )  # fmt: skip

    candles = log.facts().candles.between("SPY", OPEN, OPEN + timedelta(hours=1))

    assert [row[0] - OPEN.timestamp() for row in candles] == [0, 60, 120]


def test_charts_show_new_yorks_clock_in_summer_and_in_winter() -> None:
    assert wall(datetime(2026, 7, 1, 16, 0, tzinfo=UTC)) == int(datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp())
    assert wall(datetime(2026, 1, 5, 16, 0, tzinfo=UTC)) == int(datetime(2026, 1, 5, 11, 0, tzinfo=UTC).timestamp())


def test_what_the_charts_are_drawn_from_is_in_order_of_time(tmp_path: Path) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.00", "e1"))
    for second in range(0, 90, 15):
        log.at(
            2 + second / 60, "guard_quote", intent="a", contract=CONTRACT, bid=1, bid_first=1, bid_high=1, bid_low=1,
            ask=2,
        )  # fmt: skip
    log.at(3, "order_modify_sent", ref="a.S.0", quantity=2, order_type="STP LMT", price=0.7, trigger=0.9)
    filled(log, 4, "a", ("TARGET", 2, "1.50", "e2"))
    closed(log, 4, "a", "97.40", "2.60")

    data = page_data(log.facts())

    (trip,) = data["trips"]
    for name in ("option", "target", "stop", "entry", "marks"):
        times = [row["time"] if name == "marks" else row[0] for row in trip[name]]
        assert times, name
        assert times == sorted(times if name == "marks" else set(times)), name
    assert [mark["text"] for mark in trip["marks"]] == ["+2", "-2"]


def test_text_of_the_log_cannot_become_a_script_of_the_page(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(1, "entry_denied", symbol="</script><script>alert(1)</script>", rule="<b>", found="<i>", limit="&")

    text = page(log.facts())

    assert "<script>alert" not in text
    assert "<b>:" not in text


def test_on_a_narrow_page_a_long_name_goes_on_in_the_next_line_and_what_a_trip_came_to_stays_in_sight(
    tmp_path: Path,
) -> None:
    log = Written(tmp_path)
    planned(log, 1, "a")
    filled(log, 2, "a", ("ENTRY", 2, "1.00", "e1"))
    filled(log, 4, "a", ("TARGET", 2, "1.50", "e2"))
    closed(log, 4, "a", "97.40", "2.60")
    log.at(5, "entry_denied", symbol="SPY", rule="one_position_per_symbol", found="a", limit="one at a time")

    text = page(log.facts())

    assert '<td class="left rule">one_<wbr>position_<wbr>per_<wbr>symbol</td>' in text
    assert '<td class="pin good">+97.40</td>' in text


def test_an_empty_day_is_a_report_too(tmp_path: Path) -> None:
    log = Written(tmp_path)
    log.at(1, "started", version="1", mode="paper", symbols=1)

    facts = log.facts()

    assert "None." in page(facts)
    assert {figure.name: figure.value for figure in figures(facts)}["win rate"] == "-"
    assert dict(health_rows(facts))["process"] == "1 starts, 0 restarts of actors"


def test_numbers_are_said_with_the_digits_they_need() -> None:
    assert [price(None), price(Decimal("1.5")), price(Decimal("1.0350"))] == ["-", "1.50", "1.035"]
    assert [duration(None), duration(0.25), duration(75), duration(3720), duration(2e5)] == [
        "-", "0.25 s", "1 min 15 s", "1 h 02 min", "2 days",
    ]  # fmt: skip


def test_a_line_of_blocks_shows_where_it_was_low_and_high() -> None:
    points = [(OPEN + timedelta(minutes=minute), Decimal(minute)) for minute in range(9)]

    assert sparkline(points, 4) == "▁▃▆█"
    assert sparkline(points[:1], 3) == "▁▁▁"
