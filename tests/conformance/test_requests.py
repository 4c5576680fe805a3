"""Every request that a trading program makes, and which cases hold it to the clients: one that has none fails here."""

import importlib
import inspect
from collections.abc import Mapping
from typing import Final

from simgateway.data.unserved import REFUSALS
from tests.conformance.drivers import high_level, official, rare_high_level, rare_official

CASES: Final[Mapping[str, str]] = {
    "current time": "connecting.time_accounts_and_the_next_id_are_told_on_request",
    "managed accounts": "connecting.time_accounts_and_the_next_id_are_told_on_request",
    "next valid id": "connecting.the_next_id_is_above_every_one_used",
    "account updates": "account.account_updates_come_whole_and_end agreement.the_account_is_told_alike_in_every_way",
    "account updates multi": "account.updates_by_request_come_whole_and_end",
    "account summary": "account.a_summary_has_the_tags_asked_for "
    "account.a_summary_sends_after_three_minutes_what_has_changed",
    "positions": "account.positions_come_whole_and_then_as_they_change",
    "positions multi": "rare.positions_by_request_come_whole_and_then_as_they_change",
    "P&L": "account.profit_follows_the_market agreement.positions_and_profits_sum_up_to_the_account",
    "single P&L": "account.profit_of_one_position_follows_it_until_it_is_gone",
    "contract details, one contract": "contracts.one_option_is_found_by_its_number",
    "contract details, a whole chain": "size.the_whole_chain_of_the_largest_underlying_comes_in_one_answer",
    "matching symbols": "contracts.symbols_are_found_by_what_they_begin_with",
    "option parameters": "contracts.option_parameters_name_expiries_and_strikes",
    "market rules": "contracts.a_market_rule_is_told_as_its_rows",
    "history, every bar size": "history.bars_of_every_size_are_served",
    "history, every duration": "history.every_unit_of_duration_is_served",
    "history errors, no data": "history.a_contract_without_trades_is_error_162",
    "history errors, invalid step": "history.a_request_that_cannot_be_is_refused "
    "history.a_step_not_in_the_table_is_162",
    "history errors, pacing": "history.small_bars_asked_for_twice_are_a_pacing_violation",
    "history, schedule": "rare.a_schedule_names_the_sessions",
    "keepUpToDate": "history.bars_are_kept_up_to_date_until_cancelled",
    "head timestamp": "history.the_first_moment_of_history_is_told",
    "historical ticks": "history.past_ticks_are_served",
    "real-time bars": "streaming.five_second_bars_come_live",
    "market data, streaming": "streaming.a_stream_says_what_changes",
    "market data, snapshot": "streaming.a_snapshot_comes_whole_and_ends",
    "market data, delayed types": "streaming.delayed_data_comes_as_delayed_ticks_with_its_warning",
    "market data, generic ticks": "streaming.an_option_comes_with_its_greeks",
    "market data, greeks": "streaming.an_option_comes_with_its_greeks",
    "tick by tick": "every_tick.every_trade_is_told every_tick.every_quote_is_told every_tick.every_middle_is_told",
    "market depth": "rare.market_depth_is_refused",
    "depth exchanges": "rare.exchanges_with_a_deep_book_are_told",
    "smart components": "rare.the_exchanges_behind_a_quote_have_letters",
    "calculate implied volatility": "rare.a_volatility_is_computed_from_prices",
    "calculate option price": "rare.a_price_is_computed_from_the_volatility_that_it_gives",
    "open orders": "queries.own_open_orders_are_told_alone",
    "all open orders": "queries.everybodys_open_orders_are_told_on_request",
    "auto open orders": "by_hand.client_0_that_binds_gets_a_negative_number_for_it",
    "completed orders": "queries.completed_orders_are_told_with_their_end",
    "executions with filters": "queries.executions_pass_the_filter",
    "place and change an order": "orders.a_changed_order_works_at_its_new_price",
    "cancel an order": "lives.a_cancelled_order_says_so_and_then_why",
    "what-if": "orders.what_an_order_would_cost_is_told_without_placing_it",
    "global cancel": "orders.everything_is_cancelled_at_once",
    "exercise": "expiry.an_early_exercise_delivers_at_once",
    "lapse": "expiry.an_option_may_be_left_to_lapse_although_it_is_worth_something",
    "read-only mode": "read_only.a_read_only_gateway_refuses_orders_with_321",
    "news, scanner, fundamentals, histogram": "rare.what_is_not_simulated_is_refused_by_its_own_error",
}
"""By request, the cases: file.name, without the `test_` of either."""


def test_every_request_of_a_trading_program_has_a_case_that_meets_the_clients() -> None:
    missing = [(wanted, case) for wanted, cases in CASES.items() for case in cases.split() if not is_there(case)]

    assert missing == []


def is_there(case: str) -> bool:
    """Return whether there is such a case, and every client plays in it."""
    file, _, name = case.partition(".")
    found = getattr(importlib.import_module(f"tests.conformance.test_{file}"), f"test_{name}", None)
    return found is not None and "stage" in inspect.signature(found).parameters


def test_both_drivers_know_the_same_commands() -> None:
    high = {*high_level._ASK, *high_level._DO}
    low = set(official._DO)

    assert high == low
    assert {*rare_high_level.ASK, *rare_high_level.DO} <= low
    assert set(rare_official.DO) <= high


def test_every_refusal_of_what_is_not_simulated_is_known_to_a_case() -> None:
    tried = {"10", "18", "22", "24", "52", "84", "86", "88", "100"}
    without_a_case = {
        "11": "a cancel of depth: no client sends one for a request that was refused",
        "19": "replacing an adviser's groups: as 18",
        "23": "a cancel of a scanner: as 11",
        "102": "Wall Street Horizon's events: as 100",
    }

    assert set(REFUSALS) == tried | set(without_a_case)
