"""The broker corrects the price of an execution: while its bracket is open, after it closed, and across restarts."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from cli.day import own_books
from domain.commands import FlattenBracket, SummariseDay
from domain.events import ClosedBy, FillCorrected, LegFilled
from domain.ids import Leg
from tests.scenarios.bad_days import BEGINS, STRIKES, Life, nth, struck

CENT: Final = Decimal("0.01")
DROP: Final = struck("drop")


def records(life: Life, kind: type[Any]) -> list[Any]:
    """Return what the journal holds of this kind, of all brackets."""
    intents = {row["intent"] for row in life.events("risk_reserved")}
    return [row for intent in intents for row in life._store.read(f"bracket:{intent}") if isinstance(row, kind)]


def own_flow(life: Life) -> Decimal:
    """Return what all fills come to by the journal, USD."""
    return own_books(life._store, [str(row["intent"]) for row in life.events("risk_reserved")]).flow


def told_flow(life: Life) -> Decimal:
    """Return what they come to by the gateway, whose account keeps the first prices."""
    books = life.gateway.books()
    return books.cash + books.fees - life.gateway.config.start_cash


def summed(life: Life) -> Decimal:
    """Return the day's profit by the ledger, fees taken off."""
    life.tell("risk", SummariseDay(completed=0, failed=0))
    life.run_for(1)
    return Decimal(life.events("eod_summary")[-1]["pnl"])


def disturb(life: Life) -> None:
    """Let everybody who counts start anew, and the gateway tell everything once more."""
    life.strike(DROP)
    life.run_for(20)
    for name in ("risk", *life.system.directory.names("oco:")):
        life.system.crash(name, "told to")
        life.run_for(15)


def test_a_corrected_entry_counts_at_its_new_price_once_and_moves_the_exits(tmp_path: Path) -> None:
    with Life.of(tmp_path) as life:
        life.run_until(BEGINS + timedelta(seconds=10))
        life.strike(nth(1, "correct_execution", price_change=0.05, seconds=5))
        life.run_until(STRIKES)
        disturb(life)

        (bracket,) = life.brackets()
        (first,), (news,) = records(life, LegFilled), records(life, FillCorrected)
        assert (news.fill.exec_id, news.fill.revision) == (first.exec_id, 2)
        assert [fill.price for fill in bracket.fills] == [news.fill.price] == [first.price + 5 * CENT]
        assert own_flow(life) == told_flow(life) - 5 * CENT * first.quantity * 100
        assert len(life.events("fill_corrected")) == 1
        average = news.fill.price
        stop = next(order.spec for order in bracket.orders if order.ref.endswith(".S.0"))
        assert stop.trigger is not None
        assert stop.trigger == (average * (1 - bracket.plan.stop_loss_fraction)).quantize(CENT, "ROUND_DOWN")
        life.stop()
        assert life.audited().violations == ()


@pytest.mark.parametrize("change", [0.05, -0.05])
def test_an_exit_corrected_after_its_bracket_closed_is_in_all_our_books_once(tmp_path: Path, change: float) -> None:
    with Life.of(tmp_path, sets=("risk.max_entries_per_day=1",)) as life:
        life.run_until(STRIKES)
        (bracket,) = life.brackets()
        life.strike(nth(1, "correct_execution", price_change=change, seconds=30))
        life.tell(f"oco:{bracket.plan.intent}", FlattenBracket(why=ClosedBy.FLATTENED))
        life.run_for(25)
        closed = life.events("position_closed")
        before = own_flow(life)
        life.run_for(15)
        disturb(life)

        (news,) = records(life, FillCorrected)
        assert news.fill.leg is not Leg.ENTRY
        more = Decimal(str(change)) * news.fill.quantity * 100
        assert [row["intent"] for row in closed] == [bracket.plan.intent]
        assert before == told_flow(life)
        assert own_flow(life) == before + more
        assert len(life.events("fill_corrected")) == 1
        assert summed(life) == Decimal(closed[0]["pnl"]) + more
        life.stop()
        assert life.audited().violations == ()
