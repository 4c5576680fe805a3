"""Order lives: whatever is placed, changed, cancelled and quoted, what clients are told of an order is a legal life.

Hypothesis writes the stories. What a client hears is compared with what can be: no word after the end, fills that add
up, nothing filled through its limit, exits that never close more than their parent brought in.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgateway.config import ChildrenOnPartial
from simgateway.market.base import Instrument
from simgateway.protocol.text import new_york_day
from simgateway.protocol.wire import Fields
from simgateway.trading.by_hand import HandOrder
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID, FakeMarket
from tests.simgateway.rig import Rig

ENDS: Final = frozenset({"Filled", "Cancelled", "Inactive"})
KINDS: Final = ("LMT", "MKT", "STP", "STP LMT", "TRAIL", "TRAIL LIMIT")
TIMES: Final = ("DAY", "GTC", "IOC", "FOK", "GTD")
SHORT: Final = 60.0
LONG: Final = 9 * 3600.0
Wording = tuple[str, int, str, bool]


class LongMarket(FakeMarket):
    """Shares trade from 04:00 to 20:00, every weekday."""

    def __init__(self) -> None:
        super().__init__()
        self.extended = (time(4), time(20))

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        del instrument
        hours = self.extended_session(new_york_day(at))
        return at + timedelta(milliseconds=250) if hours and hours[0] <= at < hours[1] else None


@dataclass(slots=True)
class Life:
    """What its client sent of an order and heard of it."""

    is_buy: bool
    con_id: int
    parent: int
    limits: list[Decimal | None] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    sizes: list[int] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    filled: int = 0
    quantity: int = 0
    executed: int = 0
    paid: Decimal = Decimal(0)

    @property
    def is_over(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] in ENDS


class Story:
    """A rig, the orders one client has placed on it, and what it has heard."""

    def __init__(self, policy: ChildrenOnPartial, chance: float, delay_ms: tuple[int, int]) -> None:
        self.rig = Rig(
            market=LongMarket(), children_on_partial=policy, partial_fill_probability=chance, delay_ms=delay_ms
        )
        self.lives: dict[int, Life] = {}
        self.groups: dict[str, list[int]] = {}
        self.executions: set[str] = set()
        self.next_id = 1
        self.volume = 500
        self.rig.market.show(STOCK_ID, "1.00", "1.02", 8)

    def place(self, action: str, size: int, kind: str, cents: int, *, con_id: int = CALL_ID, **parts: object) -> int:
        """Send a new order; return its id."""
        number, self.next_id = self.next_id, self.next_id + 1
        self.lives[number] = Life(is_buy=action == "BUY", con_id=con_id, parent=int(str(parts.get("parent", 0))))
        self.send(number, size, kind, cents, **parts)
        return number

    def send(self, number: int, size: int, kind: str, cents: int, **parts: object) -> None:
        """Send an order or a change of it, at a price about its cents."""
        life = self.lives[number]
        price = Decimal(cents) / 100
        prices: dict[str, object] = {}
        if kind in {"LMT", "STP LMT"}:
            prices["lmt"] = price
        if kind in {"STP", "STP LMT"}:
            prices["aux"] = price
        if kind.startswith("TRAIL"):
            prices["aux"] = Decimal("0.10")
        if kind == "TRAIL LIMIT":
            prices["offset"] = Decimal("0.02")
        if parts.get("tif") == "GTD":
            prices["till"] = "20251113 11:00:00"
        life.limits.append(price if kind in {"LMT", "STP LMT"} else None)
        life.kinds.add(kind)
        life.sizes.append(size)
        action = "BUY" if life.is_buy else "SELL"
        self.rig.client.order(number, action, size, kind, con_id=life.con_id, **prices, **parts)

    def show(self, cents: int, spread: int, size: int, traded: int) -> None:
        """Change every quote and let others trade at the middle."""
        self.volume += traded
        bid, ask = Decimal(cents) / 100, Decimal(cents + spread) / 100
        for con_id in (CALL_ID, PUT_ID, STOCK_ID):
            self.rig.market.show(con_id, str(bid), str(ask), size)
            quote = self.rig.market.shown[con_id]
            self.rig.market.shown[con_id] = replace(quote, last=(bid + ask) / 2, volume=self.volume)

    def wait(self, seconds: float) -> None:
        """Let time pass and judge what the client hears."""
        last_opened: Fields = ()
        for row in self.rig.wait(seconds):
            if row[0] == "5" and row[1] in {str(number) for number in self.lives}:
                self.lives[int(row[1])].quantity = int(row[14])
            elif row[0] == "11":
                self._hear_execution(row)
            elif row[0] == "3":
                self._hear_status(row, was_opened=last_opened[:2] == ("5", row[1]))
            last_opened = row
        self._check_groups()

    def _hear_execution(self, row: Fields) -> None:
        life = self.lives[int(row[2])]
        shares, price = int(row[19]), Decimal(row[20])
        life.executed += shares
        life.paid += shares * price
        assert not life.is_over
        assert row[14] not in self.executions
        assert int(row[24]) == life.executed
        self.executions.add(row[14])
        if None not in life.limits:
            limits = [limit for limit in life.limits if limit is not None]
            assert price <= max(limits) if life.is_buy else price >= min(limits)

    def _hear_status(self, row: Fields, *, was_opened: bool) -> None:
        life = self.lives[int(row[1])]
        status, filled, remaining = row[2], int(row[3]), int(row[4])
        assert not life.is_over or (status, filled) == (life.statuses[-1], life.filled)
        assert life.filled <= filled == life.executed
        assert remaining >= 0
        assert not was_opened or filled + remaining == life.quantity
        if status == "Filled":
            assert (remaining, filled > 0) == (0, True)
        if filled:
            assert abs(Decimal(row[5]) - life.paid / filled) < Decimal("0.000001")
        life.filled = filled
        life.statuses.append(status)

    def _check_groups(self) -> None:
        for members in self.groups.values():
            assert sum(self.lives[number].executed for number in members) <= max(
                size for number in members for size in self.lives[number].sizes
            )
        for number in self.lives:
            exits = [life for life in self.lives.values() if life.parent == number]
            assert sum(life.executed for life in exits) <= self.lives[number].executed

    def end(self) -> None:
        """Cancel whatever is left; every order that was taken is over then and the gateway knows of none."""
        self.wait(SHORT)
        self.rig.client.send(58, 1)
        self.wait(SHORT)
        assert self.rig.gateway.books().open_orders == ()
        assert all(life.is_over for life in self.lives.values() if life.statuses)


sizes = st.integers(1, 6)
cents = st.integers(80, 130)
kinds = st.sampled_from(KINDS)
times = st.sampled_from(TIMES)
picks = st.integers(0, 30)
wordings = st.tuples(kinds, cents, times, st.booleans())
"""Type, price, time in force, and whether it works in the longer hours or leaves its parent."""
steps = st.one_of(
    st.tuples(st.just("single"), st.sampled_from(("BUY", "SELL")), sizes, wordings),
    st.tuples(st.just("bracket"), cents, sizes, kinds, times),
    st.tuples(st.just("group"), sizes, st.sampled_from((1, 2, 3)), cents),
    st.tuples(st.just("change"), picks, sizes, wordings),
    st.tuples(st.just("cancel"), picks),
    st.tuples(st.just("cancel all"), st.just(0)),
    st.tuples(st.just("quote"), cents, st.integers(0, 8), st.integers(0, 9), st.integers(0, 20)),
    st.tuples(st.just("halt"), st.just(0)),
    st.tuples(st.just("hand"), sizes),
    st.tuples(st.just("wait"), st.sampled_from((0.2, 1.0, SHORT, LONG))),
)


def _single(story: Story, action: str, size: int, wording: Wording) -> None:
    kind, price, tif, extended = wording
    story.place(action, size, kind, price, con_id=STOCK_ID, tif=tif, rth=int(extended))


def _bracket(story: Story, price: int, size: int, kind: str, tif: str) -> None:
    entry = story.place("BUY", size, "LMT", price, transmit=0)
    story.place("SELL", size, "LMT", price + 15, tif="GTC", transmit=0, parent=entry)
    story.place("SELL", size, kind, price - 10, tif=tif, parent=entry)


def _group(story: Story, size: int, oca_type: int, price: int) -> None:
    name = f"group {story.next_id}"
    members = [
        story.place("BUY", size, "LMT", price - away, con_id=PUT_ID, oca=name, oca_type=oca_type) for away in (0, 5)
    ]
    story.groups[name] = members


def _change(story: Story, pick: int, size: int, wording: Wording) -> None:
    if not story.lives:
        return
    kind, price, tif, detaches = wording
    number = sorted(story.lives)[pick % len(story.lives)]
    group = next((name for name, members in story.groups.items() if number in members), "")
    parent = 0 if detaches else story.lives[number].parent
    story.send(number, size, kind, price, tif=tif, parent=parent, oca=group, oca_type=2 if group else 0)


def _cancel(story: Story, pick: int) -> None:
    if story.lives:
        story.rig.client.send(4, 1, sorted(story.lives)[pick % len(story.lives)], "")


def _cancel_all(story: Story, _: int) -> None:
    story.rig.client.send(58, 1)


def _quote(story: Story, price: int, spread: int, size: int, traded: int) -> None:
    story.show(price, spread, size, traded)
    story.wait(1.0)


def _halt(story: Story, _: int) -> None:
    story.rig.market.halted ^= {"ABC"}


def _hand(story: Story, size: int) -> None:
    story.rig.gateway.desk.place_by_hand(HandOrder(con_id=STOCK_ID, action="BUY", quantity=size))


def _wait(story: Story, seconds: float) -> None:
    story.wait(seconds)


ACTIONS: Final = {
    "single": _single,
    "bracket": _bracket,
    "group": _group,
    "change": _change,
    "cancel": _cancel,
    "cancel all": _cancel_all,
    "quote": _quote,
    "halt": _halt,
    "hand": _hand,
    "wait": _wait,
}


@pytest.mark.parametrize("policy", list(ChildrenOnPartial), ids=str)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    told=st.lists(steps, min_size=5, max_size=40),
    chance=st.sampled_from((0.0, 0.6)),
    delay_ms=st.sampled_from(((0, 0), (1, 300), (500, 2500))),
)
def test_whatever_happens_an_order_lives_legally(
    policy: ChildrenOnPartial, told: list[tuple[object, ...]], chance: float, delay_ms: tuple[int, int]
) -> None:
    story = Story(policy, chance, delay_ms)

    for name, *arguments in told:
        ACTIONS[str(name)](story, *arguments)  # type: ignore[operator]  # each has its own arguments

    story.end()
