"""Whether a bracket that was closed is over: not if the broker holds or has done what its end does not account for.

An order that two books missed is believed never to have arrived, and may come to life all the same: a gateway that
lost its line keeps orders back, and tells of none. Whatever it does then must be counted, and be guarded.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from domain.bracket_facts import is_ours
from domain.bracket_reopened import BracketReopened
from domain.brackets import Bracket, counted
from domain.ids import IntentId, split_ref
from domain.reports import BookReport, BrokerStatus, ExecutionReport, OpenOrderReport, OrderStatusReport

OVER: Final = frozenset(
    {BrokerStatus.CANCELLED, BrokerStatus.API_CANCELLED, BrokerStatus.FILLED, BrokerStatus.INACTIVE}
)


def intent_of(report: ExecutionReport | OpenOrderReport | OrderStatusReport) -> IntentId | None:
    """Return the intent whose order this report names; None for orders of others."""
    parts = split_ref(report.ref) if report.ref is not None else None
    return None if parts is None else parts[0]


def is_sign_of_life(report: Any) -> bool:
    """Return whether this says that an order works or has executed, so that somebody has to look after it."""
    if isinstance(report, OrderStatusReport | OpenOrderReport):
        return report.status not in OVER
    return isinstance(report, ExecutionReport)


def late_executions(bracket: Bracket, message: Any) -> tuple[ExecutionReport, ...]:
    """Return what this tells that a closed bracket has not counted; nothing while it is open: it counts itself."""
    if bracket.closed is None:
        return ()
    told = message.executions if isinstance(message, BookReport) else (message,)
    return tuple(one for one in told if isinstance(one, ExecutionReport) and _is_news(bracket, one))


def reopened(
    bracket: Bracket,
    executions: Iterable[ExecutionReport],
    open_orders: Iterable[OpenOrderReport],
    *,
    asked_at: datetime,
    now: datetime,
) -> BracketReopened | None:
    """Return what is to be journaled for a closed bracket to go on, None where it is over or open.

    Open orders tell something only when they were asked for after its end.
    """
    if bracket.closed is None:
        return None
    news = [f"{one.exec_id} of {one.ref} was never counted" for one in executions if _is_news(bracket, one)]
    if asked_at > bracket.closed.at:
        news += [f"{row.ref} works" for row in open_orders if is_ours(bracket, row.ref) and row.status not in OVER]
    if not news:
        return None
    contract = bracket.plan.contract
    return BracketReopened(
        at=now,
        intent=bracket.plan.intent,
        symbol=contract.symbol,
        con_id=contract.con_id,
        right=contract.right,
        life=bracket.life + 1,
        reason=news[0],
    )


def _is_news(bracket: Bracket, execution: ExecutionReport) -> bool:
    return is_ours(bracket, execution.ref) and not counted(bracket, execution.exec_id)
