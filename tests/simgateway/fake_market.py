"""A market whose quotes the test sets by hand: one stock with options, open 09:30-16:00 New York on weekdays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from simgateway.market.base import Bar, Instrument, PriceRule, Print, Quote
from simgateway.protocol.text import NEW_YORK

DAY = date(2025, 11, 12)
OPEN = datetime(2025, 11, 12, 14, 30, tzinfo=UTC)
CLOSE = datetime(2025, 11, 12, 21, 0, tzinfo=UTC)
STOCK_ID = 1
CALL_ID = 101
PUT_ID = 102
RULE_ID = 109
EXPIRIES = (date(2025, 11, 12), date(2025, 11, 14))
STRIKES = (Decimal(95), Decimal(100), Decimal(105))


def a_quote(bid: str | None = "1.00", ask: str | None = "1.10", size: int = 10) -> Quote:
    return Quote(
        bid=Decimal(bid) if bid else None,
        ask=Decimal(ask) if ask else None,
        bid_size=size if bid else 0,
        ask_size=size if ask else 0,
        last=Decimal("1.05"),
        close=Decimal("1.20"),
        volume=500,
        open_interest=1234,
    )


def _stock() -> Instrument:
    return Instrument(
        STOCK_ID,
        "ABC",
        "STK",
        None,
        None,
        "",
        1,
        "SMART",
        "NASDAQ",
        "USD",
        "ABC",
        "NMS",
        26,
        Decimal("0.01"),
        "ABC INC",
    )


def _option(con_id: int, expiry: date, strike: Decimal, right: str) -> Instrument:
    local = f"ABC   {expiry:%y%m%d}{right}{int(strike * 1000):08d}"
    place = ("SMART", "", "USD", local, "ABC")
    return Instrument(con_id, "ABC", "OPT", expiry, strike, right, 100, *place, RULE_ID, Decimal("0.01"), "ABC INC")


def _options() -> dict[int, Instrument]:
    rows: dict[int, Instrument] = {}
    for expiry in EXPIRIES[::-1]:
        for strike in (STRIKES[1], STRIKES[0], STRIKES[2]):
            for right in "CP":
                con_id = CALL_ID + len(rows)
                rows[con_id] = _option(con_id, expiry, strike, right)
    return rows


class FakeMarket:
    def __init__(self) -> None:
        self._stock = _stock()
        self._options = _options()
        self.shown: dict[int, Quote] = {}
        self.default = a_quote()
        self.settles_at = Decimal(103)
        self.quotes_read = 0
        self.halted: set[str] = set()
        self.trades: list[Print] = []
        self.book: list[tuple[datetime, Quote]] = []
        self.extended: tuple[time, time] | None = None
        self.made: list[Bar] | None = None
        self.copies = 1
        self.first = datetime(2020, 1, 2, 14, 30, tzinfo=UTC)

    def show(self, con_id: int, bid: str | None, ask: str | None, size: int = 10) -> None:
        self.shown[con_id] = a_quote(bid, ask, size)

    def trade(self, con_id: int, price: str, size: int) -> None:
        """Let somebody trade: the newest price and the day's volume change."""
        known = self.shown.get(con_id, self.default)
        self.shown[con_id] = replace(known, last=Decimal(price), volume=known.volume + size)

    def symbols(self) -> tuple[str, ...]:
        return ("ABC",)

    def day(self) -> date:
        return DAY

    def session(self, day: date) -> tuple[datetime, datetime] | None:
        if day.weekday() > 4:
            return None
        opened = datetime(day.year, day.month, day.day, 9, 30, tzinfo=NEW_YORK).astimezone(UTC)
        return (opened, opened + timedelta(hours=6, minutes=30))

    def extended_session(self, day: date) -> tuple[datetime, datetime] | None:
        regular = self.session(day)
        if regular is None or self.extended is None:
            return regular
        first, last = (datetime.combine(day, wall, NEW_YORK).astimezone(UTC) for wall in self.extended)
        return first, last

    def expiry_time(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 16, 0, tzinfo=NEW_YORK).astimezone(UTC)

    def is_halted(self, instrument: Instrument, at: datetime) -> bool:
        del at
        return instrument.symbol in self.halted

    def first_data(self, instrument: Instrument) -> datetime:
        del instrument
        return self.first

    def by_con_id(self, con_id: int) -> Instrument | None:
        return self._stock if con_id == STOCK_ID else self._options.get(con_id)

    def stock(self, symbol: str) -> Instrument | None:
        return self._stock if symbol == "ABC" else None

    def expiries(self, symbol: str, on: date | None = None) -> tuple[date, ...]:
        del on
        return EXPIRIES if symbol == "ABC" else ()

    def strikes(self, symbol: str, on: date | None = None) -> tuple[Decimal, ...]:
        del on
        return STRIKES if symbol == "ABC" else ()

    def listed(
        self, symbol: str, expiry: date | None, right: str, strike: Decimal | None, on: date | None = None
    ) -> tuple[Instrument, ...]:
        del on
        return (
            tuple(
                row
                for row in self._options.values()
                if row.symbol == symbol
                and expiry in {None, row.expiry}
                and right in {"", row.right}
                and strike in {None, row.strike}
            )
            * self.copies
        )

    def rule(self, rule_id: int) -> PriceRule:
        cent, nickel = Decimal("0.01"), Decimal("0.05")
        rules = {26: ((Decimal(0), cent),), RULE_ID: ((Decimal(0), cent), (Decimal(3), nickel))}
        return rules.get(rule_id, ())

    def quote(self, instrument: Instrument, at: datetime) -> Quote:
        del at
        self.quotes_read += 1
        return self.shown.get(instrument.con_id, self.default)

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        del instrument
        return at + timedelta(milliseconds=250) if OPEN <= at < CLOSE else None

    def bars(
        self,
        instrument: Instrument,
        end: datetime,
        seconds: int,
        start: datetime,
        regular_only: bool,  # noqa: FBT001 - the market's protocol has it so
        *,
        what: str = "TRADES",
    ) -> list[Bar]:
        del regular_only, what
        if instrument.right == "P":
            return []
        if self.made is not None:
            return [bar for bar in self.made if start <= bar.start < end]
        price = Decimal(100)
        bars, at = [], start
        while at < end:
            bars.append(Bar(at, seconds, price, price + 1, price - 1, price, 1000, price, 10))
            at += timedelta(seconds=seconds)
        return bars

    def prints(self, instrument: Instrument, start: datetime | None, end: datetime, most: int) -> list[Print]:
        """Return what the test put into `trades`."""
        del instrument
        rows = [row for row in self.trades if (start is None or row.at >= start) and row.at < end]
        return rows[-most:] if start is None else rows[:most]

    def quotes(
        self, instrument: Instrument, start: datetime | None, end: datetime, most: int
    ) -> list[tuple[datetime, Quote]]:
        """Return what the test put into `book`."""
        del instrument
        rows = [row for row in self.book if (start is None or row[0] >= start) and row[0] < end]
        return rows[-most:] if start is None else rows[:most]

    def settle_price(self, symbol: str, day: date) -> Decimal | None:
        del day
        return self.settles_at if symbol == "ABC" else None
