"""What an actor sees go by, told to the log in small portions: completed bars, and the bid of what is guarded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from domain.bars import Bar
from domain.brackets import Bracket, position
from domain.events import FeesCharged, Journaled
from domain.ids import Symbol
from domain.ports import EventLog
from domain.quotes import Quote

PORTION_SECONDS: Final = timedelta(seconds=15)


class BarTape:
    """Tells of each completed bar once in the life of its actor."""

    def __init__(self, symbol: Symbol, log: EventLog) -> None:
        self._symbol = symbol
        self._log = log
        self._told_until: datetime | None = None

    def saw(self, bars: Sequence[Bar]) -> None:
        """Tell of the bars, oldest first, that are newer than those told of before."""
        told = self._told_until
        fresh = bars if told is None else [bar for bar in bars if bar.start > told]
        if not fresh:
            return
        first = fresh[0].start
        self._told_until = fresh[-1].start
        self._log.emit(
            "bars_seen",
            symbol=self._symbol,
            bars=len(fresh),
            start=first,
            bar_seconds=fresh[0].seconds,
            offsets=[round((bar.start - first).total_seconds()) for bar in fresh],
            opens=[bar.open for bar in fresh],
            highs=[bar.high for bar in fresh],
            lows=[bar.low for bar in fresh],
            closes=[bar.close for bar in fresh],
            volumes=[bar.volume for bar in fresh],
        )


class GuardTape:
    """Tells every 15 seconds where the bid of one guarded contract was since, and what its fills cost."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._due: datetime | None = None
        self._bids: list[Decimal] = []

    def wrote(self, record: Journaled) -> None:
        """Tell of a fee."""
        if isinstance(record, FeesCharged):
            self._log.emit("fees_charged", intent=record.intent, exec_id=record.exec_id, fees=record.fees)

    def saw(self, quote: Quote, bracket: Bracket | None, now: datetime) -> None:
        """Keep the bid, 0 where there is none; tell when it is time. The first one of a position is told at once."""
        if bracket is None or not position(bracket):
            return
        self._bids.append(quote.bid or Decimal(0))
        if self._due is not None and now < self._due:
            return
        bids, self._bids, self._due = self._bids, [], now + PORTION_SECONDS
        self._log.emit(
            "guard_quote",
            intent=bracket.plan.intent,
            contract=bracket.plan.contract.label,
            bid=bids[-1],
            bid_first=bids[0],
            bid_high=max(bids),
            bid_low=min(bids),
            ask=quote.ask,
        )
