"""The order as a client sends it (message 3), and its cancel (4)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from simgateway.protocol.cursor import Cursor
from simgateway.protocol.requests import CONTRACT_FIELDS, ContractQuery, read_contract
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields

_LEG_FIELDS: Final = 8
_PEGGED: Final = frozenset({"PEG BENCH", "PEGBENCH"})
_CONDITION_FIELDS: Final = {1: 6, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5}
"""Fields behind a condition's type: price, time, margin, execution, volume, percentage (ibapi's order_condition)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTicket:
    """One placeOrder: `limit` and `trigger` in USD, None when unset; `quantity` in contracts or shares.

    Of a trailing order `trigger` is the trailing amount, `trail_stop_price` where the stop begins, `limit_offset` how
    far its limit stays from the stop. `good_till` and `good_after` are the client's text, read by `text.read_moment`.
    `has_fraction`: the size sent was no whole number, `quantity` is what is whole of it. `min_quantity` and
    `display_size` are 0 when unset, `cash_quantity` is USD. `is_combo`: the contract is a "BAG" of legs. `extras` names
    what else was asked for that has fields of its own: delta_neutral, scale, hedge, pegged, conditions, adjusted, fa,
    volatility, short_sale_slot, not_held, block, sweep, e_trade_only, firm_quote_only; "no_tif" when none was sent.
    """

    order_id: int
    contract: ContractQuery
    action: str
    quantity: int
    order_type: str
    limit: Decimal | None
    trigger: Decimal | None
    tif: str
    oca_group: str
    oca_type: int
    account: str
    order_ref: str
    transmit: bool
    parent_id: int
    trigger_method: int
    outside_rth: bool
    what_if: bool
    has_fraction: bool = False
    is_combo: bool = False
    open_close: str = ""
    hidden: bool = False
    display_size: int = 0
    discretionary: Decimal = Decimal(0)
    good_after: str = ""
    good_till: str = ""
    all_or_none: bool = False
    min_quantity: int = 0
    percent_offset: Decimal | None = None
    trail_stop_price: Decimal | None = None
    trailing_percent: Decimal | None = None
    limit_offset: Decimal | None = None
    algo: str = ""
    cash_quantity: Decimal | None = None
    model_code: str = ""
    extras: frozenset[str] = frozenset()

    @property
    def is_buy(self) -> bool:
        """Return whether it buys."""
        return self.action == "BUY"

    @property
    def is_stop(self) -> bool:
        """Return whether it waits for a trigger."""
        return self.order_type in {"STP", "STP LMT", "TRAIL", "TRAIL LIMIT"}

    @property
    def is_trailing(self) -> bool:
        """Return whether its trigger follows the market."""
        return self.order_type in {"TRAIL", "TRAIL LIMIT"}

    @property
    def has_limit(self) -> bool:
        """Return whether it has a limit once it works."""
        return self.order_type in {"LMT", "STP LMT", "TRAIL LIMIT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTicket:
    """One cancelOrder: `manual_time` is the client's text, empty for now and below version 169."""

    order_id: int
    manual_time: str


def read_cancel(fields: Fields, version: int) -> CancelTicket:
    """Return a cancelOrder (4); ValueError or IndexError when it cannot be read.

    The time is there from version 169 on; a cancel without it is as good, for nothing here depends on the time.
    """
    manual_time = fields[3] if version >= 169 and len(fields) > 3 else ""
    return CancelTicket(order_id=read_int(fields[2]), manual_time=manual_time)


def read_ticket(fields: Fields, version: int) -> OrderTicket:
    """Return the order of a placeOrder message; ValueError or IndexError when it cannot be read.

    The layout is that of the clients' placeOrder (ib_async's and ibapi's client) for a server of 157 to 178. What may
    follow it from 170 on (the offsets of PEG BEST and PEG MID) is not read: such orders are not traded here.
    """
    cursor = Cursor(fields, 1)
    order_id = cursor.integer()
    contract = read_contract(fields, cursor.at)
    cursor.skip(CONTRACT_FIELDS + 2)  # The contract, secIdType and secId.
    parts: dict[str, Any] = {"order_id": order_id, "contract": contract, "is_combo": contract.sec_type == "BAG"}
    extras: set[str] = set()
    parts |= _read_main(cursor, extras)
    if parts["is_combo"]:
        _skip_legs(cursor)
    parts |= _read_allocation(cursor, version, extras)
    parts |= _read_conditions_of_fill(cursor, extras)
    parts |= _read_trail_to_hedge(cursor, extras)
    parts |= _read_algo_to_adjusted(cursor, parts["order_type"], extras)
    parts |= _read_tail(cursor, version)
    return OrderTicket(**parts, extras=frozenset(extras))


def _read_main(cursor: Cursor, extras: set[str]) -> dict[str, Any]:
    """Read action … hidden."""
    parts: dict[str, Any] = {"action": cursor.text().upper()}
    size = cursor.decimal() or Decimal(0)
    parts |= {"quantity": int(size), "has_fraction": size != int(size)}
    parts |= {"order_type": cursor.text().upper(), "limit": cursor.decimal(), "trigger": cursor.decimal()}
    tif = cursor.text().upper()
    extras |= set() if tif else {"no_tif"}
    parts |= {"tif": tif or "DAY", "oca_group": cursor.text(), "account": cursor.text()}
    parts["open_close"] = cursor.text()
    cursor.skip()  # The origin: customer or firm.
    parts |= {"order_ref": cursor.text(), "transmit": cursor.flag(), "parent_id": cursor.integer()}
    _note(cursor, extras, "block")
    _note(cursor, extras, "sweep")
    parts |= {"display_size": cursor.integer(), "trigger_method": cursor.integer()}
    return parts | {"outside_rth": cursor.flag(), "hidden": cursor.flag()}


def _skip_legs(cursor: Cursor) -> None:
    """Pass over a combo's legs, their prices and its routing."""
    for width in (_LEG_FIELDS, 1, 2):
        cursor.rows(width)


def _read_allocation(cursor: Cursor, version: int, extras: set[str]) -> dict[str, Any]:
    """Read sharesAllocation … exemptCode; faProfile went with version 177."""
    cursor.skip()
    parts: dict[str, Any] = {"discretionary": cursor.decimal() or Decimal(0)}
    parts |= {"good_after": cursor.text(), "good_till": cursor.text()}
    if "".join(cursor.text() for _ in range(4 if version < 177 else 3)):
        extras.add("fa")
    parts["model_code"] = cursor.text()
    if cursor.integer():
        extras.add("short_sale_slot")
    cursor.skip(2)
    return parts


def _read_conditions_of_fill(cursor: Cursor, extras: set[str]) -> dict[str, Any]:
    """Read ocaType … referencePriceType."""
    parts: dict[str, Any] = {"oca_type": cursor.integer()}
    cursor.skip(2)  # rule80A, settlingFirm
    parts |= {"all_or_none": cursor.flag(), "min_quantity": cursor.integer(), "percent_offset": cursor.decimal()}
    _note(cursor, extras, "e_trade_only")
    _note(cursor, extras, "firm_quote_only")
    cursor.skip(8)  # nbboPriceCap … overridePercentageConstraints
    if cursor.decimal():
        extras.add("volatility")
    cursor.skip()
    hedge_order = cursor.text()
    cursor.skip()
    if hedge_order:
        cursor.skip(8)
    if not _is_none(hedge_order):
        extras.add("delta_neutral")
    cursor.skip(2)
    return parts


def _read_trail_to_hedge(cursor: Cursor, extras: set[str]) -> dict[str, Any]:
    """Read trailStopPrice … notHeld."""
    parts = {"trail_stop_price": cursor.decimal(), "trailing_percent": cursor.decimal()}
    cursor.skip(2)
    increment = cursor.decimal()
    if increment is not None and increment > 0:
        extras.add("scale")
        cursor.skip(7)
    cursor.skip(3)  # scaleTable, activeStartTime, activeStopTime
    if cursor.text():
        extras.add("hedge")
        cursor.skip()
    cursor.skip(3)  # optOutSmartRouting, clearingAccount, clearingIntent
    _note(cursor, extras, "not_held")
    return parts


def _read_algo_to_adjusted(cursor: Cursor, order_type: str, extras: set[str]) -> dict[str, Any]:
    """Read the delta neutral contract … adjustableTrailingUnit."""
    if cursor.flag():
        extras.add("delta_neutral")
        cursor.skip(3)
    algo = cursor.text()
    if algo:
        cursor.rows(2)
    cursor.skip()
    what_if = cursor.flag()
    cursor.skip(4)  # orderMiscOptions, solicited, randomizeSize, randomizePrice
    if order_type in _PEGGED:
        extras.add("pegged")
        cursor.skip(5)
    _skip_conditions(cursor, extras)
    if not _is_none(cursor.text()):
        extras.add("adjusted")
    cursor.skip()
    offset = cursor.decimal()
    cursor.skip(4)
    return {"algo": algo, "what_if": what_if, "limit_offset": offset}


def _skip_conditions(cursor: Cursor, extras: set[str]) -> None:
    rows = cursor.count()
    for _ in range(rows):
        kind = cursor.integer()
        if kind not in _CONDITION_FIELDS:
            raise ValueError(f"not a kind of condition: {kind}")
        cursor.skip(_CONDITION_FIELDS[kind])
    if rows:
        extras.add("conditions")
        cursor.skip(2)


def _read_tail(cursor: Cursor, version: int) -> dict[str, Any]:
    """Read extOperator … manualOrderTime."""
    cursor.skip(3)
    parts = {"cash_quantity": cursor.decimal()}
    cursor.skip(8)  # four for MiFID … usePriceMgmtAlgo
    cursor.skip(sum(version >= since for since in (158, 160, 162, 166, 169)))
    return parts


def _is_none(text: str) -> bool:
    """Return whether a kind of order is none: empty, or the word that openOrder has there and clients send back."""
    return text.upper() in {"", "NONE"}


def _note(cursor: Cursor, extras: set[str], name: str) -> None:
    if cursor.flag():
        extras.add(name)
