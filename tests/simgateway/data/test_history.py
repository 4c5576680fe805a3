"""History requests over the wire: what is answered, what is refused, what is kept up to date."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from simgateway.config import DataRight
from simgateway.market.base import Bar
from simgateway.protocol.wire import Fields
from tests.simgateway.data.asking import NOBODY, STOCK, bars, option
from tests.simgateway.fake_market import CALL_ID, OPEN, PUT_ID
from tests.simgateway.rig import NOON, Rig


def _ask(rig: Rig, *request: object) -> list[Fields]:
    rig.wait()
    rig.client.send(*request)
    return rig.wait()


def _error(rig: Rig, *request: object) -> tuple[str, str]:
    (answer,) = _ask(rig, *request)
    assert answer[0] == "4"
    return answer[3], answer[4]


def _starts(answer: Fields) -> list[str]:
    return list(answer[5::8])


def test_bars_have_eight_fields_and_name_their_span() -> None:
    (answer,) = _ask(Rig(), *bars(7, duration="120 S"))

    assert (answer[:2], answer[4], len(answer)) == (("17", "7"), "2", 5 + 8 * 2)
    assert answer[2].startswith("20251112 11:28:0")
    assert answer[3].endswith(" US/Eastern")
    assert answer[6:13] == ("100", "101", "99", "100", "1000", "100", "10")


def test_the_kinds_without_volume_send_minus_one() -> None:
    (answer,) = _ask(Rig(), *bars(7, what="MIDPOINT", duration="60 S"))

    assert answer[10:13] == ("-1", "-1", "-1")


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("20251111 12:00:00", datetime(2025, 11, 11, 16, 59, tzinfo=UTC)),
        ("20251111 12:00:00 US/Eastern", datetime(2025, 11, 11, 16, 59, tzinfo=UTC)),
        ("20251111 12:00:00 America/Chicago", datetime(2025, 11, 11, 17, 59, tzinfo=UTC)),
        ("20251111-17:00:00", datetime(2025, 11, 11, 16, 59, tzinfo=UTC)),
        ("11:00:00", datetime(2025, 11, 12, 15, 59, tzinfo=UTC)),
    ],
)
def test_the_end_may_be_written_in_every_way_that_ib_reads(end: str, last: datetime) -> None:
    (answer,) = _ask(Rig(), *bars(7, end=end))

    assert _starts(answer)[-1] == str(int(last.timestamp()))


def test_an_end_in_the_future_is_now() -> None:
    (answer,) = _ask(Rig(), *bars(7, end="20261111-17:00:00"))

    assert int(_starts(answer)[-1]) < (NOON + timedelta(seconds=5)).timestamp()


@pytest.mark.parametrize("end", ["20251111", "yesterday", "20251311 12:00:00", "20251111 12:00:00 Mars/Olympus"])
def test_an_end_that_is_no_moment_is_error_10314(end: str) -> None:
    code, text = _error(Rig(), *bars(7, end=end))

    assert code == "10314"
    assert text.startswith("End Date/Time: The date, time, or time-zone entered is invalid.")


def test_an_end_before_all_data_is_error_162() -> None:
    rig = Rig()
    rig.market.first = datetime(2025, 11, 12, 14, 30, tzinfo=UTC)

    code, text = _error(rig, *bars(7, end="20100101-12:00:00"))

    assert (code, text) == (
        "162",
        "Historical Market Data Service error message:HMDS query returned no data: ABC@SMART Trades",
    )


@pytest.mark.parametrize(
    ("parts", "code", "text"),
    [
        ({"bar": "60 mins"}, "321", "bar size setting is invalid. Legal ones are: 1 secs, 5 secs"),
        ({"bar": "1 hours"}, "321", "bar size setting is invalid"),
        ({"what": "FEE_RATE"}, "321", "What to show field is missing or incorrect."),
        ({"date": 0}, "321", "Date formatting selection of 0 rejected."),
        ({"duration": "366 D"}, "321", "longer than 365 days must be made in years."),
        ({"duration": "90000 S"}, "321", "greater than 86400 seconds rejected"),
        ({"bar": "1 secs", "duration": "7200 S"}, "162", "invalid step: 1"),
        ({"what": "ADJUSTED_LAST", "end": "20251111-12:00:00"}, "321", "not supported with adjusted last"),
        ({"what": "ADJUSTED_LAST", "bar": "1 week", "duration": "1 M"}, "321", "Multi day bar size"),
        ({"what": "SCHEDULE"}, "321", "Only daily resolution supported"),
        ({"live": 1, "end": "20251111-12:00:00"}, "321", "End date not supported"),
        ({"live": 1, "what": "BID_ASK"}, "321", "cannot be kept up to date"),
        ({"live": 1, "bar": "1 secs"}, "321", "cannot be kept up to date"),
    ],
)
def test_what_ib_refuses_is_refused(parts: dict[str, Any], code: str, text: str) -> None:
    refused, words = _error(Rig(), *bars(7, **parts))

    assert refused == code
    assert text in words


def test_an_unknown_contract_has_no_history() -> None:
    assert _error(Rig(), *bars(7, NOBODY))[0] == "200"


def test_volatility_of_an_option_is_no_data_of_that_type() -> None:
    code, text = _error(Rig(), *bars(7, option(CALL_ID), what="HISTORICAL_VOLATILITY", bar="1 day", duration="1 M"))

    assert code == "162"
    assert "No data of type EODChart" in text


def test_an_expired_option_needs_the_flag_that_includes_it() -> None:
    rig = Rig(start=OPEN + timedelta(days=1))
    expired = option(0, "20251112", "100", "C")

    without = _error(rig, *bars(7, expired))
    (with_flag,) = _ask(rig, *bars(8, expired, expired=1))

    assert (without[0], with_flag[0]) == ("200", "17")


def test_daily_bars_are_dated_by_the_day_in_either_format() -> None:
    rig = Rig()

    (text,) = _ask(rig, *bars(7, bar="1 day", duration="1 D", date=1))
    (epoch,) = _ask(rig, *bars(8, bar="1 day", duration="1 D", date=2))

    assert _starts(text) == _starts(epoch) == ["20251112"]


def test_a_schedule_is_the_hours_of_its_days_in_new_yorks_time() -> None:
    (answer,) = _ask(Rig(), *bars(7, what="SCHEDULE", bar="1 day", duration="2 D"))

    first = ("20251111-09:30:00", "20251111-16:00:00", "20251111")
    second = ("20251112-09:30:00", "20251112-16:00:00", "20251112")
    assert answer == ("106", "7", first[0], second[1], "US/Eastern", "2", *first, *second)


def test_a_schedule_is_not_sent_to_a_client_too_old_to_read_one() -> None:
    code, _ = _error(Rig(highest_version=164), *bars(7, what="SCHEDULE", bar="1 day", duration="2 D"))

    assert code == "321"


def test_the_same_number_twice_is_error_322_while_the_first_is_in_flight() -> None:
    rig = Rig()
    rig.wait()

    rig.client.send(*bars(7))
    rig.client.send(*bars(7))

    frames = rig.wait()
    assert rig.errors(frames) == [("7", "322")]
    assert [row[0] for row in frames].count("17") == 1


def test_more_than_fifty_at_once_are_error_322() -> None:
    rig = Rig(history_lines=2)
    rig.wait()

    for number in range(3):
        rig.client.send(*bars(number))

    assert rig.errors(rig.wait()) == [("2", "322")]


def test_a_cancel_of_what_is_not_there_is_error_366() -> None:
    assert _error(Rig(), 25, 1, 9)[0] == "366"


def test_bid_ask_counts_twice_among_small_bars() -> None:
    rig = Rig()
    rig.wait()

    for number, seconds in enumerate((30, 31, 32, 33)):
        rig.client.send(*bars(number, bar="5 secs", duration=f"{seconds} S", what="BID_ASK"))

    assert rig.errors(rig.wait()) == [("3", "162")]


def test_no_pacing_means_none() -> None:
    rig = Rig(pacing=False, history_lines=1)
    rig.wait()

    for number in range(8):
        rig.client.send(*bars(number, bar="5 secs", duration="60 S"))

    assert [row[0] for row in rig.wait()] == ["17"] * 8


def test_the_head_timestamp_is_the_first_data_in_utc_or_epoch_seconds() -> None:
    rig = Rig()

    (text,) = _ask(rig, 87, 7, *STOCK, 0, 1, "TRADES", 1)
    (epoch,) = _ask(rig, 87, 8, *STOCK, 0, 1, "TRADES", 2)
    code, _ = _error(rig, 87, 9, *STOCK, 0, 1, "NONSENSE", 1)

    assert text == ("88", "7", "20200102-14:30:00")
    assert epoch == ("88", "8", str(int(datetime(2020, 1, 2, 14, 30, tzinfo=UTC).timestamp())))
    assert code == "321"


def test_without_rights_there_is_no_history() -> None:
    code, text = _error(Rig(data_rights=(("STK", DataRight.NONE),)), *bars(7))

    assert code == "162"
    assert "No market data permissions for NASDAQ STK" in text


def test_delayed_rights_end_history_a_quarter_of_an_hour_ago() -> None:
    warning, answer = _ask(Rig(data_rights=(("STK", DataRight.DELAYED),)), *bars(7))

    assert warning[3] == "2188"
    assert int(_starts(answer)[-1]) < (NOON - timedelta(minutes=14)).timestamp()


def _bar(minute: int, close: str) -> Bar:
    at, price = NOON + timedelta(minutes=minute), Decimal(close)
    return Bar(at, 60, Decimal(100), max(price, Decimal(100)), Decimal(99), price, 500, Decimal(100), 5)


def test_bars_are_kept_up_to_date_until_they_are_cancelled() -> None:
    rig = Rig()
    rig.market.made = [_bar(0, "100")]
    first = _ask(rig, *bars(7, live=1))
    rig.wait(70)

    rig.market.made = [_bar(0, "101.5"), _bar(1, "102")]
    updates = [*rig.quote("2", "2.1", con_id=1), *rig.wait(5)]
    rig.client.send(25, 1, 7)
    rig.market.made = [_bar(1, "103")]
    after = [*rig.quote("2.2", "2.3", con_id=1), *rig.wait(5)]

    start = int(NOON.timestamp())
    assert [row[0] for row in first] == ["17"]
    assert updates == [
        ("90", "7", "5", str(start), "100", "101.5", "101.5", "99", "100", "500"),
        ("90", "7", "5", str(start + 60), "100", "102", "102", "99", "100", "500"),
    ]
    assert [(row[0], row[3]) for row in after] == [("4", "162")]


def test_updates_end_with_the_connection() -> None:
    rig = Rig()
    _ask(rig, *bars(7, live=1))

    rig.client.transport.close()
    rig.quote("2", "2.1", con_id=1)

    assert rig.gateway._history.live == 0
    assert rig.gateway._pulse.watched == 0


def test_puts_that_never_traded_have_no_bars() -> None:
    assert _error(Rig(), *bars(7, option(PUT_ID)))[0] == "162"
