"""A gateway with a well-behaved client on it and a neighbour who sends rubbish."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from simgateway.market.synthetic import SyntheticMarket
from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, DAY, STOCK_ID, FakeMarket
from tests.simgateway.fuzz.mutations import broken_bytes
from tests.simgateway.rig import Client, Rig

ANSWER_SECONDS = 20.0
"""Simulated seconds within which the well-behaved client gets every answer: more than any drawn delay."""
_CUT_OFF = 0.004
_GIVEN_UP = 0.4
_ADVANCE = 0.25
_QUOTE_MOVES = 0.05


class Neighbour:
    """Sends what it is given, on a new connection whenever the old one was closed; counts what came of it."""

    def __init__(self, rig: Rig, draw: Random, make: Callable[[Random, int], bytes] = broken_bytes) -> None:
        self._rig = rig
        self._draw = draw
        self._make = make
        self.frames = 0
        self.seen: Counter[str] = Counter()
        self.slowest_seconds = 0.0
        self._client = self._connect()

    def act(self) -> None:
        """Send one broken frame, in pieces now and then; close or break off now and then."""
        if self._client.transport.is_closed:
            self.seen["closed"] += 1
            self._client = self._connect()
        data = self._make(self._draw, self._client.session.version)
        cut = self._draw.randrange(len(data) + 1) if self._draw.random() < 0.1 else len(data)
        began = time.perf_counter()
        for part in (data[:cut], data[cut:]):
            if part and not self._client.transport.is_closed:
                self._client.session.data_received(part)
        self.slowest_seconds = max(self.slowest_seconds, time.perf_counter() - began)
        self.frames += 1
        self._note()
        waits = self._client.session.buffered_bytes > 0  # It has promised more bytes than it sent.
        if self._draw.random() < (_GIVEN_UP if waits else _CUT_OFF):
            self._client.transport.abort()

    def _connect(self) -> Client:
        """Come in properly, mostly; else begin with rubbish or never start."""
        way = self._draw.random()
        if way < 0.9:
            return Client(
                self._rig.gateway, self._draw.choice((0, 2, 3, 4, 5)), self._draw.choice((157, 163, 176, 178))
            )
        client = Client(self._rig.gateway, None, 176)
        if way < 0.95:
            client.session.data_received(self._make(self._draw, 176))
        else:
            client.send("71", "2", self._draw.choice(("1", "-1", "x", "9" * 30, "")), "")
        return client

    def _note(self) -> None:
        for row in self._client.take():
            assert row[0].isdecimal(), f"the gateway sent {row}"
            self.seen[f"error {row[3]}" if row[0] == "4" and row[2] == "-1" else row[0]] += 1


class Bystander:
    """Trades and asks as if it were alone; every question must be answered."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._number = 0

    def ask(self) -> dict[str, Callable[[Fields], bool]]:
        """Ask one of everything; return what has to come, by name: an answer or an error."""
        self._number += 10
        summary, quotes, order, details, bars = (str(self._number + more) for more in range(5))
        contract, send = (CALL_ID, *[""] * 6, "SMART", *[""] * 4), self.client.send
        send("49", 1)
        send("9", 8, details, *contract, 0, "", "", "")
        send("20", bars, STOCK_ID, *contract[1:], 0, "", "1 min", "3600 S", 1, "TRADES", 1, 0, "")
        send("1", 11, quotes, *contract, 0, "", 0, 0, "")
        send("61", 1)
        send("5", 1)
        send("62", 1, summary, "All", "NetLiquidation")
        self.client.order(int(order), "BUY", 1, "LMT", lmt="0.01")
        return {
            "current time": lambda row: row[0] == "49",
            "contract": lambda row: row[0] in {"52", "4"} and row[2] == details,
            "history": lambda row: row[:2] == ("17", bars) or row[:3] == ("4", "2", bars),
            "quotes": lambda row: row[0] in {"1", "4"} and row[2] == quotes,
            "positions": lambda row: row[0] == "62",
            "open orders": lambda row: row[0] == "53",
            "summary": lambda row: row[0] == "64" and row[2] == summary,
            "order": lambda row: row[:2] == ("3", order) or row[:3] == ("4", "2", order),
        }

    def finish(self) -> None:
        """Take back what goes on."""
        self.client.send("2", 1, self._number + 1)
        self.client.send("63", 1, self._number)
        self.client.send("4", 1, self._number + 2, "")


def a_street(seed: int, *, synthetic: bool = False, **changes: Any) -> Rig:
    """Return the gateway with its first client connected; without pacing unless that is asked for."""
    market: Any = SyntheticMarket(seed, DAY, ("ABC",)) if synthetic else FakeMarket()
    return Rig(**{"seed": seed, "pacing": False, "partial_fill_probability": 0.3, "market": market, **changes})


def live(rig: Rig, neighbour: Neighbour, draw: Random, frames: int, every: int = 250) -> list[str]:
    """Let the neighbour send so many frames; return what the client on the gateway was not answered."""
    bystander, missing = Bystander(rig.client), []
    for number in range(1, frames + 1):
        neighbour.act()
        if draw.random() < _ADVANCE:
            rig.clock.advance(draw.choice((0.01, 0.3, 1.0, 4.0)))
        if draw.random() < _QUOTE_MOVES and isinstance(rig.market, FakeMarket):
            bid = draw.randint(80, 120)
            rig.market.show(CALL_ID, f"{bid / 100:.2f}", f"{(bid + 5) / 100:.2f}", draw.randint(1, 20))
        if number % every == 0 or number == frames:
            missing += _check(rig, bystander)
    return missing


def _check(rig: Rig, bystander: Bystander) -> list[str]:
    rig.client.take()
    wanted = bystander.ask()
    rows = rig.wait(ANSWER_SECONDS)
    bystander.finish()
    if rig.client.transport.is_closed:
        return ["connection"]
    return [name for name, fits in wanted.items() if not any(fits(row) for row in rows)]
