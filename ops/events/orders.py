"""Events of orders, fills and brackets."""

from typing import Final

from ops.events.event import Event, Level

ORDER_EVENTS: Final = (
    Event(
        "bracket_planned",
        Level.INFO,
        "{intent}: {quantity} of {contract} at {price} USD",
        ("intent", "contract", "quantity", "price"),
        ("symbol", "strategy", "confidence", "target", "trigger", "stop_limit", "native"),
    ),
    Event(
        "entry_given_up",
        Level.WARNING,
        "{intent}: nothing of it was sent, {contract} is not bought: {reason}",
        ("intent", "contract", "reason"),
    ),
    Event(
        "order_placement",
        Level.INFO,
        "{side} {quantity} {contract} {order_type}, limit {price}, trigger {trigger}",
        ("ref", "contract", "side", "quantity", "order_type", "price", "trigger"),
        ("tif", "symbol", "intent"),
    ),
    Event(
        "order_sent",
        Level.INFO,
        "{ref} sent: {side} {quantity} {contract} {order_type}",
        ("ref", "contract", "side", "quantity", "order_type"),
        ("order_id", "price", "trigger", "tif"),
    ),
    Event(
        "order_modify_sent",
        Level.INFO,
        "{ref} changed: {quantity} {order_type}",
        ("ref", "quantity", "order_type"),
        ("order_id", "contract", "side", "price", "trigger", "tif"),
    ),
    Event("order_cancel_sent", Level.INFO, "{ref}: cancel sent", ("ref",), ("order_id", "reason")),
    Event(
        "order_refused",
        Level.WARNING,
        "{refs} refused on our side: {reason}",
        ("refs", "reason"),
        ("actor", "epoch"),
    ),
    Event(
        "order_status",
        Level.INFO,
        "{ref}: {status}, {filled} filled, {remaining} remain",
        ("ref", "status", "filled", "remaining"),
        ("order_id", "perm_id", "average_price"),
    ),
    Event(
        "order_error",
        Level.WARNING,
        "{ref}: {code} {text}",
        ("ref", "code", "text", "effect"),
        ("order_id",),
    ),
    Event(
        "entry_filled",
        Level.INFO,
        "bought {quantity} {contract} at {price} USD",
        ("intent", "contract", "leg", "quantity", "price", "position", "exec_id"),
        ("ref", "symbol"),
    ),
    Event(
        "exit_filled",
        Level.INFO,
        "sold {quantity} {contract} at {price} USD by {leg}",
        ("intent", "contract", "leg", "quantity", "price", "position", "exec_id"),
        ("ref", "symbol"),
    ),
    Event(
        "position_opened",
        Level.INFO,
        "{contract}: {quantity} held",
        ("intent", "contract", "quantity"),
        ("symbol", "price", "average_price"),
    ),
    Event(
        "position_closed",
        Level.INFO,
        "{contract} closed by {reason}: P&L {pnl} USD",
        ("intent", "contract", "reason", "quantity", "pnl", "fees"),
        ("symbol", "seconds"),
    ),
    Event(
        "position_unguarded",
        Level.CRITICAL,
        "{contract}: {position} held without protection",
        ("intent", "contract", "position"),
        ("reason",),
    ),
    Event(
        "position_guarded",
        Level.WARNING,
        "{contract}: protected again after {unguarded_seconds} s",
        ("intent", "contract", "position", "unguarded_seconds"),
    ),
    Event(
        "oco_actor_started",
        Level.INFO,
        "{contract} has its guard",
        ("intent", "contract", "epoch"),
    ),
    Event(
        "oco_actor_dead",
        Level.CRITICAL,
        "the guard of {intent} is dead: the position may lack protection: {reason}",
        ("intent", "reason"),
        ("epoch",),
    ),
    Event("oco_adopted", Level.INFO, "{intent} adopted with {position} held", ("intent", "position"), ("contract",)),
    Event("oco_triggered", Level.INFO, "{intent}: {leg} triggered", ("intent", "leg"), ("bid", "trigger", "contract")),
    Event("oco_sibling_cancelled", Level.INFO, "{ref}: the other exit is cancelled", ("ref",), ("intent",)),
    Event(
        "foreign_position",
        Level.WARNING,
        "{contract}: {position} held that no intent of ours explains",
        ("contract", "position"),
        ("symbol", "con_id"),
    ),
    Event("foreign_order", Level.WARNING, "{symbol}: an order that is not ours", ("symbol",), ("order_id", "perm_id")),
)
