"""What a death may not cost, by the gateway's own books and frames: nothing sent twice, held bare or sold too often."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from simgateway.audit.notices import ENTRY, OrderKey, OrderSent
from simgateway.audit.reading import read
from simgateway.books import Books, OrderRow
from simgateway.frames import Frame

OPTION: Final = "OPT"
DOWN_SECONDS: Final = 3.0
"""From the death of a process to the start of the next."""
BARE_SECONDS: Final = DOWN_SECONDS + 5.0
"""No position may be without its exits for longer."""


class Bare:
    """Watches the gateway's own books for positions without exits: while nobody is connected, nobody is told."""

    def __init__(self) -> None:
        self.seconds_most = 0.0
        self.problems: list[str] = []
        self._since: dict[int, datetime] = {}

    def look(self, books: Books, now: datetime) -> None:
        """Take what is true now; looked at often, it is measured as finely. Shares are what expiry made of options."""
        options = [row for row in books.positions if row.sec_type == OPTION]
        bare = {row.con_id for row in options if row.quantity > working(books.open_orders, row.con_id)}
        self._since = {con_id: self._since.get(con_id, now) for con_id in bare}
        for con_id, since in self._since.items():
            self._measure(con_id, (now - since).total_seconds())
        for row in options:
            if row.quantity < 0:
                self.problems.append(f"oversold: {row.quantity} of {row.local_symbol} at {now:%H:%M:%S}")

    def _measure(self, con_id: int, seconds: float) -> None:
        if self.seconds_most <= BARE_SECONDS < seconds:
            self.problems.append(f"bare: contract {con_id} was held without exits for more than {BARE_SECONDS:g} s")
        self.seconds_most = max(self.seconds_most, seconds)


def working(orders: Iterable[OrderRow], con_id: int) -> int:
    """Return how many contracts the exits at the exchange would sell; those of one group count once."""
    groups: Counter[str] = Counter()
    for row in orders:
        if row.con_id == con_id and row.action == "SELL" and row.stage == "working":
            group = row.oca_group or (f"child of {row.parent_id}" if row.parent_id else row.order_ref)
            groups[group] = max(groups[group], row.quantity - row.filled)
    return groups.total()


def sent_twice(frames: Iterable[Frame]) -> Iterator[str]:
    """Say which intent has had a second entry, and which name of an order was used for two."""
    first: dict[str, OrderKey] = {}
    told: set[tuple[str, OrderKey]] = set()
    for frame in frames:
        notice = read(frame) if frame.direction == "in" else None
        if isinstance(notice, OrderSent):
            names = (notice.ref, f"the entry of {notice.intent}") if notice.leg == ENTRY else (notice.ref,)
            for name in names:
                if first.setdefault(name, notice.key) != notice.key and (name, notice.key) not in told:
                    told.add((name, notice.key))
                    yield f"sent twice: {name} as {first[name]} and as {notice.key}"
