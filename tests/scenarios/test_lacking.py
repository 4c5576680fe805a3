"""The account holds fewer than our fills come to, and nobody sold: a position moved to another account of its owner."""

from pathlib import Path
from typing import Any

from tests.scenarios.bad_days import Life
from tests.scenarios.test_sold_by_hand import GIVEN, Held, bought, holding, rising

TOLD = 12.0
"""By then two answers, five seconds or more apart, lacked as many."""


def moved(held: Held, quantity: int) -> None:
    """Move so many contracts to another account; no execution tells of it."""

    async def move() -> None:
        held.life.gateway.transfer(held.con_id, quantity)

    held.life.host.run(move())


def called(held: Held) -> list[str]:
    """Return what the operator was called for."""
    return [text for kind, text in held.life.alerts.told if kind == "position_lacking"]


def lines(held: Held) -> list[dict[str, Any]]:
    return held.life.events("position_lacking")


def test_of_a_position_moved_to_another_account_the_operator_is_told_once_and_nothing_is_traded(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        moved(held, held.quantity)
        held.life.run_for(TOLD)

        ((line,), (text,)) = lines(held), called(held)
        assert (line["position"], line["quantity"]) == (held.quantity, held.quantity)
        assert f"{held.quantity} held by our fills, 0 at the broker" in text
        held.life.run_for(3 * 60)
        assert len(called(held)) == 1
        assert held.exits == [held.quantity] * 2
        assert len({frame.fields[1] for frame in held.life.sent("placeOrder")}) == 3  # The entry and its exits.
        assert held.life.events("sold_outside", "position_closed") == []


def test_of_a_part_that_was_moved_and_of_the_next_each_is_told(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        for _ in range(2):
            moved(held, 1)
            held.life.run_for(TOLD)

        assert [line["quantity"] for line in lines(held)] == [1, 2]


def test_what_is_sold_by_hand_beside_it_is_counted_and_only_the_rest_is_told(tmp_path: Path) -> None:
    with holding(tmp_path) as held:
        moved(held, 1)
        held.sell(2)
        held.life.run_for(TOLD)

        left = held.quantity - 2
        assert [(line["position"], line["quantity"]) for line in lines(held)] == [(left, 1)]
        assert held.exits == [left, left]
        assert held.life.known().positions == {held.con_id: left}


def test_a_new_guard_of_the_same_bracket_tells_it_again(tmp_path: Path) -> None:
    with Life.of(tmp_path, **GIVEN) as life:
        held = bought(life)
        moved(held, 1)
        life.run_for(TOLD)
        life.system.crash("ocos", "a bug")
        life.run_for(TOLD + 60)

        assert [line["quantity"] for line in lines(held)] == [1, 1]
        assert held.exits == [held.quantity] * 2
        life.stop()
        assert life.audited().violations == ()


def test_when_an_exit_sells_what_was_moved_the_short_position_is_told_and_not_traded(tmp_path: Path) -> None:
    up: list[bool] = []
    with holding(tmp_path, prices=rising(up)) as held:
        moved(held, 1)
        held.life.run_for(TOLD)
        up.append(True)
        held.life.run_for(3 * 60)

        assert (held.position, held.exits) == (-1, [])
        assert held.life.events("position_closed")[-1]["reason"] == "target"
        assert "foreign" in {kind for kind, _ in held.life.alerts.told}
