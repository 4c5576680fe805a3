"""Tick by tick, each kind as each client sees it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simgateway.market.base import Print
from tests.conformance.stage import CALL, STOCK, Line, Stage
from tests.simgateway.fake_market import STOCK_ID, a_quote
from tests.simgateway.rig import NOON


def each_tick(line: Line, kind: str, contract: Any = STOCK, past: int = 0, *, ignore_size: bool = False) -> int:
    """Ask for every tick of a kind."""
    return line.ask("each_tick", contract=contract, kind=kind, past=past, ignore_size=ignore_size)


def begun(stage: Stage, line: Line) -> None:
    """Wait until the gateway has taken what a client asked before."""
    line.do("time")
    line.until("time", count=len(stage.frames("currentTime")) + 1 if line.client_id > 1 else 1)


@pytest.mark.parametrize(("kind", "which"), [("Last", 1), ("AllLast", 2)])
def test_every_trade_is_told(stage: Stage, kind: str, which: int) -> None:
    line = stage.line()
    asked = each_tick(line, kind)
    begun(stage, line)

    stage.host.call(lambda _: stage.host.market.trade(STOCK_ID, "1.07", 30))

    row = line.until("each_trade", asked=asked)
    assert (row["which"], row["price"], row["size"], row["exchange"]) == (which, 1.07, 30.0, "ISLAND")
    assert row["at"] >= NOON.timestamp()
    line.do("stop_each_tick", asked=asked, kind=kind)


def test_every_quote_is_told(stage: Stage) -> None:
    line = stage.line()
    asked = each_tick(line, "BidAsk")
    begun(stage, line)

    stage.show(STOCK_ID, "1.20", "1.30", size=7)

    row = line.until("each_quote", asked=asked)
    assert (row["bid"], row["ask"], row["bid_size"], row["ask_size"]) == (1.2, 1.3, 7.0, 7.0)
    line.do("stop_each_tick", asked=asked, kind="BidAsk")


def test_a_quote_whose_size_alone_changes_may_be_left_out(stage: Stage) -> None:
    line = stage.line()
    asked = each_tick(line, "BidAsk", ignore_size=True)
    begun(stage, line)

    stage.show(STOCK_ID, "1.00", "1.10", size=77)
    stage.pass_time(2)
    stage.show(STOCK_ID, "1.01", "1.10", size=77)

    line.until("each_quote", asked=asked)
    assert [row["bid"] for row in line.all("each_quote", asked=asked)] == [1.01]


def test_every_middle_is_told(stage: Stage) -> None:
    line = stage.line()
    asked = each_tick(line, "MidPoint")
    begun(stage, line)

    stage.show(STOCK_ID, "1.20", "1.30")

    assert line.until("each_midpoint", asked=asked)["price"] == 1.25
    line.do("stop_each_tick", asked=asked, kind="MidPoint")


def test_after_its_cancel_nothing_more_is_told(stage: Stage) -> None:
    line = stage.line()
    asked = each_tick(line, "MidPoint")
    begun(stage, line)
    line.do("stop_each_tick", asked=asked, kind="MidPoint")
    line.do("time")
    line.until("time", count=2)

    stage.show(STOCK_ID, "1.20", "1.30")
    stage.pass_time(5)
    line.do("time")
    line.until("time", count=3)

    assert not line.all("each_midpoint")


@pytest.mark.parametrize(
    ("kind", "told"), [("Last", "past_trades"), ("BidAsk", "past_quotes"), ("MidPoint", "past_ticks")]
)
def test_past_ticks_come_first_when_asked_for(stage: Stage, kind: str, told: str) -> None:
    at = NOON - timedelta(minutes=10)
    market = stage.host.market
    market.trades = [Print(at + timedelta(seconds=k), Decimal(100 + k), 5) for k in range(3)]
    market.book = [(at + timedelta(seconds=k), replace(a_quote("1.00", f"1.1{k}"))) for k in range(3)]
    line = stage.line()

    asked = each_tick(line, kind, past=2)

    assert len(line.until(told, asked=asked)["ticks"]) == 2


@pytest.mark.parametrize("kind", ["Last", "AllLast", "BidAsk", "MidPoint"])
def test_options_have_no_tick_by_tick_data(stage: Stage, kind: str) -> None:
    line = stage.line()

    asked = each_tick(line, kind, CALL)

    row = line.until("error", asked=asked)
    assert row["code"] == 10189
    assert row["text"].startswith("Failed to request tick-by-tick data.")


def test_one_more_than_allowed_is_10190(stage: Stage) -> None:
    stage.gateway(tick_by_tick_lines=1)
    line = stage.line()
    each_tick(line, "BidAsk")

    second = each_tick(line, "MidPoint")

    assert line.until("error", asked=second)["code"] == 10190
