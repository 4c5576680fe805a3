"""The books: whatever is ordered in whatever market, the account balances to the cent and nothing fills as it must not.

Hypothesis writes the lives. `SIMGATEWAY_BOOKS_LIVES` asks for more of them, each drawn anew, and longer ones with
`SIMGATEWAY_BOOKS_STEPS`; without it they are few and always the same.
"""

import os
from decimal import Decimal
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simgateway.config import ChildrenOnPartial, Exercise
from tests.simgateway.fake_market import CALL_ID, PUT_ID, STOCK_ID
from tests.simgateway.trading.life import TRADERS, Life, Sent

LIVES: Final = int(os.environ.get("SIMGATEWAY_BOOKS_LIVES", "0"))
STEPS: Final = int(os.environ.get("SIMGATEWAY_BOOKS_STEPS", "30"))
LIVES_IN_CI: Final = 25
EXPIRING_CALL: Final = 107
EXPIRING_PUT: Final = 108
OPTIONS: Final = (CALL_ID, PUT_ID, EXPIRING_CALL, EXPIRING_PUT)
SIDES: Final = ("BUY", "SELL")

contracts = st.sampled_from((*OPTIONS, STOCK_ID))
clients = st.sampled_from(TRADERS)
sides = st.sampled_from(SIDES)
sizes = st.integers(1, 6)
cents = st.integers(5, 295)
numbers = st.integers(0, 1_000_000)


def _size(con_id: int, lots: int) -> int:
    return lots * 70 if con_id == STOCK_ID else lots


def _price(con_id: int, cents_: int) -> Decimal:
    """Return a price about where the contract is traded: an option below 3, the shares between 95 and 105."""
    return Decimal(10_000 + (cents_ - 150) * 3 if con_id == STOCK_ID else cents_) / 100


class Books(RuleBasedStateMachine):
    """Random orders of two clients in a random market; after every step the books are compared."""

    life: Life

    @initialize(
        policy=st.sampled_from(list(ChildrenOnPartial)),
        exercise=st.sampled_from(list(Exercise)),
        cash_account=st.booleans(),
        partly=st.sampled_from((0.0, 0.5)),
        delay=st.sampled_from(((1, 300), (0, 0), (500, 1500))),
    )
    def begin(
        self,
        *,
        policy: ChildrenOnPartial,
        exercise: Exercise,
        cash_account: bool,
        partly: float,
        delay: tuple[int, int],
    ) -> None:
        self.life = Life(
            children_on_partial=policy,
            exercise=exercise,
            cash_account=cash_account,
            partial_fill_probability=partly,
            delay_ms=delay,
        )
        self.groups = 0

    @rule(
        client=clients,
        con_id=contracts,
        side=sides,
        lots=sizes,
        limit=cents,
        tif=st.sampled_from(("DAY", "GTC", "IOC", "FOK")),
    )
    def limit_order(self, *, client: int, con_id: int, side: str, lots: int, limit: int, tif: str) -> None:
        size, price = _size(con_id, lots), _price(con_id, limit)
        self.life.place(client, side, size, "LMT", lmt=price, con_id=con_id, tif=tif)

    @rule(client=clients, con_id=contracts, side=sides, lots=sizes)
    def market_order(self, client: int, con_id: int, side: str, lots: int) -> None:
        self.life.place(client, side, _size(con_id, lots), "MKT", con_id=con_id)

    @rule(client=clients, con_id=contracts, lots=sizes)
    def round_trip(self, client: int, con_id: int, lots: int) -> None:
        self.life.place(client, "BUY", _size(con_id, lots), "MKT", con_id=con_id)
        self.life.wait(5)
        self.life.check()
        self.life.place(client, "SELL", _size(con_id, lots), "MKT", con_id=con_id)

    @rule(client=clients, con_id=contracts, side=sides, lots=sizes, trigger=cents, limit=st.none() | cents)
    def stop_order(self, *, client: int, con_id: int, side: str, lots: int, trigger: int, limit: int | None) -> None:
        parts: dict[str, object] = {"con_id": con_id, "aux": _price(con_id, trigger)}
        if limit is not None:
            parts["lmt"] = _price(con_id, limit)
        self.life.place(client, side, _size(con_id, lots), "STP" if limit is None else "STP LMT", **parts)

    @rule(client=clients, con_id=contracts, side=sides, lots=sizes, entry=cents, profit=cents, stop=cents)
    def bracket(self, *, client: int, con_id: int, side: str, lots: int, entry: int, profit: int, stop: int) -> None:
        size, back = _size(con_id, lots), SIDES[side == "BUY"]
        first = self.life.place(client, side, size, "LMT", lmt=_price(con_id, entry), con_id=con_id, transmit=0)
        parts: dict[str, object] = {"con_id": con_id, "parent": first.key[1], "tif": "GTC"}
        self.life.place(client, back, size, "LMT", lmt=_price(con_id, profit), transmit=0, **parts)
        self.life.place(client, back, size, "STP", aux=_price(con_id, stop), **parts)

    @rule(client=clients, con_id=contracts, side=sides, lots=sizes, trail=st.integers(1, 30))
    def trailing_stop(self, client: int, con_id: int, side: str, lots: int, trail: int) -> None:
        parts: dict[str, object] = {"con_id": con_id, "aux": Decimal(trail) / 100, "tif": "GTC"}
        self.life.place(client, side, _size(con_id, lots), "TRAIL", **parts)

    @rule(
        client=clients,
        con_id=contracts,
        side=sides,
        lots=st.tuples(sizes, sizes),
        limits=st.tuples(cents, cents),
        kind=st.integers(1, 3),
    )
    def group(
        self, *, client: int, con_id: int, side: str, lots: tuple[int, int], limits: tuple[int, int], kind: int
    ) -> None:
        self.groups += 1
        for lot, limit in zip(lots, limits, strict=True):
            parts = {"con_id": con_id, "oca": f"g{self.groups}", "oca_type": kind}
            self.life.place(client, side, _size(con_id, lot), "LMT", lmt=_price(con_id, limit), **parts)

    @precondition(lambda self: self.life.orders)
    @rule(which=numbers, lots=sizes, limit=cents)
    def change(self, which: int, lots: int, limit: int) -> None:
        sent = self._order(which)
        self.life.change(sent, _size(sent.con_id, lots), _price(sent.con_id, limit))

    @precondition(lambda self: self.life.orders)
    @rule(which=numbers)
    def cancel(self, which: int) -> None:
        self.life.cancel(self._order(which))

    @rule(client=clients)
    def cancel_everything(self, client: int) -> None:
        self.life.clients[client].send(58, 1)

    @rule(con_id=contracts, bid=cents, spread=st.integers(1, 20), lots=sizes)
    def quote(self, con_id: int, bid: int, spread: int, lots: int) -> None:
        low = _price(con_id, bid)
        self.life.show(con_id, low, low + Decimal(spread) / 100, _size(con_id, lots))

    @rule(con_id=contracts, price=cents, lots=sizes, has_bid=st.booleans())
    def one_sided_quote(self, con_id: int, price: int, lots: int, *, has_bid: bool) -> None:
        value = _price(con_id, price)
        self.life.show(con_id, value if has_bid else None, None if has_bid else value, _size(con_id, lots))

    @rule(con_id=contracts)
    def silence(self, con_id: int) -> None:
        self.life.silence(con_id)

    @rule()
    def halt_or_resume(self) -> None:
        self.life.market.halted ^= {"ABC"}

    @rule(seconds=st.sampled_from((0.1, 0.5, 2.0, 15.0, 90.0, 1800.0)))
    def wait(self, seconds: float) -> None:
        self.life.wait(seconds)

    @rule(client=clients)
    def drop_a_connection(self, client: int) -> None:
        self.life.clients[client].session.abort()
        self.life.clients[client] = self.life.rig.connect(client)

    @rule(con_id=st.sampled_from(OPTIONS), quantity=st.integers(1, 3), action=st.integers(1, 2))
    def exercise(self, con_id: int, quantity: int, action: int) -> None:
        self.life.exercise(con_id, quantity, action)

    @rule(price=cents)
    def close(self, price: int) -> None:
        self.life.to_the_close(_price(STOCK_ID, price))

    @rule()
    def sleep(self) -> None:
        self.life.to_the_next_morning()

    @invariant()
    def the_books_balance(self) -> None:
        self.life.check()

    def _order(self, which: int) -> Sent:
        orders = list(self.life.orders.values())
        return orders[which % len(orders)]


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=LIVES or LIVES_IN_CI,
    stateful_step_count=STEPS,
    derandomize=not LIVES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
