"""What others lost money by, numbered as in our facts about the broker and its library, and the tests of each.

Every one is met over the wire: the library as it is, the simulated gateway, and beside it what the bot makes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

HERE: Final = "tests/contract/test_traps.py"
WIRE: Final = "tests/contract/test_ib_over_simgateway.py"
CONTRACT: Final = "tests/contract/test_broker_contract.py"
DAYS: Final = "tests/scenarios/test_bad_days.py"
SECONDS: Final = "tests/scenarios/test_bad_seconds.py"


@dataclass(frozen=True, slots=True)
class Trap:
    """One of them. ``tests``: files and names of functions."""

    what: str
    tests: tuple[tuple[str, str], ...]


_LINKS: Final = (DAYS, "test_after_a_bad_day_of_the_connection_the_bot_is_ready_and_knows_what_the_gateway_knows")
_ORDERS: Final = (DAYS, "test_after_a_bad_day_of_the_orders_a_position_is_held_and_guarded")
_DATA: Final = (DAYS, "test_after_a_bad_day_of_the_data_the_position_is_still_guarded")
_DENIED: Final = (DAYS, "test_on_a_bad_day_nothing_is_opened_and_what_is_open_can_be_closed")

TRAPS: Final[Mapping[int, Trap]] = {
    1: Trap(
        "an error that names an order makes the library call it cancelled, although it works",
        (
            (HERE, "test_an_order_whose_cancel_is_refused_is_cancelled_to_the_library_and_works_to_us"),
            (HERE, "test_an_order_whose_change_is_refused_still_works"),
        ),
    ),
    2: Trap(
        "error 110 leaves a new order pending for ever",
        (
            (HERE, "test_a_price_off_the_grid_is_told_as_a_rejection_whatever_the_library_makes_of_it"),
            (CONTRACT, "test_a_price_off_the_grid_is_rejected_by_an_error_alone"),
        ),
    ),
    3: Trap(
        "after its own disconnect the library waits for ever and remembers what is gone",
        (
            (HERE, "test_an_own_disconnect_ends_what_waits"),
            (HERE, "test_a_position_that_was_closed_while_away_is_no_ghost_on_the_next_connection"),
            _LINKS,
        ),
    ),
    4: Trap(
        "without a database of time zones bars and fills are dropped",
        ((HERE, "test_without_the_systems_time_zones_fills_and_bars_are_read_all_the_same"), _ORDERS),
    ),
    5: Trap(
        "a failed request looks like an empty answer, and one without a number hangs",
        (
            (HERE, "test_a_refused_history_is_empty_to_the_library_and_a_failure_with_its_code_to_us"),
            (HERE, "test_a_refusal_without_a_number_hangs_the_library_and_ends_our_question"),
            (WIRE, "test_an_unknown_contract_has_no_bars"),
            (SECONDS, "test_a_history_request_is_given_up_when_the_settings_say_and_the_gateway_is_told"),
        ),
    ),
    6: Trap(
        "an order waits behind whatever was asked before, and is lost with the socket",
        (
            (HERE, "test_an_exit_overtakes_four_hundred_lookups_on_the_wire"),
            (HERE, "test_an_order_for_a_socket_that_is_gone_is_refused_and_never_sent"),
        ),
    ),
    7: Trap(
        "profit and loss without a value is a number that compares as no loss",
        ((HERE, "test_a_profit_that_is_none_is_none"), _DATA, _DENIED),
    ),
    8: Trap(
        "what a handler raises is only logged, and handlers are held weakly",
        (
            (HERE, "test_what_a_handler_raises_is_written_down_and_ends_nothing"),
            (HERE, "test_the_connections_end_is_heard_after_the_garbage_was_collected"),
        ),
    ),
    9: Trap(
        "connecting succeeds although positions or open orders did not answer",
        ((HERE, "test_a_log_on_without_positions_succeeds_to_the_library_and_is_no_book_to_us"), _LINKS),
    ),
}
"""By number; the wording is ours."""
