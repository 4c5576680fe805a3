"""One share of the synthetic market and all that hangs on it: where it stands, moment by moment."""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from simgateway.market.base import Quote
from simgateway.market.calendars import Hours
from simgateway.market.chains import Chain
from simgateway.market.characters import EASE, Script, Strain
from simgateway.market.levels import DaySequence
from simgateway.market.money import UNITS_PER_USD, usd
from simgateway.market.option_quotes import Slice, noise
from simgateway.market.paths import STEP_SECONDS, STEPS_PER_MINUTE, DayPath
from simgateway.market.profiles import Profile

_THIN: Final = Strain(spread=3.0, size=0.3)


class Spot(NamedTuple):
    """A share in one step of five seconds: `at` in seconds since 1970, prices in ten-thousandths of a dollar.

    `number` counts the steps of `path`; `last` is 0 before the day's first trade, `volume` the day's so far.
    """

    at: int
    path: DayPath
    number: int
    price: int
    last: int
    volume: int
    strain: Strain
    is_halted: bool

    @property
    def minute(self) -> int:
        """Return the minute of the path."""
        return self.number // STEPS_PER_MINUTE


class Underlying:
    """A symbol's profile, listing and paths. What was asked last is kept: quotes come in bunches of one moment."""

    def __init__(self, profile: Profile, chain: Chain, levels: DaySequence, hours: Hours, script: Script) -> None:
        self.profile = profile
        self.chain = chain
        self.levels = levels
        self.script = script
        self._hours = hours
        self._halt = script.halt()
        self._spot: Spot | None = None
        self._asked = -1
        self._slices: dict[int, Slice] = {}
        # Tomorrow is made at some time of today that is the symbol's own: a thousand at once would stop the clock.
        self._prepares_at = 0.5 + 0.5 * noise(chain.stock.con_id, 0)
        self._prepared = date.min
        self._close_day = date.min
        self._close: Decimal | None = None

    def spot(self, day: date, step: int) -> Spot | None:
        """Return the share in the step of a New York date that begins at this second; None when nobody trades."""
        if step != self._asked:
            self._spot = self._find(day, step)
            self._asked = step
            self._slices = {}
        return self._spot

    def slice(self, spot: Spot, ends: int) -> Slice:
        """Return the options that end then, at a moment."""
        is_kept = spot is self._spot
        known = self._slices.get(ends) if is_kept else None
        if known is None:
            known = Slice(self.profile, ends, spot.at, spot.price / UNITS_PER_USD, spot.strain)
            if is_kept:
                self._slices[ends] = known
        return known

    def close_before(self, day: date) -> tuple[int, int] | None:
        """Return when the session before a date closed, in seconds since 1970, and at which price."""
        before = self.levels.day_before(day)
        session, price = self._hours.session(before), self.levels.close(before)
        return (int(session[1].timestamp()), price) if session is not None and price is not None else None

    def close_price(self, day: date) -> Decimal | None:
        """Return the close of the session before a date, USD."""
        if day != self._close_day:
            before = self.levels.close_before(day)
            self._close_day, self._close = day, usd(before) if before is not None else None
        return self._close

    def shut(self, day: date, step: int) -> Quote:
        """Return the share's book when nobody quotes: before the open, after the close, on a day without trading."""
        ended = [path for path in self.levels.paths(day) if step >= path.opened]
        volume = sum(path.volume_before[-1] for path in ended)
        last = usd(ended[-1].traded[-1]) if ended else None
        return Quote(None, None, 0, 0, last, self.close_price(day), volume, None)

    def is_halted(self, at: float) -> bool:
        """Return whether trading is halted, at a time in seconds since 1970."""
        return self._halt is not None and self._halt[0] <= at < self._halt[1]

    def resumes(self, at: float) -> int | None:
        """Return when trading goes on, in seconds since 1970; None when it is not halted."""
        return self._halt[1] if self._halt is not None and self.is_halted(at) else None

    def strain(self, path: DayPath, at: int) -> Strain:
        """Return what who quotes feels in a minute of a path."""
        if path.is_thin:
            return _THIN
        return EASE if self.script.is_plain else self.script.strain(at)

    def at_step(self, path: DayPath, number: int, traded_before: int = 0) -> Spot:
        """Return the share in the number-th step of a path."""
        minute, second = divmod(number, STEPS_PER_MINUTE)
        at = path.opened + number * STEP_SECONDS
        price, traded = path.steps(minute)[second], path.volumes[minute]
        return Spot(
            at=at,
            path=path,
            number=number,
            price=price,
            last=price if traded else path.traded[minute],
            volume=traded_before + path.volume_before[minute] + traded * (second + 1) // STEPS_PER_MINUTE,
            strain=self.strain(path, at),
            is_halted=self._halt is not None and self.is_halted(at),
        )

    def _find(self, day: date, step: int) -> Spot | None:
        volume = 0
        for path in self.levels.paths(day):
            number = (step - path.opened) // STEP_SECONDS
            if 0 <= number < path.steps_count:
                if number > self._prepares_at * path.steps_count and self._prepared != day and not path.is_thin:
                    self._prepared = day
                    self.levels.prepare_after(day)
                return self.at_step(path, number, volume)
            volume += path.volume_before[-1]
        return None
