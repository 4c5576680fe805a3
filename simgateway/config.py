"""What can be chosen about a gateway."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import inf
from typing import Final

_SPANS: Final = ("delay_ms", "snapshot_end_ms", "history_ms", "refill_seconds")
_LOWEST: Final = {
    **dict.fromkeys(("messages_per_second", "unread_bytes_max"), 1),
    **dict.fromkeys(
        ("market_lines", "history_lines", "tick_by_tick_lines", "tick_seconds", "held_seconds", "greeks_seconds"), 0
    ),
    **dict.fromkeys(("pnl_seconds", "pnl_heartbeat_seconds", "account_seconds"), 0.001),
}


class ChildrenOnPartial(StrEnum):
    """What a partly filled parent does with its waiting children; the real behaviour is not documented."""

    ARMED_AT_FIRST_FILL = "armed_at_first_fill"
    """They work at once, for as much as the parent has filled."""
    ARMED_WHEN_COMPLETE = "armed_when_complete"
    """They work when the parent has nothing left: filled, or its remainder cancelled."""
    CANCELLED_WITH_REMAINDER = "cancelled_with_remainder"
    """As at the first fill, but cancelling the parent's remainder cancels them too: the position stays bare."""


class ShareCommission(StrEnum):
    """Which of IBKR Pro's two price lists for US shares holds; options have only the tiered one."""

    FIXED = "fixed"
    TIERED = "tiered"


class Exercise(StrEnum):
    """What becomes of an option that expires in the money."""

    PHYSICAL = "physical"
    """Shares are delivered at the strike, as US equity options have it."""
    CASH = "cash"
    """Its intrinsic value is paid in cash."""


class DataRight(StrEnum):
    """What the account may see of a kind of security, and so which errors its clients get."""

    LIVE = "live"
    DELAYED = "delayed"
    """Error 354 for live data; who asked for delayed data (type 3 or 4) gets it with the warning 10167."""
    NOT_FOR_API = "not_for_api"
    """As delayed, but the error is 10089: what the account has is not for programs."""
    NONE = "none"
    """Error 354 for live data, 10168 for delayed; no history either."""
    PART = "part"
    """Live but for what is computed (greeks), with the warning 10090."""
    PART_FOR_API = "part_for_api"
    """As in part, with the warning 10091."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """A gateway's account, habits and limits; money in USD, times in the gateway's own (simulated) time.

    `delay_ms` is how long one message takes, each way to the exchange and out to the client. `cash_account`: no
    margin, and sale proceeds are spendable from the next day. `writes_options`: a margin account that may
    sell options it does not hold, so that a sale beside open exits is taken. `pacing`: refuse and disconnect too fast
    clients as IB does; the counters count either way. `tick_seconds` is the least time between two quotes of one
    contract.
    `refill_seconds`: how long a quote that an order has used up stays so when it does not change by itself.
    `data_rights`: pairs of a security type and what the account may see of it; what is not named is live.
    `tif_preset_notice`: an order without time in force gets notice 10349, as newer gateways send it.
    `refused_data`: pairs of a security type and the error that every request for its quotes gets whatever the rights
    are, such as ("OPT", 354). `tick_by_tick_lines`: how many requests for every tick may be open. `greeks_seconds`: the
    least time between two sets of greeks of one option; 0 sends none.
    `share_commission`: which price list holds for shares. `exercise`: what an option in the money turns into at expiry.
    `unread_bytes_max`: a client that leaves more than this unread is cut off; a whole large chain is about 20 MB.
    ValueError when a number is out of range.
    """

    seed: int = 7
    account: str = "DU1234567"
    start_cash: Decimal = Decimal(100000)
    cash_account: bool = False
    writes_options: bool = False
    delay_ms: tuple[int, int] = (1, 300)
    snapshot_end_ms: tuple[int, int] = (300, 11000)
    history_ms: tuple[int, int] = (50, 1500)
    children_on_partial: ChildrenOnPartial = ChildrenOnPartial.ARMED_AT_FIRST_FILL
    partial_fill_probability: float = 0.1
    refill_seconds: tuple[float, float] = (5.0, 15.0)
    pacing: bool = True
    tick_seconds: float = 1.0
    held_seconds: float = 5.0
    pnl_seconds: float = 2.0
    pnl_heartbeat_seconds: float = 5.0
    account_seconds: float = 180.0
    market_lines: int = 100
    history_lines: int = 50
    messages_per_second: int = 50
    read_only: bool = False
    refused_data: tuple[tuple[str, int], ...] = ()
    data_rights: tuple[tuple[str, DataRight], ...] = ()
    tick_by_tick_lines: int = 5
    greeks_seconds: float = 5.0
    share_commission: ShareCommission = ShareCommission.FIXED
    exercise: Exercise = Exercise.PHYSICAL
    unread_bytes_max: int = 64_000_000
    tif_preset_notice: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError, one line, when a number cannot be: a gateway would break at the first message."""
        for name in _SPANS:
            low, high = getattr(self, name)
            if not 0 <= low <= high < inf:
                raise ValueError(
                    f"{name} = {low}, {high}: it must be a lowest of 0 or more, and a highest not below it"
                )
        for name, lowest in _LOWEST.items():
            if not lowest <= getattr(self, name) < inf:
                raise ValueError(f"{name} = {getattr(self, name)}: it must be {lowest} or more")
        if not 0 <= self.partial_fill_probability <= 1:
            raise ValueError(f"partial_fill_probability = {self.partial_fill_probability}: it must be from 0 to 1")
        if not (self.start_cash.is_finite() and self.start_cash >= 0):
            raise ValueError(f"start_cash = {self.start_cash}: it must be 0 or more")
        if not (self.account.isascii() and self.account.isalnum()):
            raise ValueError(f"account = {self.account!r}: it must be letters and digits, such as DU1234567")
