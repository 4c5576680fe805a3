"""Random days: whatever happens, in whatever order, the ledger's promises hold."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.denials import EntryDenied
from domain.events import Journaled, LegFilled, RiskReserved
from domain.exposures import ZERO
from domain.ids import ConId, ExecId, IntentId, Symbol
from domain.ledger import REPEATED_FOR, apply, check_limit, folded, limit, loss, marked, with_broker_pnl
from domain.ledger_rules import RiskLimits, reserve
from tests.builders import NOW, a_contract
from tests.domain.ledger_builders import (
    a_closing,
    a_ledger,
    a_release,
    a_request,
    an_account,
    an_opening,
    bought,
    fees,
    sold,
)

SYMBOLS = tuple(Symbol(name) for name in ("AA", "BB", "CC", "DD"))
PRICES = st.integers(1, 900).map(lambda cents: Decimal(cents) / 100)
LIMITS = RiskLimits(max_open_positions=3, max_entries_per_day=8)


@dataclass(slots=True)
class Held:
    """What the test itself knows of an intent."""

    reserved: RiskReserved
    price: Decimal  # No fill of a limit order is dearer.
    bought: int = 0
    sold: int = 0


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.ledger = a_ledger()
        self.journal: list[Journaled] = []
        self.fills: list[LegFilled] = []
        self.filled_on: list[date] = []
        self.cash = ZERO
        self.held: dict[IntentId, Held] = {}
        self.number = 0
        self.day = date(2026, 1, 5)
        self.lost = False

    @initialize()
    def open_the_day(self) -> None:
        self.journal.append(an_opening())

    def add(self, event: Journaled) -> None:
        self.journal.append(event)
        self.ledger = apply(self.ledger, event)

    @rule(symbol=st.sampled_from(SYMBOLS), price=PRICES, ask_size=st.integers(0, 20))
    def wish(self, symbol: Symbol, price: Decimal, ask_size: int) -> None:
        self.number += 1
        request = a_request(
            f"i{self.number}",
            symbol=symbol,
            entry_limit=price,
            ask_size=ask_size,
            contract=a_contract(con_id=ConId(self.number), symbol=symbol),
        )
        worst = loss(self.ledger, NOW).worst

        decision = reserve(self.ledger, request, LIMITS, an_account(), day=self.day, now=NOW)

        self.ledger = decision.ledger
        if isinstance(decision.answer, EntryDenied):
            return
        assert not self.lost
        assert self.ledger.at_risk <= limit(self.ledger, LIMITS.max_daily_loss_pct) - max(worst, ZERO)
        assert sum(one.symbol == symbol for one in self.ledger.exposures.values()) == 1
        assert len(self.held) < LIMITS.max_open_positions
        self.journal.append(decision.answer)
        self.held[request.intent] = Held(decision.answer, price)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), cents_below=st.integers(0, 5))
    def buy(self, data: st.DataObject, cents_below: int) -> None:
        one = data.draw(st.sampled_from(sorted(self.held.values(), key=lambda held: held.reserved.intent)))
        quantity = data.draw(st.integers(0, one.reserved.quantity - one.bought))
        if quantity == 0:
            return
        one.bought += quantity
        price = max(one.price - Decimal(cents_below) / 100, Decimal("0.01"))
        self.fill(bought(quantity, str(price), intent=one.reserved.intent), one, -price * quantity * 100)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), price=PRICES)
    def sell(self, data: st.DataObject, price: Decimal) -> None:
        one = data.draw(st.sampled_from(sorted(self.held.values(), key=lambda held: held.reserved.intent)))
        quantity = data.draw(st.integers(0, one.bought - one.sold))
        if quantity == 0:
            return
        one.sold += quantity
        self.fill(sold(quantity, str(price), intent=one.reserved.intent), one, price * quantity * 100)

    def fill(self, event: LegFilled, one: Held, cash: Decimal) -> None:
        named = LegFilled(
            at=event.at,
            intent=event.intent,
            leg=event.leg,
            ref=event.ref,
            exec_id=ExecId(f"x{len(self.fills)}"),
            con_id=one.reserved.con_id,
            side=event.side,
            quantity=event.quantity,
            price=event.price,
            multiplier=100,
        )
        self.fills.append(named)
        self.filled_on.append(self.day)
        self.cash += cash - 1
        self.add(named)
        self.add(fees(named, "1"))

    @precondition(lambda self: self.fills)
    @rule(data=st.data())
    def repeat_a_fill(self, data: st.DataObject) -> None:
        before = self.ledger
        number = data.draw(st.integers(0, len(self.fills) - 1))
        if self.day - self.filled_on[number] > REPEATED_FOR:
            return

        self.add(self.fills[number])

        assert self.ledger == before

    @rule(data=st.data(), bid=st.none() | PRICES)
    def quote(self, data: st.DataObject, bid: Decimal | None) -> None:
        con_id = ConId(data.draw(st.integers(1, max(1, self.number))))
        self.ledger = marked(self.ledger, con_id, bid)

    @rule(daily=st.none() | st.integers(-1000, 500).map(Decimal))
    def hear_of_the_account(self, daily: Decimal | None) -> None:
        self.ledger = with_broker_pnl(self.ledger, daily, NOW)

    @rule()
    def look_at_the_limit(self) -> None:
        self.ledger, event = check_limit(self.ledger, LIMITS.max_daily_loss_pct, NOW)

        if event is not None:
            assert not self.lost, "announced twice in a day"
            self.lost = True
            self.journal.append(event)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """Close what is flat, give back what never filled."""
        intent = data.draw(st.sampled_from(sorted(self.held)))
        one = self.held[intent]
        if one.bought != one.sold:
            return
        del self.held[intent]
        if one.bought:
            self.add(a_closing(intent, con_id=one.reserved.con_id, symbol=one.reserved.symbol, pnl="1"))
        else:
            self.add(a_release(intent))

    @precondition(lambda self: not self.held)
    @rule()
    def sleep(self) -> None:
        self.day += timedelta(days=1)
        self.add(an_opening(day=self.day))
        self.ledger = with_broker_pnl(self.ledger, ZERO, NOW)
        self.cash, self.lost = ZERO, False

    @invariant()
    def risk_never_exceeds_the_limit(self) -> None:
        assert self.ledger.at_risk <= limit(self.ledger, LIMITS.max_daily_loss_pct)

    @invariant()
    def every_dollar_is_counted_once(self) -> None:
        held = ZERO
        for exposure in self.ledger.exposures.values():
            bid = self.ledger.mark(exposure)
            held += exposure.held_cost if bid is None else bid * exposure.held * 100
        assert abs(loss(self.ledger, NOW).ours + self.cash + held) < Decimal("1e-15")

    @invariant()
    def the_journal_alone_brings_back_the_books(self) -> None:
        again = folded(self.journal)
        assert (again.exposures, again.entries_today, again.latched, again.closed, again.fees) == (
            self.ledger.exposures,
            self.ledger.entries_today,
            self.ledger.latched,
            self.ledger.closed,
            self.ledger.fees,
        )


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
