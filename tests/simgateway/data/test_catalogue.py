"""Contract details, symbol search and session hours over the wire."""

from datetime import date, datetime, time, timedelta

import pytest

from simgateway.market.calendars import EverOpen
from simgateway.protocol.wire import Fields
from tests.simgateway.data.asking import STOCK, option
from tests.simgateway.fake_market import OPEN, FakeMarket
from tests.simgateway.rig import Rig

_LOCAL = "ABC   251114P00095000"


class _NeverClosed(FakeMarket):
    def session(self, day: date) -> tuple[datetime, datetime] | None:
        return EverOpen().session(day)


def _ask(rig: Rig, *request: object) -> list[Fields]:
    rig.wait()
    rig.client.send(*request)
    return rig.wait()


def _details(contract: tuple[object, ...], expired: int = 0, sec_id: str = "") -> tuple[object, ...]:
    return (9, 8, 7, *contract, expired, "ISIN" if sec_id else "", sec_id, "")


def _with_local(symbol: str, sec_type: str, text: str) -> tuple[object, ...]:
    return (0, symbol, sec_type, "", "", "", "", "SMART", "", "USD", text, "")


@pytest.mark.parametrize(
    ("contract", "count"),
    [
        (option(), 12),
        (option(expiry="20251114"), 6),
        (option(expiry="202511"), 12),
        (option(expiry="202512"), 0),
        (option(right="CALL"), 6),
        (option(strike="95.0"), 4),
        (option(expiry="20251114", strike="95", right="P"), 1),
        (_with_local("", "OPT", _LOCAL), 1),
        (_with_local("ABC", "OPT", _LOCAL), 1),
        (_with_local("", "OPT", _LOCAL.replace("ABC", "XYZ")), 0),
        (_with_local("", "OPT", _LOCAL.replace("251114", "259914")), 0),
        (_with_local("", "OPT", "ABC 251114P95"), 0),
        (_with_local("", "STK", "ABC"), 1),
        (STOCK, 1),
    ],
)
def test_what_is_left_open_matches_everything(contract: tuple[object, ...], count: int) -> None:
    rig = Rig()

    frames = _ask(rig, *_details(contract))

    assert [row[0] for row in frames] == (["10"] * count + ["52"] if count else ["4"])


def test_a_foreign_number_is_not_known_here() -> None:
    rig = Rig()

    assert rig.errors(_ask(rig, *_details(STOCK, sec_id="US0378331005"))) == [("7", "200")]


def test_an_expired_option_is_only_found_when_it_is_included() -> None:
    rig = Rig(start=OPEN + timedelta(days=1))

    without = _ask(rig, *_details(option(expiry="20251112")))
    with_flag = _ask(rig, *_details(option(expiry="20251112"), expired=1))

    assert [row[0] for row in without] == ["4"]
    assert [row[0] for row in with_flag] == ["10"] * 6 + ["52"]


def test_shares_trade_longer_than_their_liquid_hours_and_options_do_not() -> None:
    rig = Rig()
    rig.market.extended = (time(4), time(20))

    share, call = (_ask(rig, *_details(contract))[0] for contract in (STOCK, option(101)))

    long, regular = "20251112:0400-20251112:2000", "20251112:0930-20251112:1600"
    assert any(field.startswith(long) for field in share)
    assert not any(field.startswith(long) for field in call)
    assert sum(field.startswith(regular) for field in call) == 2


def test_hours_to_midnight_end_on_the_next_day() -> None:
    rig = Rig(market=_NeverClosed())

    share = _ask(rig, *_details(STOCK))[0]

    assert sum(field.startswith("20251112:0000-20251113:0000;20251113:0000-20251114:0000;") for field in share) == 2


@pytest.mark.parametrize(("pattern", "count"), [("AB", 1), ("abc", 1), ("inc", 1), ("X", 0), ("", 0)])
def test_symbols_match_by_their_beginning_or_their_name(pattern: str, count: int) -> None:
    (answer,) = _ask(Rig(), 81, 7, pattern)

    assert answer[:3] == ("79", "7", str(count))


def test_a_connection_that_goes_while_a_chain_is_sent_leaves_nothing_behind() -> None:
    rig = Rig()
    rig.market.copies = 700
    rig.wait()
    rig.client.send(*_details(option()))

    rig.client.transport.close()
    rig.clock.advance(5)

    assert rig.gateway._catalogue._sending == {}


def test_a_large_chain_arrives_whole_and_in_order() -> None:
    rig = Rig()
    rig.market.copies = 200

    frames = _ask(rig, *_details(option()))

    assert [row[0] for row in frames] == ["10"] * 2400 + ["52"]
