"""What a bracket wants of the broker, as the commands that its actor sends."""

from collections.abc import Iterable
from typing import assert_never

from domain.bracket_effects import Cancel, Change, Effect, Send
from domain.commands import CancelOrder, ModifyOrder, SubmitOrders
from domain.ids import Epoch


def order_command(
    effect: Send | Change | Cancel, *, sender: str, epoch: Epoch
) -> SubmitOrders | ModifyOrder | CancelOrder:
    """Return the command for an effect, signed with who asks and in which life."""
    match effect:
        case Send():
            return SubmitOrders(
                sender=sender, epoch=epoch, orders=effect.orders, opens=effect.opens, valid_until=effect.valid_until
            )
        case Change():
            return ModifyOrder(sender=sender, epoch=epoch, order=effect.order)
        case Cancel():
            return CancelOrder(sender=sender, epoch=epoch, ref=effect.ref)
        case _:
            assert_never(effect)


def orders_first(effects: Iterable[Effect]) -> list[Effect]:
    """Return the effects with what goes to the broker ahead of the rest, each part in its order.

    Whoever writes the log competes with the broker's thread for the interpreter; a stop that came behind its own line
    of the log came later (docs/figures.md).
    """
    return sorted(effects, key=lambda effect: not isinstance(effect, (Send, Change, Cancel)))
