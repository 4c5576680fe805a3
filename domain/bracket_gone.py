"""What the account lacks of a bracket and nobody is known to have sold, written off by the operator's word.

It is a fill of the bracket under the leg of what others sold, at a price of 0: what it really brought nobody here can
know, and no other choice is never too good. Exits, P&L and the day's ledger follow from it as from any fill, and so
does a successor. It only ever makes less of a position, so it can let nothing be sold that could not be sold before.

Nothing is written off that two answers of the broker did not lack, the second five seconds or more after the first,
and the one that is asked for upon the word as many again: what comes to light until then is counted as what it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from domain.bracket_effects import Gone, Record, Say
from domain.bracket_facts import Step, claims_more
from domain.bracket_lack import unexplained
from domain.brackets import Bracket, counted, entry_average, position, with_fees, with_fill
from domain.events import FeesCharged, Journaled, LegFilled
from domain.ids import ExecId, Leg, order_ref
from domain.reports import BookReport, Side

PRICE: Final = Decimal(0)
PREFIX: Final = "gone"
IN_DOUBT: Final = "what became of its orders is being asked; try again in a few seconds"
LOOKED_AT: Final = "that is being made sure of; try again in ten seconds"
SILENT: Final = "the broker does not say what is held now; try again when ./bot status shows it connected"
UNACKNOWLEDGED: Final = "the journal is silent, and without it a restart would forget this; try again"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff:
    """From the operator: what lacks of this (symbol, contract or intent) is gone → WrittenOff. ``by``: through what."""

    critical: ClassVar[bool] = True
    what: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff:
    """``done``: what this order wrote off; ``refused``: why not; both empty: it was written off before."""

    done: str = ""
    refused: str = ""
    unknown: bool = False  # Refused, since nothing that is open has that name.


def is_meant(bracket: Bracket, what: str) -> bool:
    """Return whether this text names it: by symbol, the broker's number of the contract, its label, or the intent."""
    contract, wanted = bracket.plan.contract, " ".join(what.upper().split())
    return wanted in {
        contract.symbol.upper(),
        str(contract.con_id),
        contract.label.upper(),
        bracket.plan.intent.upper(),
    }


def to_write_off(bracket: Bracket, book: BookReport, now: datetime) -> Gone | str:
    """Return what is to be journaled of a bracket that has taken this book in, or why nothing is.

    The empty text: nothing lacks that was not written off before.
    """
    label = bracket.plan.contract.label
    if bracket.book_wanted or claims_more(bracket):
        return f"{label}: {IN_DOUBT}"
    quantity = unexplained(bracket, book)
    if quantity <= 0:
        held = position(bracket)
        return "" if _numbered(bracket) else f"{label}: nothing lacks; {held} held by our fills, and at the broker too"
    if bracket.lack is None or not bracket.lack.told:
        return f"{label}: {quantity} are not at the broker; {LOOKED_AT}"
    return gone_of(bracket, quantity, now)


def _numbered(bracket: Bracket) -> int:
    """Return how often something of it was written off."""
    return sum(fill.exec_id.startswith(f"{PREFIX} ") for fill in bracket.fills)


def gone_of(bracket: Bracket, quantity: int, now: datetime) -> Gone:
    """Return what is to be journaled of so many that are gone."""
    intent, exec_id = bracket.plan.intent, ExecId(f"{PREFIX} {bracket.plan.intent} {_numbered(bracket)}")
    sale = LegFilled(
        at=now,
        intent=intent,
        leg=Leg.OUTSIDE,
        ref=order_ref(intent, Leg.OUTSIDE, 0),
        exec_id=exec_id,
        con_id=bracket.plan.contract.con_id,
        side=Side.SELL,
        quantity=quantity,
        price=PRICE,
        multiplier=bracket.plan.contract.multiplier,
    )
    return Gone(sale=sale, fees=FeesCharged(at=now, intent=intent, exec_id=exec_id, fees=Decimal(0)))


def on_disk(bracket: Bracket, records: Iterable[Journaled], by: str) -> tuple[Gone, ...]:
    """Return what its stream holds of write-offs that the bracket does not know: nobody acknowledged them."""
    known = {record.exec_id: record for record in records if isinstance(record, FeesCharged)}
    return tuple(
        Gone(sale=record, fees=known[record.exec_id], by=by)
        for record in records
        if isinstance(record, LegFilled)
        and record.exec_id.startswith(f"{PREFIX} ")
        and record.exec_id in known
        and not counted(bracket, record.exec_id)
    )


def after_gone(bracket: Bracket, gone: Gone) -> Step:
    """Count it, once. The broker cuts no exits for it, nor may it know when all is gone: no waiting for it."""
    sale = gone.sale
    if counted(bracket, sale.exec_id):
        return bracket, ()
    after = with_fees(with_fill(bracket, sale), gone.fees)
    after = replace(after, shortfall=None, lack=None, entry_stopped=True, siblings_overdue=True)
    line = Say(
        event="position_written_off",
        fields={
            "intent": sale.intent,
            "contract": bracket.plan.contract.label,
            "quantity": sale.quantity,
            "price": sale.price,
            "multiplier": sale.multiplier,
            "position": position(after),
            "exec_id": sale.exec_id,
            "reason": gone.by,
        },
    )
    return after, (Record(record=sale), Record(record=gone.fees), line)


def said(bracket: Bracket, gone: Iterable[Gone]) -> WrittenOff:
    """Return what the operator is told of a bracket that has counted these."""
    quantity = sum(one.sale.quantity for one in gone)
    if not quantity:
        return WrittenOff()
    label, held = bracket.plan.contract.label, position(bracket)
    cost = entry_average(bracket) * quantity * bracket.plan.contract.multiplier
    rest = f"the exits are cut to the {held} left" if held > 0 else "nothing is left, and the exits are cancelled"
    return WrittenOff(done=f"{quantity} {label} counted as sold at 0, {cost:.2f} USD lost; {rest}")


def summed(what: str, answers: Iterable[WrittenOff]) -> WrittenOff:
    """Return the answer of all guards that were asked."""
    meant = [answer for answer in answers if not answer.unknown]
    if not meant:
        refused = f"nothing of ours that is open is known as {what}; ./bot watch --once shows what is"
        return WrittenOff(refused=refused, unknown=True)
    done, refused = (
        "; ".join(filter(None, texts)) for texts in zip(*((m.done, m.refused) for m in meant), strict=True)
    )
    return WrittenOff(done=done, refused=refused)
