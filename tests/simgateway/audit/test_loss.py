from tests.simgateway.audit.log_builder import INTENT, Log, a_good_life, audited, broken


def test_a_buy_after_the_accounts_loss_limit_breaks_invariant_4() -> None:
    log = a_good_life().day_profit("-10000").wait(2).bars().quotes().order(9, "next.E.0").status(9, "Cancelled")

    result = audited(log)

    assert broken(result) == {4}


def test_a_buy_that_crosses_the_news_of_the_loss_is_forgiven() -> None:
    log = a_good_life().bars().quotes().day_profit("-10000").wait(0.9).order(9, "next.E.0").status(9, "Cancelled")

    result = audited(log)

    assert broken(result) == set()


def test_a_loss_short_of_the_limit_stops_nothing() -> None:
    log = a_good_life().day_profit("-9999").wait(2).bars().quotes().order(9, "next.E.0").status(9, "Cancelled")

    result = audited(log)

    assert broken(result) == set()


def test_own_fills_reach_the_limit_without_the_accounts_word() -> None:
    log = Log().connect().bars().quotes().wait(1).order(1, f"{INTENT}.E.0", quantity=49).status(1, "Submitted", 0, 49)
    log.fill(1, f"{INTENT}.E.0", "e1", quantity=49, price="2.05").order(4, f"{INTENT}.X.0", side="SELL", quantity=49)
    log.wait(1).status(4, "Submitted", 0, 49).fill(4, f"{INTENT}.X.0", "e2", side="SLD", quantity=49, price="0.001")
    log.status(1, "Filled", 49, 0).status(4, "Filled", 49, 0)

    log.wait(2).bars().quotes().order(9, "next.E.0", quantity=1).status(9, "Cancelled")

    assert broken(audited(log)) == {4}


def test_an_unset_profit_is_no_loss() -> None:
    log = a_good_life().day_profit("1.7976931348623157E308").wait(2).bars().quotes()

    result = audited(log.order(9, "next.E.0").status(9, "Cancelled"))

    assert broken(result) == set()


def test_the_next_trading_day_starts_anew() -> None:
    log = a_good_life().day_profit("-10000").wait(86_400).bars().quotes().order(9, "next.E.0").status(9, "Cancelled")

    result = audited(log)

    assert broken(result) == set()


def test_sales_are_always_allowed() -> None:
    log = Log().connect().entry().entry_filled().day_profit("-20000").target_filled()

    result = audited(log)

    assert broken(result) == set()
