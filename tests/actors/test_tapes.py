from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from actors.day_summary import DayTape
from actors.tapes import BarTape, GuardTape
from domain.adopted_fill import purchase
from domain.bars import Bar
from domain.brackets import Bracket, with_fill
from domain.exposures import Exposure
from domain.ids import ConId, IntentId, Symbol
from domain.ledger import Ledger, marked
from domain.ledger_rules import RiskLimits
from domain.quotes import Quote
from ops.memory_log import MemoryLog
from tests.builders import a_bracket, a_quote

AT = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)

LIMITS = RiskLimits(
    max_daily_loss_pct=Decimal("0.1"),
    max_risk_pct_per_trade=Decimal("0.01"),
    max_open_positions=3,
    max_contracts_per_order=10,
    max_entries_per_day=10,
    max_consecutive_losses=4,
)


def bar(minute: int, close: float = 10.0) -> Bar:
    start = AT + timedelta(minutes=minute)
    return Bar(start=start, seconds=60, open=9.0, high=11.0, low=8.5, close=close, volume=100.0)


def quote(bid: str | None) -> Quote:
    return replace(a_quote(), bid=None if bid is None else Decimal(bid))


def held() -> Bracket:
    bracket = a_bracket()
    return with_fill(bracket, purchase(bracket.plan)[0])


def test_each_bar_is_told_once_however_often_it_is_seen() -> None:
    log = MemoryLog()
    tape = BarTape(Symbol("SPY"), log)

    tape.saw((bar(0), bar(1)))
    tape.saw((bar(0), bar(1)))
    tape.saw((bar(1), bar(2), bar(4, close=12.0)))

    first, second = log.named("bars_seen")
    assert (first["bars"], first["start"], first["offsets"]) == (2, AT, [0, 60])
    assert (second["start"], second["offsets"]) == (AT + timedelta(minutes=2), [0, 120])
    assert (second["closes"], second["highs"], second["volumes"]) == ([10.0, 12.0], [11.0, 11.0], [100.0, 100.0])


def test_the_bid_of_a_guarded_contract_is_told_every_fifteen_seconds_with_all_it_did_between() -> None:
    log = MemoryLog()
    tape, bracket = GuardTape(log), held()

    for seconds, bid in ((0, "1.0"), (5, "1.4"), (9, "0.7"), (15, "1.1"), (16, "9")):
        tape.saw(quote(bid), bracket, AT + timedelta(seconds=seconds))

    first, second = log.named("guard_quote")
    assert first["bid"] == Decimal("1.0")
    assert [second[f"bid{which}"] for which in ("_first", "_high", "_low", "")] == [
        Decimal("1.4"),
        Decimal("1.4"),
        Decimal("0.7"),
        Decimal("1.1"),
    ]


def test_no_bid_is_a_bid_of_nothing() -> None:
    log = MemoryLog()

    GuardTape(log).saw(quote(None), held(), AT)

    assert log.named("guard_quote")[0]["bid_low"] == 0


def test_nothing_is_told_of_what_is_not_held() -> None:
    log = MemoryLog()

    GuardTape(log).saw(quote("1"), a_bracket(), AT)
    GuardTape(log).saw(quote("1"), None, AT)

    assert log.events == []


def test_what_a_fill_cost_is_told_when_it_is_written() -> None:
    log = MemoryLog()
    fill, fees = purchase(a_bracket().plan)

    GuardTape(log).wrote(fill)
    GuardTape(log).wrote(replace(fees, fees=Decimal("0.65")))

    assert [told["fees"] for told in log.named("fees_charged")] == [Decimal("0.65")]


def test_the_day_is_told_when_it_changed_and_not_before_it_is_open() -> None:
    log = MemoryLog()
    tape = DayTape(LIMITS, log)
    ledger = Ledger(day=date(2026, 3, 11), start_equity=Decimal(1000))

    tape.look(Ledger(), AT)
    tape.look(ledger, AT)
    tape.look(ledger, AT + timedelta(minutes=1))
    tape.look(Ledger(day=ledger.day, start_equity=ledger.start_equity, closed_pnl=Decimal(-7)), AT)

    assert [(told["loss"], told["loss_limit"]) for told in log.named("day_pnl")] == [(0, 100), (7, 100)]


def test_the_day_is_not_told_while_something_held_was_never_quoted() -> None:
    log = MemoryLog()
    tape = DayTape(LIMITS, log)
    held = Exposure(intent=IntentId("i"), con_id=ConId(1), symbol=None, bought=1, paid=Decimal(100))
    ledger = Ledger(day=date(2026, 3, 11), start_equity=Decimal(1000), exposures={held.intent: held})

    tape.look(ledger, AT)
    tape.look(marked(ledger, held.con_id, Decimal("1.5")), AT)

    assert [told["pnl"] for told in log.named("day_pnl")] == [50]
