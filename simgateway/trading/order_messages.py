"""Messages about orders: openOrder (5), completedOrder (101), orderStatus (3), execDetails (11), commission (59).

Which numbers are empty, the greatest int or the greatest double when they have no value is as in a capture of the real
gateway (the frames in rust-ibapi's tests, src/orders/tests.rs); the layouts are those of ibapi's orderdecoder.
"""

from typing import Final

from simgateway.data.contract_messages import contract_block
from simgateway.protocol.text import UNSET_DOUBLE, cents, double, flag, local_text, number
from simgateway.protocol.tickets import OrderTicket
from simgateway.protocol.wire import Fields
from simgateway.trading.orders import Execution, Order

_NO_MARGINS: Final = (UNSET_DOUBLE,) * 9
_UNSET_INTEGER: Final = "2147483647"
_OCA_REDUCE: Final = 3
_NO_BOX: Final = ("",) * 5
"""startingPrice, stockRefPrice, delta, stockRangeLower, stockRangeUpper."""
_NO_LEGS_OR_SCALE: Final = ("0", "0", "0", _UNSET_INTEGER, _UNSET_INTEGER, "", "")
"""Three empty lists of a combo, the scale's sizes and increment, no hedge."""


def order_status(order: Order) -> Fields:
    """Return an order's state."""
    return (
        *("3", str(order.order_id), order.status.value, str(order.filled), str(order.remaining)),
        *(number(order.average_price), str(order.perm_id), str(order.ticket.parent_id), number(order.last_price)),
        *(str(order.client_id), _why_held(order), "0"),
    )


def _why_held(order: Order) -> str:
    return "trigger" if order.is_open and order.ticket.is_stop and not order.triggered else ""


def open_order(order: Order, version: int, account: str) -> Fields:
    """Return an order with its state: 128 fields at version 157, 131 from 162, 136 from 170 and 135 from 177 on."""
    ticket = order.ticket
    return (
        *("5", str(order.order_id), *_head(order, account)),
        *(str(order.client_id), str(order.perm_id), *_session_part(ticket)),
        *(f"{order.perm_id}.0/{account}/100", *_allocation(ticket, version)),
        *("0", *_NO_BOX, _display_size(ticket), "0", "0", *_size_limits(ticket)),
        *(str(ticket.oca_type or _OCA_REDUCE), "0", "0", "", str(ticket.parent_id), str(ticket.trigger_method)),
        *("", "0", "None", "", "0", "", "", "", "?", "0", "0", ""),
        *("0", "0", *_trail(order), "", "", "", *_NO_LEGS_OR_SCALE, "0"),
        *("", "IB", "0", "0", "", "0"),
        *(flag(value=ticket.what_if), order.status.value, *_money(order)),
        *("0", "0", "0", *_adjusted(order)),
        *("", "", "", number(ticket.cash_quantity or 0), "1", "0", "0", "0"),
        *_tail(version),
    )


def _head(order: Order, account: str) -> Fields:
    """Return the contract … orderRef; what a client sent as openClose is not given back."""
    ticket = order.ticket
    prices = (number(order.limit or ticket.limit or 0), number(ticket.trigger or 0))
    return (
        *contract_block(order.instrument, right="?"),
        *(ticket.action, str(order.quantity), ticket.order_type, *prices),
        *(ticket.tif, ticket.oca_group, account, "", "0", ticket.order_ref),
    )


def _session_part(ticket: OrderTicket) -> Fields:
    """Return outsideRth, hidden, discretionaryAmt, goodAfterTime."""
    return (
        *(flag(value=ticket.outside_rth), flag(value=ticket.hidden)),
        *(number(ticket.discretionary), ticket.good_after),
    )


def _allocation(ticket: OrderTicket, version: int) -> Fields:
    """Return faGroup … exemptCode, of which only goodTillDate is used here; faProfile went with version 177."""
    groups = ("", "", "", "") if version < 177 else ("", "", "")
    return (*groups, "", ticket.good_till, "", number(ticket.percent_offset), "", "0", "", "-1")


def _size_limits(ticket: OrderTicket) -> Fields:
    return (flag(value=ticket.all_or_none), str(ticket.min_quantity or ""))


def _display_size(ticket: OrderTicket) -> str:
    return str(ticket.display_size or _UNSET_INTEGER)


def _trail(order: Order) -> Fields:
    """Return where a trailing stop stands, or is to begin, and its percentage."""
    return (number(order.trailed or order.ticket.trail_stop_price), number(order.ticket.trailing_percent))


def _adjusted(order: Order) -> Fields:
    """Return adjustedOrderType … adjustableTrailingUnit; the stop of a trailing order stands here once more."""
    trailing = (double(order.trailed or order.ticket.trail_stop_price), double(order.ticket.limit_offset))
    return ("None", UNSET_DOUBLE, *trailing, UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, "0")


def _money(order: Order) -> Fields:
    margins = _what_if_margins(order) if order.ticket.what_if else _NO_MARGINS
    commission = (cents(order.commission), "", "", "USD") if order.commission else ("", "", "", "")
    return (*margins, *commission, "")


def _what_if_margins(order: Order) -> Fields:
    """Return initial margin, maintenance margin and equity with loan: before, change, after; none may be empty."""
    return tuple(cents(value) for value in order.margins)


def _tail(version: int) -> Fields:
    extras: Fields = ("",) if version >= 158 else ()
    extras += ("",) if version >= 160 else ()
    extras += ("0",) if version >= 162 else ()
    return extras + _pegged_tail(version)


def _pegged_tail(version: int) -> Fields:
    return ("", "", "", "", "") if version >= 170 else ()


def completed_order(order: Order, version: int, account: str) -> Fields:
    """Return a done order: 96 fields, 101 from version 170 and 100 from 177 on; the perm id names it, no order id."""
    ticket = order.ticket
    completed_at = local_text(order.done_at) if order.done_at else ""
    parent = str(order.family if order.is_child else 0)
    return (
        *("101", *_head(order, account), str(order.perm_id), *_session_part(ticket)),
        *(*_allocation(ticket, version), *_NO_BOX, _display_size(ticket), "0", *_size_limits(ticket)),
        *(str(ticket.oca_type or _OCA_REDUCE), str(ticket.trigger_method)),
        *("", "0", "None", "", "0", "0", "0", ""),
        *("0", "0", *_trail(order), "", *_NO_LEGS_OR_SCALE),
        *("", "IB", "0", "0", "", "0", order.status.value, "0", "0", "0"),
        *(
            double(order.trailed or ticket.trail_stop_price),
            double(ticket.limit_offset),
            number(ticket.cash_quantity or 0),
            "1",
            "0",
        ),
        *("", str(order.filled), "0", "0", "", "0", "0", parent),
        *(completed_at, order.done_text or order.status.value),
        *_pegged_tail(version),
    )


def execution_details(req_id: int, execution: Execution, account: str, version: int) -> Fields:
    """Return one fill, 31 fields, 32 from version 178 on; `req_id` -1 for a live one."""
    return (
        *("11", str(req_id), str(execution.order_id), *contract_block(execution.instrument)),
        *(execution.exec_id, local_text(execution.at), account, execution.exchange),
        *("BOT" if execution.is_buy else "SLD", str(execution.shares), number(execution.price)),
        *(str(execution.perm_id), str(execution.client_id), "0", str(execution.cumulative)),
        *(number(execution.average_price), execution.order_ref, "", "", ""),
        "2" if execution.takes_liquidity else "1",
        *(("0",) if version >= 178 else ()),
    )


def commission_report(execution: Execution) -> Fields:
    """Return a fill's commission; the realised profit has no value when the fill only opens."""
    realized = UNSET_DOUBLE if execution.realized is None else cents(execution.realized)
    return ("59", "1", execution.exec_id, cents(execution.commission), "USD", realized, UNSET_DOUBLE, "")
