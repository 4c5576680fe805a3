"""What others hold, over the wire and in virtual time: seen, never touched, blocking its symbol until it is settled."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from domain.others import AskForeign, ForeignAnswer, Settle, SettleForeign
from simgateway.market.base import Instrument
from simgateway.trading.by_hand import HandOrder
from tests.scenarios.bad_days import Life, later, struck

MINUTES: Final = 60.0
RULE: Final = "foreign_position"
IGNORED: Final = "./bot ignore"


@contextmanager
def living(folder: Path, **parts: Any) -> Iterator[Life]:
    """Give a life; at its end nothing was violated, nobody failed, and no order of ours was for what is theirs."""
    with Life.of(folder, **{"sets": ("risk.max_open_positions=2",), **parts}) as life:
        yield life
        life.stop()
        assert life.audited().violations == ()
        assert life.events("actor_failed", "actor_gave_up", "catalogue_violation", "mail_dropped") == []


def an_option(life: Life, symbol: str = "SPY") -> Instrument:
    """Return an option that the bot never chooses: its expiry is the last one."""
    return life.market.listed(symbol, life.market.expiries(symbol)[-1], "P", None)[0]


def by_hand(life: Life, con_id: int, action: str = "BUY", quantity: int = 2, **terms: Any) -> None:
    """Trade as somebody does in TWS itself."""

    async def place() -> None:
        life.gateway.desk.place_by_hand(HandOrder(con_id=con_id, action=action, quantity=quantity, **terms))

    life.host.run(place())


def settle(life: Life, how: Settle, what: object) -> ForeignAnswer:
    """Say what a thing is, as the socket does."""
    answer: ForeignAnswer = life.ask("risk", SettleForeign(settle=how, what=str(what), by=f"./bot {how.value}"))
    return answer


def known(life: Life) -> ForeignAnswer:
    """Return what the bot knows of others."""
    answer: ForeignAnswer = life.ask("risk", AskForeign())
    return answer


def entries(life: Life) -> int:
    """Return how many of our entries reached the gateway."""
    return len({frame.fields[1] for frame in life.sent("placeOrder") if "BUY" in frame.fields})


def touched(life: Life, con_id: int) -> list[str]:
    """Return our orders for a contract."""
    return [frame.fields[26] for frame in life.sent("placeOrder") if frame.fields[2] == str(con_id)]


def denials(life: Life) -> set[str]:
    return {row["found"] for row in life.events("entry_denied") if row["rule"] == RULE}


def test_a_holding_from_before_the_start_blocks_its_symbol_until_it_is_ignored_and_is_never_touched(
    tmp_path: Path,
) -> None:
    with living(tmp_path) as life:
        theirs = an_option(life)
        by_hand(life, theirs.con_id)
        life.run_for(2 * MINUTES)

        assert entries(life) == 0
        assert denials(life) == {f"2 SPY {theirs.expiry} {int(theirs.strike or 0)}P ({theirs.con_id}) held"}
        assert [kind for kind, _ in life.alerts.told].count("foreign") == 1
        assert settle(life, Settle.IGNORE, "SPY").done == "SPY is left to its owner"
        life.run_for(3 * MINUTES)

        assert entries(life) == 1
        assert touched(life, theirs.con_id) == []
        assert life.true().positions[theirs.con_id] == 2
        assert settle(life, Settle.IGNORE, "SPY") == known(life)
        assert known(life).unsettled == ()


def test_that_others_have_written_an_option_is_said_where_the_books_are_compared(tmp_path: Path) -> None:
    with living(tmp_path, config={"writes_options": True}) as life:
        by_hand(life, an_option(life).con_id, "SELL")
        life.run_for(1)
        life.strike(later(0, "restart", seconds=5))
        life.run_for(MINUTES)

        line = life.events("reconciled")[-1]
        assert (line["positions"], line["foreign"], line["short"], line["lacking"]) == (1, 1, 1, 0)
        assert "agree" not in (tmp_path / "logs" / "bot.log").read_text()


def test_what_is_ignored_stays_so_after_a_restart_until_it_changes(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        theirs = an_option(life)
        by_hand(life, theirs.con_id)
        life.run_for(20)
        settle(life, Settle.IGNORE, theirs.con_id)

    with living(tmp_path) as life:
        by_hand(life, theirs.con_id)
        life.run_for(2 * MINUTES)

        assert (entries(life), life.events("foreign_position")) == (1, [])
        by_hand(life, theirs.con_id, quantity=1)
        life.run_for(20)

        assert [thing.quantity for thing in known(life).unsettled] == [3]
        assert len(life.events("foreign_changed")) == 1


def test_a_holding_that_appears_while_trading_is_seen_within_seconds_and_its_end_too(tmp_path: Path) -> None:
    with living(tmp_path, symbols=("SPY", "QQQ"), sets=("schedule.max_concurrent_symbols=2",)) as life:
        life.run_for(1)
        theirs = an_option(life)
        by_hand(life, theirs.con_id)
        life.run_for(10)

        assert [thing.con_id for thing in known(life).unsettled] == [theirs.con_id]
        life.run_for(2 * MINUTES)
        assert entries(life) == 1  # QQQ's.
        by_hand(life, theirs.con_id, "SELL")
        life.run_for(10)
        assert known(life).unsettled == ()
        life.run_for(2 * MINUTES)
        assert entries(life) == 2


def test_another_programs_order_is_seen_in_minutes_blocks_its_symbol_and_is_left_alone(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        theirs = an_option(life)
        life.run_for(1)
        by_hand(life, theirs.con_id, order_type="LMT", limit=Decimal("0.05"))
        life.run_for(4 * MINUTES)

        found = known(life).unsettled
        assert [(thing.is_order, thing.quantity) for thing in found] == [(True, 2)]
        assert "only a holding can be adopted" in settle(life, Settle.ADOPT, "SPY").refused
        assert settle(life, Settle.IGNORE, "SPY").unsettled == ()
        assert len(life.sent("cancelOrder")) == 0


def test_an_adopted_holding_is_guarded_within_seconds_by_our_rules_and_sold_by_them(tmp_path: Path) -> None:
    fallen: list[bool] = []

    def prices(instrument: Instrument, at: object) -> tuple[str, str]:
        del instrument, at
        return ("1.00", "1.02") if fallen else ("2.00", "2.02")

    with living(tmp_path, prices=prices) as life:
        theirs = an_option(life)
        by_hand(life, theirs.con_id)
        life.run_for(20)

        answer = settle(life, Settle.ADOPT, theirs.con_id)
        life.run_for(5)

        assert (answer.refused, answer.unsettled) == ("", ())
        assert {ref.split(".")[1] for ref in touched(life, theirs.con_id)} == {"T", "S"}
        assert life.known() == life.true()
        assert len(life.true().orders) == 2
        assert settle(life, Settle.ADOPT, "SPY").refused == ""
        assert entries(life) == 0
        fallen.append(True)
        life.run_for(2 * MINUTES)
        assert theirs.con_id not in life.true().positions
        (closed,) = life.events("position_closed")
        assert closed["reason"] == "stop"


def test_an_adoption_survives_a_lost_connection_and_what_cannot_be_adopted_says_why(tmp_path: Path) -> None:
    with living(tmp_path) as life:
        theirs, share = an_option(life), life.market.stock("SPY")
        assert share is not None
        by_hand(life, theirs.con_id)
        by_hand(life, share.con_id, quantity=10)
        life.run_for(20)

        assert "only bought options" in settle(life, Settle.ADOPT, share.con_id).refused
        assert "more than one" in settle(life, Settle.ADOPT, "SPY").refused
        assert "nothing of others" in settle(life, Settle.ADOPT, "QQQ").refused
        settle(life, Settle.ADOPT, theirs.con_id)
        life.strike(struck("drop"))
        life.run_for(MINUTES)

        assert life.known().positions == {theirs.con_id: 2}
        assert len(life.true().orders) == 2
        life.strike(later(0, "restart", seconds=60))
        life.run_for(5)
        assert "does not say what is held" in settle(life, Settle.IGNORE, "SPY").refused
        life.run_for(2 * MINUTES)
        assert settle(life, Settle.IGNORE, "SPY").done


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.4, 2.0])
def test_an_adoption_cut_by_the_death_of_its_actors_is_nothing_or_a_guarded_position(
    seconds: float, tmp_path: Path
) -> None:
    with Life.of(tmp_path) as life:
        theirs = an_option(life)
        by_hand(life, theirs.con_id)
        life.run_for(20)
        life.tell("risk", SettleForeign(settle=Settle.ADOPT, what="SPY", by="./bot adopt"))
        life.run_for(seconds)
        for name in ("risk", "brackets", "ocos"):
            life.system.crash(name, "a bug")
        life.run_for(MINUTES)

        assert settle(life, Settle.ADOPT, "SPY").refused == ""
        life.run_for(20)
        assert life.known() == life.true()
        assert (life.true().positions, len(life.true().orders)) == ({theirs.con_id: 2}, 2)
        life.stop()
        assert life.audited().violations == ()


def test_the_loss_of_what_others_hold_latches_the_day(tmp_path: Path) -> None:
    fallen: list[bool] = []

    def prices(instrument: Instrument, at: object) -> tuple[str, str]:
        del instrument, at
        return ("0.10", "0.12") if fallen else ("2.00", "2.02")

    with living(tmp_path, prices=prices, config={"start_cash": Decimal(10_000)}) as life:
        theirs = an_option(life)
        by_hand(life, theirs.con_id, quantity=20)
        life.run_for(20)
        settle(life, Settle.IGNORE, "SPY")
        fallen.append(True)
        life.run_for(3 * MINUTES)

        assert len(life.events("daily_loss_limit")) == 1
        assert life.true().positions[theirs.con_id] == 20
