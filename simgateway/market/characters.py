"""Named characters of a synthetic share: what is done to the day that was drawn, and to who quotes in it."""

from __future__ import annotations  # array[float] cannot be evaluated before Python 3.12

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from random import Random
from typing import Final

from simgateway.market.calendars import Hours
from simgateway.market.hours import at_new_york, new_york_date
from simgateway.market.profiles import Profile
from simgateway.market.rows import MINUTE_SECONDS
from simgateway.market.shapes import SESSIONS_PER_YEAR, Shape

_CALM_SHARE: Final = 0.12
_TREND_NOISE: Final = 0.25
_TREND_SIGMAS: Final = 2.5  # What a trending day moves, in deviations of an ordinary one.
_CRASH_MINUTES: Final = 45
_CRASH_FALL: Final = (0.10, 0.15)  # A log return: so much, and so much more per 100 % of volatility.
_CRASH_NOISE, _CRASH_VOLUME, _BOUNCE_MINUTES, _BOUNCE_SHARE = 1.5, 6, 60, 0.2
_GAP: Final = (0.06, 0.10)
_REOPENING_JUMP: Final = (0.04, 0.07)
_AFTERMATH_MINUTES: Final = 120
_HALT_MINUTES: Final = 10
_USUAL_TIME: Final = time(10, 30)
_MINUTES_BETWEEN_TRADES: Final = 100
_STEP_SHARES: Final = 12  # A share at least for every five seconds of a minute that trades at all.


class Character(StrEnum):
    """How a share behaves; what happens once, happens on the day and at the time the market was told."""

    MIXED = "mixed"
    """Trends, calm and lively hours, news: an ordinary day."""
    CALM = "calm"
    """An eighth of the ordinary moves."""
    TRENDING = "trending"
    """Each day goes one way, up or down for good, two or three times as far as an ordinary one."""
    CRASH = "crash"
    """A fall of 12 % or more in 45 minutes: wide spreads, small sizes, more implied volatility; then a small bounce."""
    GAP = "gap"
    """The day opens 6-10 % away from the close before."""
    HALT = "halt"
    """Nobody quotes and nothing trades for some minutes; then it opens 4-7 % away."""
    ILLIQUID = "illiquid"
    """Wide spreads, missing sides, sizes of 1-3 (round lots of shares, contracts), hours without a trade."""


@dataclass(frozen=True, slots=True)
class Strain:
    """What who quotes makes of the moment, against ordinary times.

    `spread`, `size` and `volatility` are factors; `width` is added to a share's spread, in its price; sizes are at
    most `size_most`, and a side is missing with probability `missing`.
    """

    spread: float = 1.0
    size: float = 1.0
    volatility: float = 1.0
    width: float = 0.0
    size_most: int | None = None
    missing: float = 0.0


EASE: Final = Strain()
_DRY: Final = Strain(spread=6.0, width=0.004, size_most=3, missing=0.12)
_PANIC: Final = Strain(spread=6.0, size=0.15, volatility=1.8, width=0.0008)


class Script:
    """One symbol's character: `first` is the first market day, `happens` (seconds since 1970) when it shows.

    Every answer depends on seed, symbol and arguments alone.
    """

    def __init__(
        self,
        character: Character,
        key: str,
        *,
        first: date,
        happens: int,
        event_day: date,
    ) -> None:
        self.character = character
        self._first = first
        self._happens = happens
        self._event_day = event_day

        draw = Random(f"{key}/character")
        self._sign = draw.choice((-1.0, 1.0))
        self._strength = draw.random()

    @property
    def is_plain(self) -> bool:
        """Return whether who quotes never feels any strain."""
        return self.character in {Character.MIXED, Character.CALM, Character.TRENDING}

    def profile(self, profile: Profile) -> Profile:
        """Return the share's profile under this character."""
        if self.character is Character.ILLIQUID:
            return replace(profile, turnover=max(20_000, profile.turnover // 500))
        return profile

    def gap(self, gap: float, day: date) -> float:
        """Return the log return from the close before to this day's open."""
        if self.character is Character.GAP and day == self._event_day:
            return self._sign * _between(_GAP, self._strength)
        return gap * _CALM_SHARE if self.character is Character.CALM else gap

    def shape(self, shape: Shape, profile: Profile, day: date, opened: int) -> Shape:
        """Return a drawn day as this character has it; `opened` in seconds since 1970."""
        if self.character is Character.CALM:
            return shape.scaled(_CALM_SHARE)
        if self.character is Character.TRENDING and day >= self._first:
            return self._trending(shape, profile)
        if self.character is Character.ILLIQUID:
            return _dried_up(shape, Random(f"{self._first}/{opened}/{self._strength}"))
        minute = (self._happens - opened) // MINUTE_SECONDS
        if day == self._event_day and 0 <= minute < len(shape.returns):
            if self.character is Character.CRASH:
                return self._crashing(shape, profile, minute)
            if self.character is Character.HALT:
                return self._halted(shape, minute)
        return shape

    def halt(self) -> tuple[int, int] | None:
        """Return when trading stops and when it goes on, in seconds since 1970; None without a halt."""
        if self.character is not Character.HALT:
            return None
        return self._happens, self._happens + _HALT_MINUTES * MINUTE_SECONDS

    def strain(self, at: int) -> Strain:
        """Return what who quotes feels at a time in seconds since 1970; it changes with the minute only."""
        if self.is_plain:
            return EASE
        if self.character is Character.ILLIQUID:
            return _DRY
        minutes = (at - self._happens) // MINUTE_SECONDS
        if self.character is Character.HALT:
            minutes -= _HALT_MINUTES
        lasts = _CRASH_MINUTES if self.character is Character.CRASH else 0
        if minutes < 0 or minutes >= lasts + _AFTERMATH_MINUTES:
            return EASE
        if minutes < lasts:
            return _PANIC
        return _eased(1 - (minutes - lasts) / _AFTERMATH_MINUTES)

    def _trending(self, shape: Shape, profile: Profile) -> Shape:
        drift = self._sign * _TREND_SIGMAS * profile.volatility / SESSIONS_PER_YEAR**0.5 / len(shape.returns)
        quiet = shape.scaled(_TREND_NOISE)
        return replace(quiet, returns=array("d", (step + drift for step in quiet.returns)))

    def _crashing(self, shape: Shape, profile: Profile, minute: int) -> Shape:
        fall = _CRASH_FALL[0] + _CRASH_FALL[1] * profile.volatility
        ends, bounced = minute + _CRASH_MINUTES, minute + _CRASH_MINUTES + _BOUNCE_MINUTES
        weights = range(_CRASH_MINUTES, 0, -1)  # It falls fastest at first.
        drifts = [-fall * weight / sum(weights) for weight in weights]
        returns, volumes = array("d", shape.returns), array("q", shape.volumes)
        for number in range(minute, len(returns)):
            returns[number] *= _CRASH_NOISE
            if number < ends:
                returns[number] += drifts[number - minute]
                volumes[number] *= _CRASH_VOLUME
            elif number < bounced:
                returns[number] += fall * _BOUNCE_SHARE / _BOUNCE_MINUTES
        reach = [array("d", (_CRASH_NOISE * each for each in side)) for side in (shape.above, shape.below)]
        return Shape(returns, reach[0], reach[1], volumes)

    def _halted(self, shape: Shape, minute: int) -> Shape:
        """Silence, and a jump in its last minute that nobody sees until trading goes on."""
        ends = min(minute + _HALT_MINUTES, len(shape.returns))
        parts = [array("d", each) for each in (shape.returns, shape.above, shape.below)]
        volumes = array("q", shape.volumes)
        for number in range(minute, ends):
            for part in parts:
                part[number] = 0.0
            volumes[number] = 0
        parts[0][ends - 1] = self._sign * _between(_REOPENING_JUMP, self._strength)
        return Shape(parts[0], parts[1], parts[2], volumes)


def _eased(left: float) -> Strain:
    """Return the strain of an aftermath of which so much (1 to 0) is left."""
    return Strain(
        spread=1 + 3 * left, size=1 / (1 + 3 * left), volatility=1 + 0.5 * left, width=0.0004 * left, size_most=None
    )


def _dried_up(shape: Shape, draw: Random) -> Shape:
    """Return a day of few trades: one now and then, and those of the auctions that open and close it."""
    last = len(shape.volumes) - 1
    volumes = array("q", [0]) * len(shape.volumes)
    for minute in range(len(volumes)):
        if minute in {0, last} or draw.random() * _MINUTES_BETWEEN_TRADES < 1:
            volumes[minute] = _STEP_SHARES * (1 + int(30 * draw.random()))
    return replace(shape, volumes=volumes)


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * share


def characters_of(text: str, symbols: Sequence[str]) -> dict[str, Character]:
    """Return each symbol's character from "crash" for all or "SPY=crash,AAPL=halt" for some; ValueError if unknown.

    One without "=" holds for every symbol that is not named.
    """
    chosen = dict.fromkeys(symbols, Character.MIXED)
    named: dict[str, Character] = {}
    for part in (part.strip() for part in text.split(",") if part.strip()):
        symbol, equals, name = part.rpartition("=")
        try:
            character = Character(name.strip().lower())
        except ValueError:
            known = ", ".join(Character)
            raise ValueError(f"{name!r} is no character of a market: one of {known}") from None
        if equals:
            named[symbol.strip().upper()] = character
        else:
            chosen = dict.fromkeys(symbols, character)
    strangers = [symbol for symbol in named if symbol not in chosen]
    if strangers:
        raise ValueError(f"{strangers[0]} has a character, but is not among the symbols {', '.join(symbols)}")
    return chosen | named


def script_of(character: Character, key: str, hours: Hours, first: date, happens: datetime | None) -> Script:
    """Return a symbol's character with the day and the time when it shows: see `SyntheticMarket`."""
    if character is Character.GAP:
        day, at = _open_after(hours, first, happens)
    else:
        at = happens or at_new_york(first, _USUAL_TIME)
        day = new_york_date(at)
    when = int(at.timestamp()) // MINUTE_SECONDS * MINUTE_SECONDS
    return Script(character, key, first=first, happens=when, event_day=day)


def _open_after(hours: Hours, first: date, happens: datetime | None) -> tuple[date, datetime]:
    for day in hours.sessions_from(new_york_date(happens) if happens else first):
        session = hours.session(day)
        if session is not None and (happens is None or session[0] >= happens):
            return day, session[0]
    raise AssertionError("there is always another session")
