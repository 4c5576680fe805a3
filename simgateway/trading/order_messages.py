"""Messages about orders: openOrder (5), completedOrder (101), orderStatus (3), execDetails (11), commission (59)."""

from typing import Final

from simgateway.data.contract_messages import contract_block
from simgateway.protocol.text import UNSET_DOUBLE, cents, flag, local_text, number
from simgateway.protocol.wire import Fields
from simgateway.trading.orders import Execution, Order

_NO_MARGINS: Final = (UNSET_DOUBLE,) * 9


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
    """Return an order with its state: 131 fields from version 162 on, 136 from 170 on."""
    return (
        *("5", str(order.order_id), *_head(order, account)),
        *(str(order.client_id), str(order.perm_id), flag(value=order.ticket.outside_rth), "0", "0", ""),
        f"{order.perm_id}.0/{account}/100",
        *_middle(),
        *("", "", "", "", "", "", "", "0", "0", "0", "", str(order.ticket.oca_type or 3), "0", "0", ""),
        *(str(order.ticket.parent_id), str(order.ticket.trigger_method)),
        *("", "0", "None", "", "0", "", "", "", "?", "0", "0", ""),
        *("0", "0", "", "", "", "", "", "0", "0", "0", "", "", "", ""),
        *("0", "", "IB", "0", "0", "", "0"),
        *(flag(value=order.ticket.what_if), order.status.value, *_money(order)),
        *("0", "0", "0"),
        *("None", UNSET_DOUBLE, "", UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, UNSET_DOUBLE, "0"),
        *("", "", "", "", "0", "0", "0", "0"),
        *_tail(version),
    )


def _head(order: Order, account: str) -> Fields:
    ticket = order.ticket
    return (
        *contract_block(order.instrument, right="?"),
        *(
            ticket.action,
            str(order.quantity),
            ticket.order_type,
            number(ticket.limit or 0),
            number(ticket.trigger or 0),
        ),
        *(ticket.tif, ticket.oca_group, account, "", "0", ticket.order_ref),
    )


def _middle() -> Fields:
    """Return faGroup … exemptCode, which nobody uses here."""
    return ("", "", "", "", "", "", "", "", "", "0", "", "-1")


def _money(order: Order) -> Fields:
    margins = _what_if_margins(order) if order.ticket.what_if else _NO_MARGINS
    commission = cents(order.commission) if order.commission else UNSET_DOUBLE
    return (*margins, commission, UNSET_DOUBLE, UNSET_DOUBLE, "USD", "")


def _what_if_margins(order: Order) -> Fields:
    """Return margin strings: an option bought needs no margin beyond its premium, which `value` holds here."""
    change = cents(-order.value)
    return ("0.00", "0.00", "0.00", "0.00", "0.00", change, "0.00", "0.00", change)


def _tail(version: int) -> Fields:
    extras: Fields = ("",) if version >= 158 else ()
    extras += ("",) if version >= 160 else ()
    extras += ("0",) if version >= 162 else ()
    return extras + _pegged_tail(version)


def _pegged_tail(version: int) -> Fields:
    return ("", "", "", "", "") if version >= 170 else ()


def completed_order(order: Order, version: int, account: str) -> Fields:
    """Return a done order: 96 fields, 101 from version 170 on; it has no order id, the perm id names it."""
    completed_at = local_text(order.done_at) if order.done_at else ""
    return (
        *("101", *_head(order, account)),
        *(str(order.perm_id), flag(value=order.ticket.outside_rth), "0", "0", ""),
        *_middle(),
        *("", "", "", "", "", "", "0", "0", "", str(order.ticket.oca_type or 3), str(order.ticket.trigger_method)),
        *("", "0", "None", "", "0", "", "0", ""),
        *("0", "0", "", "", "", "0", "0", "0", "", "", "", ""),
        *("", "IB", "0", "0", "", "0"),
        *(order.status.value, "0", "0", "0"),
        *("", UNSET_DOUBLE, "", "0", "0", "", str(order.filled), "0", "0", "", "0", "0", "0"),
        *(completed_at, order.done_text or order.status.value),
        *_pegged_tail(version),
    )


def execution_details(req_id: int, execution: Execution, account: str) -> Fields:
    """Return one fill; `req_id` -1 for a live one."""
    return (
        *("11", str(req_id), str(execution.order_id), *contract_block(execution.instrument)),
        *(execution.exec_id, local_text(execution.at), account, "CBOE" if execution.instrument.right else "ISLAND"),
        *("BOT" if execution.is_buy else "SLD", str(execution.shares), number(execution.price)),
        *(str(execution.perm_id), str(execution.client_id), "0", str(execution.cumulative)),
        *(number(execution.average_price), execution.order_ref, "", "", ""),
        "2" if execution.takes_liquidity else "1",
    )


def commission_report(execution: Execution) -> Fields:
    """Return a fill's commission; the realised profit has no value when the fill only opens."""
    realized = UNSET_DOUBLE if execution.realized is None else cents(execution.realized)
    return ("59", "1", execution.exec_id, cents(execution.commission), "USD", realized, UNSET_DOUBLE, "")
