"""Invariants 2, 3 and 12: what is held is guarded, exits never sell more than that, and it stays so at the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from simgateway.audit.book import Book, Order
from simgateway.audit.checker import Checker
from simgateway.audit.exposure import could_sell
from simgateway.audit.findings import AuditLimits, Findings
from simgateway.audit.missed import Missed
from simgateway.audit.notices import (
    CancelAsked,
    Completed,
    Connected,
    Executed,
    Listed,
    Lost,
    Notice,
    OrderSent,
    Refused,
    StatusSeen,
    WorksInSilence,
    WrittenOff,
)
from simgateway.audit.silence import Silence
from simgateway.market.hours import new_york_date, session


@dataclass(frozen=True, slots=True)
class _Short:
    """A sale that left a short position: when, by which client, how much others had sold just before, and its words."""

    at: datetime
    client_id: int
    by_hand: int
    text: str


class GuardChecker(Checker):
    """Follows each contract from its first fill to flat."""

    def __init__(self, book: Book, limits: AuditLimits, findings: Findings, emulated: frozenset[str]) -> None:
        super().__init__(book, limits, findings)
        self._emulated = emulated
        self._silence = Silence(limits.unguarded_seconds)
        self._missed = Missed()
        self._bare_since: dict[int, datetime] = {}
        self._excused: dict[int, float] = {}
        self._over_since: dict[int, datetime] = {}
        self._bare_until: dict[int, tuple[datetime, datetime]] = {}
        self._filled_at: dict[int, datetime] = {}
        self._by_hand_at: dict[int, datetime] = {}
        self._by_hand_sold: dict[int, int] = {}
        self._short: dict[int, _Short] = {}
        self._told: set[tuple[int, int]] = set()
        self.unguarded_max_seconds = 0.0

    def before(self, notice: Notice, at: datetime) -> None:
        """Measure what has stood until now, since time passes between frames, then this frame's own contract."""
        silent = self._silence.passed(at)
        for con_id in tuple(self._bare_since):
            self._excused[con_id] = self._excused.get(con_id, 0.0) + silent
            self._check_bare(con_id, at)
        self._silence.follow(notice, at)
        for con_id in tuple(self._over_since):
            if con_id in self._by_hand_at:  # Nobody can learn what others sold from a gateway that is silent.
                self._over_since[con_id] += timedelta(seconds=silent)
            self._check_over(con_id, at)
        self._missed.follow(notice)
        for con_id in tuple(self._short):
            self._check_short(con_id, at, self._short_may_last(con_id, notice))
        if isinstance(notice, Connected):
            self._begin_anew(at)
        if isinstance(notice, WrittenOff):
            self._note_by_hand(notice.con_id, notice.quantity, at)
        if isinstance(notice, Executed) and self.book.is_news(notice):
            sold = self.book.sold_by_hand(notice)
            if sold:
                self._note_by_hand(notice.con_id, sold, at)
            else:
                self._check_sale(notice, at)

    def after(self, notice: Notice, at: datetime) -> None:
        """Look at the contract a notice is about."""
        con_id = self._con_id(notice)
        if con_id is None:
            return
        if isinstance(notice, Executed):
            self._filled_at[con_id] = at
        if isinstance(notice, OrderSent) and not notice.is_buy:
            self._check_exit(notice, at)
        if isinstance(notice, Lost) and con_id in self._bare_since:
            # A repair that is lost can only be repaired in turn, so the bound begins with the last one of them.
            self._excused[con_id] = (at - self._bare_since[con_id]).total_seconds()
        self._note(con_id, at)

    def end(self, at: datetime) -> None:
        """Check that everything held is guarded by orders that work without the bot, and go on after its last words."""
        for con_id in tuple(self._bare_since):
            self._check_bare(con_id, at)
        for con_id in tuple(self._short):
            self._check_short(con_id, at, 0.0)
        for con_id, holding in self.book.holdings.items():
            covered = could_sell(self.book, con_id, _stays) >= holding.quantity
            text = f"the log ends with {holding.quantity} of contract {con_id} held and not guarded"
            self.findings.expect(12, at, text, holds=holding.quantity <= 0 or covered or self._is_expired(con_id, at))

    def _begin_anew(self, at: datetime) -> None:
        """Give a new connection the whole time for what others sold: it has to make sure of it afresh."""
        for con_id in self._by_hand_at.keys() & self._over_since.keys():
            self._by_hand_at[con_id] = self._over_since[con_id] = at

    def _con_id(self, notice: Notice) -> int | None:
        match notice:
            case OrderSent() | Executed() | Completed() | WrittenOff():
                return notice.con_id
            case StatusSeen() | Listed() | CancelAsked() | Lost() | WorksInSilence():
                order = self.book.orders.get(notice.key)
            case Refused():
                order = self.book.orders.get((notice.client_id, notice.request[1]))
            case _:
                return None
        return order.sent.con_id if order is not None else None

    def _note(self, con_id: int, at: datetime) -> None:
        """Start or stop the two watches of a contract; one that stands is checked as time goes on."""
        held = self.book.position(con_id)
        left = held - sum(order.unheard for order in self.book.of(con_id) if not order.is_entry)
        bare = left > 0 and could_sell(self.book, con_id, _is_accepted) < left and not self._is_excused(con_id, at)
        self._note_bare(con_id, at, bare=bare)
        if held <= 0:
            self._bare_until.pop(con_id, None)
        if not bare:
            self.findings.expect(2, at, "", holds=True)
        over = could_sell(self.book, con_id, _is_live) > max(0, held)
        self._note_over(con_id, at, over=over)
        if not over:
            self.findings.expect(3, at, "", holds=True)

    def _note_bare(self, con_id: int, at: datetime, *, bare: bool) -> None:
        """Start, stop or resume a watch: exits that went at once never guarded, so the time before them counts on."""
        if not bare:
            since = self._bare_since.pop(con_id, None)
            if since is not None:
                self._bare_until[con_id] = (since, at)
        elif con_id not in self._bare_since:
            since, until = self._bare_until.pop(con_id, (at, None))
            if until is None or (at - until).total_seconds() > self.limits.relapse_seconds:
                since = at
                self._excused.pop(con_id, None)
                self._told.discard((2, con_id))
            self._bare_since[con_id] = since

    def _note_over(self, con_id: int, at: datetime, *, over: bool) -> None:
        if over and self._by_hand_at.get(con_id) == at:
            self._over_since[con_id] = at
        elif over:
            self._over_since.setdefault(con_id, at)
        else:
            self._over_since.pop(con_id, None)
            self._told.discard((3, con_id))

    def _check_bare(self, con_id: int, at: datetime) -> None:
        """Measure how long it is; only the time in which the gateway answered counts against the bound."""
        if self._is_expired(con_id, at):
            del self._bare_since[con_id]
            return
        seconds = (at - self._bare_since[con_id]).total_seconds()
        self.unguarded_max_seconds = max(self.unguarded_max_seconds, seconds)
        if (2, con_id) not in self._told:
            bound, excused = self.limits.unguarded_seconds, self._excused.get(con_id, 0.0)
            text = f"contract {con_id}: {self.book.position(con_id)} held without working exits for {seconds:.3f} s"
            text += f", {excused:.3f} s of them without an answer" if excused else ""
            if not self.findings.expect(2, at, f"{text}, the bound is {bound:g} s", holds=seconds - excused <= bound):
                self._told.add((2, con_id))

    def _check_over(self, con_id: int, at: datetime) -> None:
        """Tell a sibling that outlives a fill by the way of a message from an exit too many."""
        seconds = (at - self._over_since[con_id]).total_seconds()
        if (3, con_id) not in self._told:
            text = self._oversold(con_id) + f" for {seconds:.3f} s"
            is_known = con_id not in self._by_hand_at  # Else no exit's fill takes off its sibling what others sold.
            bound = self.limits.oversold_grace_seconds if is_known else self.limits.by_hand_seconds
            if not self.findings.expect(3, at, text, holds=seconds <= bound):
                self._told.add((3, con_id))

    def _check_exit(self, notice: OrderSent, at: datetime) -> None:
        """Check that an exit sells no more than is held, unless a fill crossed it on the wire."""
        if (3, notice.con_id) in self._told:
            return
        fits = could_sell(self.book, notice.con_id, _is_live) <= max(0, self.book.position(notice.con_id))
        filled_at = self._filled_at.get(notice.con_id)
        crossed = filled_at is not None and at - filled_at <= timedelta(seconds=self.limits.crossing_seconds)
        text = f"{notice.ref}: {self._oversold(notice.con_id)}"
        if not self.findings.expect(3, at, text, holds=fits or crossed or self._is_by_hand(notice.con_id, at)):
            self._told.add((3, notice.con_id))

    def _note_by_hand(self, con_id: int, sold: int, at: datetime) -> None:
        self._by_hand_sold[con_id] = sold + self._by_hand_lately(con_id, at)
        self._by_hand_at[con_id] = at

    def _check_sale(self, notice: Executed, at: datetime) -> None:
        """Note a short position, unless it is of what others sold so lately that the exits may not know yet."""
        if notice.is_buy:
            return
        after = self.book.position(notice.con_id) - notice.quantity
        by_hand = self._by_hand_lately(notice.con_id, at)
        if after < -by_hand:
            text = f"{notice.ref}: its fill left a short position of {after}"
            text += f", of which others sold {by_hand}" if by_hand else ""
            self._short.setdefault(notice.con_id, _Short(at, notice.key[0], by_hand, text))
        else:
            self.findings.expect(3, at, "", holds=True)

    def _short_may_last(self, con_id: int, notice: Notice) -> float:
        """Return for how many seconds the buy of a sale may yet be told: it is past, and perhaps to be asked for.

        To a client that came back the buy is told with the other executions, whenever it gets those, and so is that of
        an entry that works in silence. One that buys anew has not waited for them, and what that brings in is not the
        buy that was missed.
        """
        match notice:
            case OrderSent(is_buy=True) if notice.con_id == con_id and notice.key not in self.book.orders:
                return 0.0
            case _:
                is_silent = any(order.is_entry and order.works_in_silence for order in self.book.of(con_id))
                is_missed = is_silent or self._missed.by(self._short[con_id].client_id)
                return inf if is_missed else self.limits.oversold_grace_seconds

    def _check_short(self, con_id: int, at: datetime, grace_seconds: float) -> None:
        """Tell a short position from a sale that is told before its buy."""
        short = self._short[con_id]
        is_short = self.book.position(con_id) < -short.by_hand
        if not is_short or (at - short.at).total_seconds() >= grace_seconds:
            del self._short[con_id]
            self.findings.expect(3, short.at, short.text, holds=not is_short)

    def _by_hand_lately(self, con_id: int, at: datetime) -> int:
        """Return how much others sold of it so lately that an exit may not know yet."""
        return self._by_hand_sold[con_id] if self._is_by_hand(con_id, at) else 0

    def _is_by_hand(self, con_id: int, at: datetime) -> bool:
        """Return whether others sold of it so lately that an exit may not know yet."""
        sold_at = self._by_hand_at.get(con_id)
        return sold_at is not None and at - sold_at <= timedelta(seconds=self.limits.by_hand_seconds)

    def _oversold(self, con_id: int) -> str:
        selling, held = could_sell(self.book, con_id, _is_live), self.book.position(con_id)
        return f"contract {con_id}: exits could sell {selling}, held are {held}"

    def _is_excused(self, con_id: int, at: datetime) -> bool:
        """Return whether a position is not for native exits to guard: emulated, nobody's of ours, or expired."""
        intents = {order.sent.intent for order in self.book.of(con_id) if order.sent.intent}
        return not intents or intents <= self._emulated or self._is_expired(con_id, at)

    def _is_expired(self, con_id: int, at: datetime) -> bool:
        holding = self.book.holdings.get(con_id)
        if holding is None or holding.expiry is None:
            return False
        today, hours = new_york_date(at), session(holding.expiry)
        return today > holding.expiry or (hours is not None and at >= hours[1])


def _is_live(order: Order) -> bool:
    return order.is_live


def _is_accepted(order: Order) -> bool:
    return order.is_accepted


def _stays(order: Order) -> bool:
    """Return whether an order works on when the client has gone: nobody is told that a cancel came in time."""
    return order.is_accepted and not order.cancel_asked
