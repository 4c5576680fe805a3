"""What others hold or work in the account: seen, counted in the loss, never touched, until the operator settles it.

A thing that no intent of ours explains keeps its symbol from being traded. ``./bot ignore`` leaves it to its owner and
lets the symbol trade again, except in that very contract; the word holds for the thing as it was then. ``./bot adopt``
makes a holding ours, see ``domain.adoption``. Both are folded from the journal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from domain.contracts import Right
from domain.events import Journaled
from domain.foreign_events import ForeignChanged, ForeignIgnored
from domain.ids import ConId, PermId, Symbol, split_ref
from domain.ledger import Ledger
from domain.reports import BookReport, HoldingsReport, OpenOrderReport, PositionReport, Side

Key = tuple[ConId, PermId]
OPTION: Final = "OPT"
HOLDING: Final = PermId(0)
_NONE: Final[Mapping[Key, int]] = MappingProxyType({})


class Settle(StrEnum):
    """What the operator may say of a thing."""

    ADOPT = "adopt"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """One holding, or one order, of somebody else. ``quantity``: held, or to be bought; below 0 short, or to be sold.

    ``perm_id`` is 0 for a holding. Of an option, expiry, strike and right as the broker names them.
    """

    symbol: Symbol
    con_id: ConId
    quantity: int
    sec_type: str = ""
    perm_id: PermId = HOLDING
    client_id: int = 0
    expiry: date | None = None
    strike: Decimal | None = None
    right: Right | None = None
    trading_class: str = ""

    @property
    def key(self) -> Key:
        """Return what it is told apart by."""
        return self.con_id, self.perm_id

    @property
    def is_order(self) -> bool:
        """Return whether it is an order, and not a holding."""
        return self.perm_id != HOLDING

    @property
    def contract(self) -> str:
        """Return the contract as people read it."""
        if self.expiry is None or self.strike is None or self.right is None:
            return f"{self.symbol} {self.sec_type}".strip()
        return f"{self.symbol} {self.expiry} {self.strike.normalize():f}{self.right.value}"

    @property
    def text(self) -> str:
        """Return what it is, in words."""
        if not self.is_order:
            return f"{self.quantity} {self.contract} ({self.con_id}) held"
        side = Side.BUY if self.quantity > 0 else Side.SELL
        return f"{side.value} {abs(self.quantity)} {self.contract} ({self.con_id}) ordered by client {self.client_id}"

    def is_meant(self, what: str) -> bool:
        """Return whether this text names it: a symbol, the broker's number of the contract, or its label."""
        wanted = " ".join(what.upper().split())
        return wanted in {self.symbol.upper(), str(self.con_id), self.contract.upper()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What was found last, and of what the operator said that it is to be ignored, with its quantity then."""

    found: tuple[Foreign, ...] = ()
    ignored: Mapping[Key, int] = field(default_factory=lambda: _NONE)

    def is_ignored(self, thing: Foreign) -> bool:
        """Return whether it is left to its owner as it is now."""
        return self.ignored.get(thing.key) == thing.quantity

    @property
    def unsettled(self) -> tuple[Foreign, ...]:
        """Return what the operator has not settled."""
        return tuple(thing for thing in self.found if not self.is_ignored(thing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look led to: what is new and unsettled, and whose word ended, to be journaled."""

    others: Others
    news: tuple[Foreign, ...] = ()
    ended: tuple[ForeignChanged, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleForeign:
    """To the RiskActor, from the operator: this is to be adopted or ignored → ForeignAnswer. ``by``: through what."""

    critical: ClassVar[bool] = True
    settle: Settle
    what: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForeign:
    """To the RiskActor: what of others is there → ForeignAnswer. Changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAnswer:
    """How it is now. ``done``: what this order settled; ``refused``: why not; both empty: it was settled before."""

    done: str = ""
    refused: str = ""
    unknown: bool = False  # Refused, since nothing has that name.
    unsettled: tuple[Foreign, ...] = ()
    ignored: tuple[Foreign, ...] = ()


def foreign_things(
    report: BookReport | HoldingsReport, ledger: Ledger, closed_at: Mapping[ConId, datetime] = MappingProxyType({})
) -> tuple[Foreign, ...]:
    """Return what no intent of ours explains, holdings first.

    A contract in which an intent of ours is open is its bracket's business, be there more or less than it bought. One
    whose bracket ended after the question left (``closed_at``) may be told as it was before.
    """
    ours = _ours(ledger) | {con_id for con_id, at in closed_at.items() if at >= report.asked_at}
    held = [_holding(row) for row in report.positions if row.quantity and row.con_id not in ours]
    working = [_order(row) for row in report.open_orders if row.ref is None or split_ref(row.ref) is None]
    return (*held, *working)


def _holding(row: PositionReport) -> Foreign:
    return Foreign(
        symbol=row.symbol,
        con_id=row.con_id,
        quantity=row.quantity,
        sec_type=row.sec_type,
        expiry=row.expiry,
        strike=row.strike,
        right=row.right,
        trading_class=row.trading_class,
    )


def _order(row: OpenOrderReport) -> Foreign:
    return Foreign(
        symbol=row.symbol,
        con_id=row.con_id,
        quantity=row.quantity if row.side is Side.BUY else -row.quantity,
        perm_id=row.perm_id or PermId(-1 - row.order_id),  # The broker names none for a moment.
        client_id=row.client_id,
    )


def looked(others: Others, found: tuple[Foreign, ...], now: datetime) -> Look:
    """Return what is known after a look at the whole account.

    The word on a thing ends when it is gone or is another quantity; it is not taken up again when it comes back.
    """
    quantities = {thing.key: thing.quantity for thing in found}
    ended = tuple(
        ForeignChanged(at=now, con_id=key[0], perm_id=key[1])
        for key, quantity in others.ignored.items()
        if quantities.get(key) != quantity
    )
    after = replace(folded(ended, others), found=found)
    before = {(thing.key, thing.quantity) for thing in others.unsettled}
    news = tuple(thing for thing in after.unsettled if (thing.key, thing.quantity) not in before)
    return Look(others=after, news=news, ended=ended)


def ignored(others: Others, what: str, by: str, now: datetime) -> tuple[ForeignIgnored, ...]:
    """Return what is to be journaled to leave all that this text names to its owner; none for what is left already."""
    return tuple(
        ForeignIgnored(
            at=now,
            symbol=thing.symbol,
            con_id=thing.con_id,
            perm_id=thing.perm_id,
            quantity=thing.quantity,
            by=by,
        )
        for thing in others.unsettled
        if thing.is_meant(what)
    )


def to_adopt(others: Others, what: str) -> Foreign | str:
    """Return the one holding that this text names, or why it cannot be adopted; something has that name.

    Exits of ours beside an order of somebody else in the same contract could sell twice; a short position, or a share,
    has no bracket.
    """
    meant = [thing for thing in others.found if thing.is_meant(what)]
    holdings = [thing for thing in meant if not thing.is_order]
    if not holdings:
        return f"{what} is an order, and only a holding can be adopted; ignore it"
    if len(holdings) > 1:
        return f"{what} is more than one: name one by its number, {', '.join(str(one.con_id) for one in holdings)}"
    holding = holdings[0]
    if holding.sec_type != OPTION or holding.quantity < 0:
        return f"{holding.text}: only bought options can be guarded; close it by hand, or ignore it"
    if any(thing.is_order and thing.con_id == holding.con_id for thing in others.found):
        return f"{holding.text}: somebody else's order works in it, and both could sell; cancel that one first"
    return holding


def is_known(others: Others, what: str) -> bool:
    """Return whether something of others has this name."""
    return any(thing.is_meant(what) for thing in others.found)


def named_ours(ledger: Ledger, what: str) -> bool:
    """Return whether this text, a symbol or the number of a contract, names what is ours already."""
    wanted = what.strip().upper()
    return any(wanted in {one.symbol, str(one.con_id)} for one in ledger.exposures.values())


def is_surprising(others: Others, report: PositionReport, ledger: Ledger) -> bool:
    """Return whether a position is another than is known: it may be a fill of ours that is still on its way."""
    if report.con_id in _ours(ledger):
        return False
    known = next((one.quantity for one in others.found if one.key == (report.con_id, HOLDING)), 0)
    return report.quantity != known


def _ours(ledger: Ledger) -> set[ConId]:
    """Return the contracts in which an intent of ours is open, or was closed and has fills since: it goes on.

    Fills whose plan is lost are nobody's.
    """
    return {one.con_id for one in ledger.exposures.values() if one.symbol is not None or one.intent in ledger.closed}


def nobody_settles(*, trading_lives: bool) -> str:
    """Return why nothing can be settled while the ledger is down, and what to do.

    Without it nobody can tell what is ours from what is others', nor count what an adopted holding loses. A second one
    who could, beside it, might adopt what is ours already, and sell it twice.
    """
    if trading_lives:
        return "the ledger is being started again, which takes seconds; try again"
    return "trading has given up; stop the bot, start it and say it again: what is ours stays guarded meanwhile"


def unknown(what: str) -> str:
    """Return that nothing of others has this name."""
    return f"nothing of others is known as {what}; ./bot status lists what there is"


def folded(records: Iterable[Journaled], others: Others | None = None) -> Others:
    """Return what the operator has said so far, oldest record first; records of others change nothing."""
    after = others or Others()
    known = dict(after.ignored)
    for record in records:
        if isinstance(record, ForeignIgnored):
            known[record.con_id, record.perm_id] = record.quantity
        elif isinstance(record, ForeignChanged):
            known.pop((record.con_id, record.perm_id), None)
    return replace(after, ignored=known)


def blocked(others: Others) -> Mapping[Symbol, str]:
    """Return in which symbols nothing may be opened, each with what lies there."""
    return {thing.symbol: thing.text for thing in reversed(others.unsettled)}


def theirs(others: Others) -> frozenset[ConId]:
    """Return the contracts in which others hold or work something: none of them is bought beside."""
    return frozenset(thing.con_id for thing in others.found)


def advice(symbols: Iterable[str]) -> str:
    """Return the commands that settle what lies in these symbols."""
    return "; ".join(f"./bot adopt {symbol} or ./bot ignore {symbol}" for symbol in dict.fromkeys(symbols))
