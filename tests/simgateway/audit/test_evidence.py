from datetime import timedelta

import pytest

from tests.simgateway.audit.log_builder import INTENT, Log, audited, broken

REF = f"{INTENT}.E.0"


def ordered(log: Log) -> Log:
    return log.order(1, REF).status(1, "Cancelled")


def test_an_entry_on_fresh_evidence_is_fine() -> None:
    log = Log().connect().bars().quotes().wait(16)

    result = audited(ordered(log))

    assert broken(result) == set()


def test_an_entry_without_any_quote_breaks_invariant_7() -> None:
    log = Log().connect().bars().wait(1)

    result = audited(ordered(log))

    assert broken(result) == {7}
    assert len(result.violations) == 2


def test_an_entry_on_a_stale_quote_breaks_invariant_7() -> None:
    log = Log().connect().quotes().wait(18).bars()

    result = audited(ordered(log))

    assert broken(result) == {7}


@pytest.mark.parametrize("price", ["-1", "0", "nan", "1.7976931348623157E308", ""])
def test_what_is_no_price_is_no_quote(price: str) -> None:
    log = Log().connect().bars().quotes(bid=price)

    result = audited(ordered(log))

    assert broken(result) == {7}


def test_a_bid_that_went_away_is_no_bid() -> None:
    log = Log().connect().bars().ask_data(21, 5001).tick(21, 1, "2.00").tick(21, 2, "2.02").tick(21, 1, "-1")

    result = audited(ordered(log.cancel_data(21)))

    assert broken(result) == {7}


def test_a_quote_of_another_contract_is_no_evidence() -> None:
    log = Log().connect().bars().quotes(con_id=7777)

    result = audited(ordered(log))

    assert broken(result) == {7}


def test_an_entry_without_bars_breaks_invariant_7() -> None:
    log = Log().connect().quotes()

    result = audited(ordered(log))

    assert broken(result) == {7}


def test_an_entry_on_old_bars_breaks_invariant_7() -> None:
    log = Log().connect()
    log.bars(newest_start=log.at - timedelta(seconds=250)).quotes()

    result = audited(ordered(log))

    assert broken(result) == {7}


def test_a_forming_bar_is_no_finished_one() -> None:
    log = Log().connect()
    log.bars(newest_start=log.at - timedelta(seconds=30)).quotes().wait(5)

    result = audited(ordered(log))

    assert broken(result) == set()


def test_an_entry_at_no_real_price_breaks_invariant_7() -> None:
    log = Log().connect().bars().quotes().order(1, REF, limit="1.7976931348623157e+308").status(1, "Cancelled")

    result = audited(log)

    assert broken(result) == {7}
