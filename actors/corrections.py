"""What the ledger counts of the broker's claims; and a correction is written where the fill was.

The bracket's guard writes it as well while there is one, but a correction may come when the bracket is closed. The
journal keeps it once.
"""

from functools import reduce

from actors.base import Actor
from actors.oco import stream_of
from domain.events import FillCorrected
from domain.foreign import correction, leg_filled
from domain.ledger import Ledger, apply
from domain.outside import SoldOutside
from domain.ports import EventLog
from domain.reports import BookReport, CommissionReport, ExecutionReport

Claim = ExecutionReport | CommissionReport | SoldOutside


def counted(actor: Actor, ledger: Ledger, report: Claim, log: EventLog) -> Ledger:
    """Return the ledger after this claim; one about somebody else's order changes nothing, unless it sold of ours."""
    if isinstance(report, SoldOutside):
        return apply(ledger, report.record)
    event = leg_filled(report)
    if event is None:
        return ledger
    news = correction(ledger, event, report.at)
    if news is None:
        return apply(ledger, event)
    _tell(ledger, news, log)
    actor.write(stream_of(news.fill.intent), news)
    return apply(ledger, news)


def counted_book(actor: Actor, ledger: Ledger, book: BookReport, log: EventLog) -> Ledger:
    """Return the ledger after all executions and fees that the broker tells of."""
    reports: tuple[ExecutionReport | CommissionReport, ...] = (*book.executions, *book.commissions)
    return reduce(lambda after, report: counted(actor, after, report, log), reports, ledger)


def _tell(ledger: Ledger, news: FillCorrected, log: EventLog) -> None:
    fill, was = news.fill, ledger.fills[news.fill.exec_id]
    log.emit(
        "fill_corrected",
        intent=fill.intent,
        leg=fill.leg.name,
        exec_id=fill.exec_id,
        quantity=fill.quantity,
        price=fill.price,
        price_before=was.price,
    )
