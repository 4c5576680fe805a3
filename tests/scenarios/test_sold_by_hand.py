"""Somebody sells in TWS what a bracket of ours holds: over the wire and in virtual time, with the audit agreeing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from domain.others import AskForeign, ForeignAnswer
from simgateway.market.base import Instrument
from simgateway.trading.by_hand import HandOrder
from tests.scenarios.bad_days import STRIKES, Life, later, nth, struck, wavering

SOON: Final = 8.0
"""By then the sale was told, asked for twice, and the exits were cut."""
NEXT_QUOTE: Final = STRIKES + timedelta(seconds=10.05)
"""When the market's quote is looked at next: it does not change before."""
LOUD: Final = frozenset({"sold_outside", "oversold", "foreign"})
QUIET: Final = ("risk.cooldown_minutes=15",)
GIVEN: Final[dict[str, Any]] = {"sets": QUIET, "config": {"writes_options": True, "partial_fill_probability": 0.0}}


@dataclass
class Held:
    """A life that holds one guarded position."""

    life: Life
    con_id: int
    quantity: int

    def sell(self, quantity: int, action: str = "SELL") -> None:
        """Trade as somebody does in TWS itself."""

        async def place() -> None:
            self.life.gateway.desk.place_by_hand(HandOrder(con_id=self.con_id, action=action, quantity=quantity))

        self.life.host.run(place())

    def cancel(self, perm_id: int) -> None:
        """Cancel an order as somebody does in TWS itself."""

        async def cancel() -> None:
            self.life.gateway.desk.cancel_by_hand(perm_id)

        self.life.host.run(cancel())

    @property
    def exits(self) -> list[int]:
        """Return how many contracts each working exit would sell."""
        rows = self.life.gateway.books().open_orders
        return [row.quantity - row.filled for row in rows if row.stage != "held"]

    @property
    def position(self) -> int:
        return self.life.true().positions.get(self.con_id, 0)

    def closed(self) -> dict[str, Any]:
        """Return how the bracket ended; its money is the gateway's, to the cent."""
        (closed,) = self.life.events("position_closed")
        assert closed["pnl"] == self.life.gateway.books().cash - self.life.gateway.config.start_cash
        return closed


def bought(life: Life) -> Held:
    """Live until the first position is guarded, and return it."""
    life.run_until(STRIKES)
    ((con_id, quantity),) = life.true().positions.items()
    return Held(life, con_id, quantity)


@contextmanager
def holding(folder: Path, **parts: Any) -> Iterator[Held]:
    """Give a life with a guarded position; at its end nothing was violated, and nobody failed."""
    with Life.of(folder, **{**GIVEN, **parts}) as life:
        yield bought(life)
        life.stop()
        assert life.audited().violations == ()
        assert life.events("actor_failed", "actor_gave_up", "catalogue_violation", "mail_dropped") == []


def rising(after: list[bool]) -> Callable[[Instrument, Any], tuple[str, str]]:
    """Return prices that reach every target once something is in the list."""

    def prices(instrument: Instrument, at: Any) -> tuple[str, str]:
        return ("3.50", "3.52") if after else wavering(instrument, at)

    return prices


def sold_as_the_target_fills(held: Held, up: list[bool], before: float) -> None:
    """Sell all by hand so many seconds before the quote at which the target fills as well, and live on."""
    held.life.run_until(NEXT_QUOTE - timedelta(seconds=before))
    held.sell(held.quantity)
    held.life.run_for(min(before, 0.35))
    up.append(True)
    held.life.run_for(3 * 60)


def test_all_sold_by_hand_cancels_the_exits_within_seconds_and_ends_the_bracket(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        held.sell(held.quantity)
        held.life.run_for(SOON)

        assert (held.position, held.exits) == (0, [])
        assert held.closed()["reason"] == "outside"
        assert [kind for kind, _ in held.life.alerts.told].count("sold_outside") == 1


def test_of_a_part_sold_by_hand_the_rest_stays_guarded_and_is_sold_by_its_target(tmp_path: Path) -> None:
    up: list[bool] = []
    with holding(tmp_path, prices=rising(up)) as held:
        held.sell(3)
        held.life.run_for(SOON)

        left = held.quantity - 3
        assert (held.position, held.exits) == (left, [left, left])
        assert held.life.known() == held.life.true()
        assert held.life.sent("cancelOrder") == []
        up.append(True)
        held.life.run_for(SOON)
        assert (held.position, held.exits) == (0, [])
        assert held.closed()["reason"] == "target"


def test_sold_in_pieces_each_piece_is_off_the_exits(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        for sold in (1, 2, held.quantity - 4):
            held.sell(sold)
            held.life.run_for(SOON)

        assert (held.position, held.exits) == (1, [1, 1])
        held.sell(1)
        held.life.run_for(SOON)
        assert (held.position, held.exits, held.closed()["reason"]) == (0, [], "outside")
        assert len(held.life.events("sold_outside")) == 4


@pytest.mark.parametrize(
    ("before", "told"),
    [(seconds, {"foreign"}) for seconds in (0.2, 0.5, 1.0, 2.0, 3.0)]  # Before the second answer.
    + [(3.6, {"sold_outside", "oversold", "foreign"})]  # The exits are being cancelled.
    + [(seconds, {"sold_outside"}) for seconds in (4.0, 5.0)],  # They are cancelled.
)
def test_when_the_target_fills_at_that_moment_what_is_short_is_told_and_not_traded(
    before: float, told: set[str], tmp_path: Path
) -> None:
    up: list[bool] = []
    with holding(tmp_path, prices=rising(up)) as held:
        sold_as_the_target_fills(held, up, before)

        in_time = told == {"sold_outside"}
        assert {kind for kind, _ in held.life.alerts.told} & LOUD == told
        assert (held.position, held.exits) == (0 if in_time else -held.quantity, [])
        (closed,) = held.life.events("position_closed")
        assert closed["reason"] == ("outside" if in_time else "target")
        known: ForeignAnswer = held.life.ask("risk", AskForeign())
        short = [(thing.con_id, thing.quantity) for thing in known.unsettled]
        assert short == ([(held.con_id, held.position)] if held.position else [])
        assert len({frame.fields[1] for frame in held.life.sent("placeOrder")}) == 3  # Nothing was bought back.


def test_sold_while_the_connection_is_down_it_is_found_out_when_it_is_back(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        held.life.strike(struck("drop", hold_seconds=30.0))
        held.life.run_for(2)
        held.sell(4)
        held.life.run_for(60)

        left = held.quantity - 4
        assert (held.position, held.exits) == (left, [left, left])
        assert held.life.known() == held.life.true()


def test_sold_while_the_gateway_restarts_it_is_found_out_when_it_is_back(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        held.sell(held.quantity)
        held.life.strike(later(0.3, "restart", seconds=40))
        held.life.run_for(2 * 60)

        assert (held.position, held.exits) == (0, [])
        assert held.closed()["reason"] == "outside"


@pytest.mark.parametrize("names", [("ocos",), ("risk",), ("journal",), ("broker",), ("risk", "brackets", "ocos")])
@pytest.mark.parametrize("seconds", [0.2, 2.0, 3.9])
def test_across_the_death_of_actors_it_is_counted_once(names: tuple[str, ...], seconds: float, tmp_path: Path) -> None:
    with Life.of(tmp_path, **GIVEN) as life:
        life.run_until(STRIKES)
        ((con_id, quantity),) = life.true().positions.items()
        held = Held(life, con_id, quantity)
        held.sell(4)
        life.run_for(seconds)
        for name in names:
            life.system.crash(name, "a bug")
        life.run_for(2 * 60)

        left = quantity - 4
        assert (held.position, held.exits) == (left, [left, left])
        assert life.known() == life.true()
        held.sell(left)
        life.run_for(SOON)
        assert (held.position, held.exits, held.closed()["reason"]) == (0, [], "outside")
        life.stop()
        assert life.audited().violations == ()


@pytest.mark.parametrize("seconds", [0.0, 0.2, 1.0])
def test_exits_cancelled_and_all_sold_by_hand_where_options_may_not_be_written(seconds: float, tmp_path: Path) -> None:
    with holding(tmp_path, config={}) as held:
        for row in held.life.gateway.books().open_orders:
            held.cancel(row.perm_id)
        held.life.run_for(0.31 + seconds)
        held.sell(held.quantity)
        held.life.run_for(2 * 60)

        assert held.exits == ([] if held.position == 0 else [held.quantity] * 2)
        if held.position == 0:
            assert held.closed()["reason"] == "outside"


def test_where_the_rest_sells_in_parts_the_stop_is_cut_with_each(tmp_path: Path) -> None:
    up: list[bool] = []
    with holding(tmp_path, prices=rising(up), config={**GIVEN["config"], "partial_fill_probability": 1.0}) as held:
        held.sell(3)
        held.life.run_for(60)
        up.append(True)
        held.life.run_for(3 * 60)

        assert (held.position, held.exits) == (0, [])
        assert len(held.life.events("exit_filled")) > 1


def test_without_the_word_of_the_position_it_is_found_out_within_the_minute(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        held.life.strike(nth(1, "mute", "position", times=1))
        held.sell(held.quantity)
        held.life.run_for(75)

        assert (held.position, held.exits, held.closed()["reason"]) == (0, [], "outside")
