"""What must hold at the end of a session: the audit of its frames, and both sides' books side by side."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from cli.day import own_books
from cli.simulation.expired import Expired
from cli.simulation.promises import sent_twice
from cli.simulation.script import Script
from cli.simulation.trail import Trail
from config.settings import Settings
from domain.events import BracketPlanned, LegFilled
from domain.ids import Leg, split_ref
from ops.memory_journal import MemoryJournal
from simgateway.audit import AuditLimits, AuditResult, audit
from simgateway.audit.journal import facts_of
from simgateway.books import Books
from simgateway.counters import Counters
from simgateway.frames import Frame
from simgateway.trading.orders import Execution

MESSAGES_MOST: Final = 50
FEES_FOLLOW: Final = timedelta(seconds=2)
LINGERS: Final = timedelta(minutes=3)
SOLD_WITHIN: Final = timedelta(minutes=10)
"""However many outages follow each other."""
BY_HAND_SECONDS: Final = 90.0
"""While parts of an answer are kept back, the age of the next ones cannot be told for a minute."""
BAD_BYTES: Final = frozenset({"cut", "garbage", "short", "unknown"})
"""After these the library's own errors are no news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A session that is over: books as the bot was stopped, counters after it."""

    script: Script
    settings: Settings
    ended_at: datetime
    trail: Trail
    journal: MemoryJournal
    frames: list[Frame]
    books: Books
    counters: Counters
    phase: str
    """The connection's as the bot was stopped."""
    fired: dict[str, int]
    by_hand: tuple[Execution, ...] = ()
    """What was traded by no client, where somebody sold by hand."""
    expired: Expired = field(default_factory=Expired)


@dataclass(frozen=True, slots=True)
class Theirs:
    """What others sold that was nothing of ours, by the journal: contracts, and USD that it brought and cost.

    What expiry made of options counts as far as they had written them, or both had, by selling the same: whatever is
    more is ours. The shares that an exercise of ours brought are nobody's of ours.
    """

    sold: Counter[int]
    flow: Decimal
    fees: Decimal

    @classmethod
    def of(cls, ended: Ended, held: Mapping[int, int]) -> "Theirs":
        """Return what of the trades by hand the journal did not count, and what became of it at expiry.

        `held` is what is by the journal, negative where our exit and somebody else sold the same.
        """
        sold, flow, fees = cls._uncounted(ended)
        written = {con_id: one - min(0, held.get(con_id, 0)) for con_id, one in sold.items()}
        for option, shares in ended.expired.delivered:
            assigned = option.is_buy and option.shares <= written.get(option.instrument.con_id, 0)
            if assigned:
                sold[option.instrument.con_id] -= option.shares
            if assigned or not option.is_buy:
                delivered = -shares.shares if shares.is_buy else shares.shares
                sold[shares.instrument.con_id] += delivered
                flow += shares.price * delivered
        for con_id, quantity in ended.expired.lapsed.items():
            if 0 < -quantity <= written.get(con_id, 0):
                sold[con_id] += quantity
        return cls(sold, flow, fees)

    @staticmethod
    def _uncounted(ended: Ended) -> tuple[Counter[int], Decimal, Decimal]:
        journal, ours = ended.journal, dict[str, int]()
        for record in (one for intent in journal.intents() for one in journal.read(f"bracket:{intent}")):
            if isinstance(record, LegFilled) and record.leg is Leg.OUTSIDE:
                ours[record.exec_id] = record.quantity
        sold, flow, fees = Counter[int](), Decimal(0), Decimal(0)
        for row in ended.by_hand:
            left = -row.shares if row.is_buy else row.shares - ours.get(row.exec_id, 0)
            sold[row.instrument.con_id] += left
            flow += row.price * left * row.instrument.multiplier
            fees += row.commission if row.exec_id not in ours else Decimal(0)
        return sold, flow, fees

    def without(self, held: dict[int, int]) -> dict[int, int]:
        """Return what is held as it would be had they not sold."""
        both = {con_id: held.get(con_id, 0) + self.sold[con_id] for con_id in {*held, *self.sold}}
        return {con_id: quantity for con_id, quantity in both.items() if quantity}


def audited(ended: Ended, unguarded_seconds: float = 5.0) -> AuditResult:
    """Return what the frames say about the invariants; nothing held may be bare for longer than `unguarded_seconds`."""
    settings = ended.settings
    limits = AuditLimits(
        start_equity=ended.script.gateway.start_cash,
        max_daily_loss_fraction=settings.risk.max_daily_loss_pct,
        max_quote_age_seconds=settings.options.max_quote_age_seconds,
        entry_max_bar_age_seconds=settings.historical.entry_max_bar_age_seconds,
        subscriptions_max=settings.limits.subscriptions_skip,
        orders_allowed=not settings.dry_run,
        unguarded_seconds=unguarded_seconds,
        by_hand_seconds=BY_HAND_SECONDS,
    )
    return audit(ended.frames, limits, facts_of(ended.journal.rows), ended.trail.life_events)


def complaints(ended: Ended) -> Iterator[str]:
    """Say in what the two sides differ, what was sent twice, and what of the house broke."""
    yield from _money(ended)
    yield from sent_twice(ended.frames)
    yield from _open(ended)
    yield from _kept(ended)
    yield from _house(ended)


def _money(ended: Ended) -> Iterator[str]:
    books, journal = ended.books, ended.journal
    own = own_books(journal, journal.intents())
    theirs = Theirs.of(ended, own.held)
    held = {row.con_id: row.quantity for row in books.positions if row.quantity}
    if ended.settings.dry_run:
        if held or books.open_orders or books.cash != ended.script.gateway.start_cash:
            yield f"a dry run left {held}, {len(books.open_orders)} orders and {books.cash} USD at the gateway"
        return
    held = theirs.without(held)
    if own.held != held:
        yield f"the journal holds {own.held}, the gateway {held}"
    flow = -theirs.flow + books.cash + books.fees - ended.script.gateway.start_cash
    if own.flow != flow:
        yield f"the journal's fills come to {own.flow} USD, the gateway's to {flow}"
    if "no_commission" not in ended.fired and "mute" not in ended.fired and own.fees != books.fees - theirs.fees:
        yield f"the journal's fees come to {own.fees} USD, the gateway's to {books.fees - theirs.fees}"


def is_told(journal: MemoryJournal, books: Books, start_cash: Decimal, now: datetime) -> bool:
    """Return whether the bot knows of every fill that the gateway's books hold, and no fee is on its way after one."""
    records = (record for intent in journal.intents() for record in journal.read(f"bracket:{intent}"))
    fees_to_come = any(isinstance(one, LegFilled) and now - one.at < FEES_FOLLOW for one in records)
    return not fees_to_come and own_books(journal, journal.intents()).flow == books.cash + books.fees - start_cash


def _open(ended: Ended) -> Iterator[str]:
    """Compare what is open: orders of brackets that are not, brackets without anything, a connection not ready."""
    journal, open_intents = ended.journal, ended.journal.open_intents()
    at_work = {parts[0]: row for row in ended.books.open_orders if (parts := split_ref(row.order_ref)) is not None}
    for intent, row in at_work.items():
        if intent not in open_intents and row.stage != "held":
            yield f"order {row.order_ref} works at the gateway, its bracket is closed"
    for intent in open_intents if not ended.settings.dry_run else ():
        records = journal.read(f"bracket:{intent}")
        times = [one.at for one in records if isinstance(one, BracketPlanned | LegFilled)]
        flat = not sum(_signed(one) for one in records if isinstance(one, LegFilled))
        if flat and intent not in at_work and ended.ended_at - max(times) > LINGERS:
            yield f"bracket {intent} holds nothing, has no order, and is not closed"
    if ended.phase != "ready":
        yield f"the connection is {ended.phase} at the end of the calm"


def _kept(ended: Ended) -> Iterator[str]:
    """Say what was held long after the day's loss was reached, where it is to be sold then."""
    reached, journal = ended.trail.first_at.get("daily_loss_limit"), ended.journal
    if not ended.settings.risk.flatten_on_daily_loss or reached is None:
        return
    for intent in journal.intents():
        fills = [one for one in journal.read(f"bracket:{intent}") if isinstance(one, LegFilled)]
        held_until = ended.ended_at if sum(map(_signed, fills)) else max((one.at for one in fills), default=reached)
        if held_until - reached > SOLD_WITHIN:
            yield f"bracket {intent} was held for {held_until - reached} after the day's loss was reached"


def _signed(fill: LegFilled) -> Decimal:
    return Decimal(fill.quantity if fill.side.value == "BUY" else -fill.quantity)


def _house(ended: Ended) -> Iterator[str]:
    trail, counters = ended.trail, ended.counters
    yield from (f"{at:%H:%M:%S} {text}" for at, text in trail.errors)
    yield from trail.broken
    if counters.messages_in_a_second_most > MESSAGES_MOST:
        yield f"{counters.messages_in_a_second_most} messages were sent in one second"
    if counters.subscriptions:
        yield f"{counters.subscriptions} subscriptions are open after the end"
    if counters.broken_handlers:
        yield f"{counters.broken_handlers} handlers of the gateway broke"
    if trail.loop_errors and not BAD_BYTES & ended.fired.keys():
        yield f"the loop could not give an error to anybody: {trail.loop_errors[0]}"
