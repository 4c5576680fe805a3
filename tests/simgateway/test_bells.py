"""When the bells of the day ring, in which order, and for which day."""

from datetime import date, datetime, time, timedelta

from simgateway.bells import Bells
from simgateway.protocol.text import NEW_YORK
from tests.simgateway.fake_market import DAY, FakeMarket
from tests.simgateway.rig import HandClock

_NEXT = DAY + timedelta(days=1)


class _EverOpenMarket(FakeMarket):
    """A session is a New York date, from midnight to midnight."""

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        first = datetime.combine(day, time.min, NEW_YORK)
        return first, datetime.combine(day + timedelta(days=1), time.min, NEW_YORK)


def _ring(market: FakeMarket, hours: float) -> list[tuple[str, date, str]]:
    """Return what rings within so many hours from New York's noon: which bell, of which day, at what time there."""
    clock = HandClock(datetime.combine(DAY, time(12), NEW_YORK))
    bells = Bells(market, clock)
    heard: list[tuple[str, date, str]] = []
    for name in ("midnight", "opened", "closed", "expired", "extended_opened", "extended_closed"):
        listeners = getattr(bells, name)
        listeners.append(
            lambda day, name=name: heard.append((name, day, f"{clock.now().astimezone(NEW_YORK):%H:%M}")),
        )
    bells.start()
    clock.advance(hours * 3600)
    bells.close()
    assert clock.pending() == 0
    return heard


def test_a_day_closes_and_the_next_one_opens() -> None:
    assert _ring(FakeMarket(), 22) == [
        ("closed", DAY, "16:00"),
        ("midnight", _NEXT, "00:00"),
        ("opened", _NEXT, "09:30"),
    ]


def test_longer_hours_lie_around_the_regular_ones() -> None:
    market = FakeMarket()
    market.extended = (time(4), time(20))

    assert [(name, at) for name, _, at in _ring(market, 22)] == [
        ("closed", "16:00"),
        ("extended_closed", "20:00"),
        ("midnight", "00:00"),
        ("extended_opened", "04:00"),
        ("opened", "09:30"),
    ]


def test_a_market_that_is_always_open_ends_its_options_in_the_afternoon_and_its_day_at_midnight() -> None:
    assert _ring(_EverOpenMarket(), 13) == [
        ("expired", DAY, "16:00"),
        ("closed", DAY, "00:00"),
        ("midnight", _NEXT, "00:00"),
        ("opened", _NEXT, "00:00"),
    ]


def test_a_weekend_has_midnights_only() -> None:
    market = FakeMarket()
    heard = _ring(market, 24 * 5 - 12)

    assert [(name, day.day) for name, day, _ in heard if day.weekday() > 4] == [("midnight", 15), ("midnight", 16)]
