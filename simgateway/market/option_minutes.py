"""An option's minutes as rows, of trades, bids, asks or middles; whole minutes are kept, being dear to make."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from simgateway.market.option_books import Deal, OptionBook, Top
from simgateway.market.paths import STEP_SECONDS, STEPS_PER_MINUTE, DayPath, made_row
from simgateway.market.rows import MINUTE_SECONDS, Row

_DAYS_KEPT: Final = 24
_HALF: Final = 2


class OptionMinutes:
    """The minutes of one option by day and sort."""

    def __init__(self, book: OptionBook) -> None:
        self._book = book
        self._kept: OrderedDict[tuple[int, str], dict[int, Row | None]] = OrderedDict()

    def rows(self, day: date, path: DayPath, what: str, *, first: int, steps: int) -> Iterator[Row]:
        """Give the minutes from the `first` on, so many steps of the session having passed or until it expires."""
        steps = min(steps, (self._book.ends - path.opened) // STEP_SECONDS)
        whole = steps // STEPS_PER_MINUTE
        kept = self._of_day(path, what)
        missing = [minute for minute in range(first, whole) if minute not in kept]
        if missing:
            kept.update(dict.fromkeys(missing))
            for minute, row in self._made(day, path, what, missing[0] * STEPS_PER_MINUTE, whole * STEPS_PER_MINUTE):
                kept[minute] = row
        yield from (row for row in map(kept.__getitem__, range(first, whole)) if row is not None)
        yield from (row for _, row in self._made(day, path, what, max(first, whole) * STEPS_PER_MINUTE, steps))

    def _of_day(self, path: DayPath, what: str) -> dict[int, Row | None]:
        key = (path.opened, what)
        kept = self._kept.setdefault(key, {})
        self._kept.move_to_end(key)
        if len(self._kept) > _DAYS_KEPT:
            self._kept.popitem(last=False)
        return kept

    def _made(self, day: date, path: DayPath, what: str, first: int, last: int) -> Iterator[tuple[int, Row]]:
        """Give minutes with anything in them, by their number, of the steps from `first` to before `last`."""
        if what == "TRADES":
            deals = self._book.deals(day, path, first, last)
            for minute, inside in groupby(deals, lambda deal: deal.number // STEPS_PER_MINUTE):
                yield minute, _of_deals(path.opened + minute * MINUTE_SECONDS, list(inside))
            return
        tops = list(self._book.tops(day, path, first, last))
        for number in range(0, len(tops), STEPS_PER_MINUTE):
            inside_prices = (_price(top, what) for top in tops[number : number + STEPS_PER_MINUTE] if top is not None)
            prices = [price for price in inside_prices if price]
            if prices:
                minute = (first + number) // STEPS_PER_MINUTE
                ends = (prices[0], max(prices), min(prices), prices[-1])
                yield minute, made_row(path.opened + minute * MINUTE_SECONDS, ends, 0)


def _of_deals(start: int, deals: Sequence[Deal]) -> Row:
    prices = [deal.price for deal in deals]
    volume, value = sum(deal.size for deal in deals), sum(deal.price * deal.size for deal in deals)
    return Row(start, prices[0], max(prices), min(prices), prices[-1], volume, value, len(deals))


def _price(top: Top, what: str) -> int:
    if what == "BID":
        return top.bid
    if what == "ASK":
        return top.ask
    return (top.bid + top.ask) // _HALF if top.bid and top.ask else 0
