"""A trading life on the rig, and the books somebody else would keep of it: from the clients' frames alone."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from simgateway.market.base import Instrument
from simgateway.protocol.text import NEW_YORK, UNSET_DOUBLE, new_york_day
from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import STOCK_ID, FakeMarket
from tests.simgateway.rig import Client, Rig

START_CASH: Final = Decimal(100000)
CENT: Final = Decimal("0.01")
OBSERVER: Final = 0
TRADERS: Final = (1, 2)
ACCOUNT: Final = "DU1234567"
SUMMARY_TAGS: Final = "NetLiquidation,TotalCashValue,AvailableFunds,EquityWithLoanValue,InitMarginReq,SettledCash"


class DailyMarket(FakeMarket):
    """The market by hand, which does not change by itself: the gateway is woken when it has."""

    def next_change(self, instrument: Instrument, at: datetime) -> datetime | None:
        del instrument, at
        return None


@dataclass(slots=True)
class Sent:
    """An order as its client sent it: the greatest size it ever had, every limit it ever had."""

    key: tuple[int, int]
    con_id: int
    is_buy: bool
    size: int
    limits: list[Decimal | None]
    parent: int = 0
    oca: str = ""
    was_changed: bool = False


@dataclass(slots=True)
class Fill:
    """One execution with its commission report."""

    key: tuple[int, int]
    con_id: int
    signed: int
    price: Decimal
    cumulative: int
    commission: Decimal
    realized: Decimal


@dataclass(slots=True)
class Account:
    """Our own books of one contract: what it cost or brought in all, what is held, what closing it realised."""

    flow: Decimal = Decimal(0)
    quantity: int = 0
    realized: Decimal = Decimal(0)


@dataclass(slots=True)
class Snapshot:
    """What the gateway says at one moment."""

    values: dict[str, Decimal] = field(default_factory=dict)
    summary: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)
    portfolio: dict[int, tuple[int, Decimal, Decimal, Decimal, Decimal]] = field(default_factory=dict)
    """By contract: quantity, mark, value, unrealised, realised today."""
    profit: tuple[Decimal, ...] = ()
    dailies: list[Decimal] = field(default_factory=list)


class Life:
    """Two traders and an observer at one gateway; every action is one method, `check` compares the books."""

    def __init__(self, *, cash_account: bool = False, **changes: Any) -> None:
        self.cash_account = cash_account
        self.market = DailyMarket()
        self.market.show(STOCK_ID, "99.95", "100.05", 500)
        self.rig = Rig(market=self.market, start_cash=START_CASH, pacing=False, cash_account=cash_account, **changes)
        self.multipliers = {row.con_id: row.multiplier for row in self.market.listed("ABC", None, "", None)}
        self.multipliers[STOCK_ID] = 1
        self.clients: dict[int, Client] = {1: self.rig.client}
        for client_id in (*TRADERS[1:], OBSERVER):
            self.clients[client_id] = self.rig.connect(client_id)
        self.next_ids = dict.fromkeys(TRADERS, 1)
        self.orders: dict[tuple[int, int], Sent] = {}
        self.fills: dict[str, Fill] = {}
        self.told: set[str] = set()
        self.accounts: dict[int, Account] = defaultdict(Account)
        self.settled: dict[date, Decimal] = {}
        self.lapsing: set[int] = set()
        self.start_of_day = START_CASH
        self.day_realized = Decimal(0)

    # --- what can happen -------------------------------------------------------------------------------------------

    def place(self, client_id: int, action: str, size: int, kind: str, **parts: object) -> Sent:
        """Send a new order; parts as the rig's client takes them."""
        order_id = self.next_ids[client_id]
        self.next_ids[client_id] += 1
        con_id = int(str(parts["con_id"]))
        limit = Decimal(str(parts["lmt"])) if parts.get("lmt") else None
        sent = Sent((client_id, order_id), con_id, action == "BUY", size, [limit])
        sent.parent, sent.oca = int(str(parts.get("parent", 0))), str(parts.get("oca", ""))
        self.orders[sent.key] = sent
        self.clients[client_id].order(order_id, action, size, kind, **parts)
        return sent

    def change(self, sent: Sent, size: int, limit: Decimal, **parts: object) -> None:
        """Change an order to a limit order of another size and price."""
        sent.size, sent.was_changed = max(sent.size, size), True
        sent.limits.append(limit)
        action = "BUY" if sent.is_buy else "SELL"
        parts |= {"con_id": sent.con_id, "oca": sent.oca, "parent": sent.parent}
        self.clients[sent.key[0]].order(sent.key[1], action, size, "LMT", lmt=limit, **parts)

    def cancel(self, sent: Sent) -> None:
        self.clients[sent.key[0]].send(4, 1, sent.key[1], "")

    def show(self, con_id: int, bid: Decimal | None, ask: Decimal | None, size: int) -> None:
        self.market.show(con_id, str(bid) if bid else None, str(ask) if ask else None, size)
        if con_id == STOCK_ID and (bid or ask):
            self.market.shown[con_id] = replace(self.market.shown[con_id], last=bid or ask)
        self.rig.gateway._pulse.wake()

    def silence(self, con_id: int) -> None:
        """Leave a contract without any quote."""
        self.show(con_id, None, None, 0)

    def exercise(self, con_id: int, quantity: int, action: int) -> None:
        if action == 2:
            self.lapsing.add(con_id)
        contract = (con_id, "ABC", "OPT", "", 0, "", "", "SMART", "USD", "", "")
        self.clients[OBSERVER].send(21, 2, 900_000, *contract, action, quantity, ACCOUNT, 1)

    def wait(self, seconds: float) -> None:
        """Let time pass, but not over midnight: the day's executions have to be asked for before."""
        if seconds + 60 < self._until_midnight():
            self.rig.clock.advance(seconds)

    def to_the_close(self, settles_at: Decimal) -> None:
        """Go on to a minute after the close of the day, if it is before that."""
        session = self.market.session(new_york_day(self.rig.clock.now()))
        if session is None or self.rig.clock.now() >= session[1]:
            return
        self.market.settles_at = settles_at
        self.rig.clock.advance((session[1] - self.rig.clock.now()).total_seconds() + 60)
        self.check()

    def to_the_next_morning(self) -> None:
        """Go on to the next session's eleventh hour."""
        self.to_the_close(self.market.settles_at)
        self.rig.clock.advance(self._until_midnight() + 5)
        self.start_of_day = self._snapshot().values["NetLiquidation"]
        self.day_realized = Decimal(0)
        while self.market.session(new_york_day(self.rig.clock.now())) is None:
            self.rig.clock.advance(24 * 3600)
        self.rig.clock.advance(11 * 3600)

    # --- the books -------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Compare what the gateway says now with what its frames add up to; AssertionError when they differ."""
        snapshot = self._snapshot()
        self._check_orders()
        self._check_money(snapshot)
        self._check_positions(snapshot)
        self._check_day(snapshot)

    def _check_orders(self) -> None:
        by_order: dict[tuple[int, int], list[Fill]] = defaultdict(list)
        for fill in self.fills.values():
            if fill.key[1]:
                by_order[fill.key].append(fill)
        for key, fills in by_order.items():
            sent = self.orders[key]
            assert {(fill.con_id, fill.signed > 0) for fill in fills} == {(sent.con_id, sent.is_buy)}
            filled = sum(abs(fill.signed) for fill in fills)
            assert filled <= sent.size, f"{sent} has filled {filled}"
            assert max(fill.cumulative for fill in fills) == filled
            assert all(_is_within(sent, fill.price) for fill in fills), f"{sent} filled outside: {fills}"
            assert sum(fill.commission for fill in fills) == self._list_price(fills)
        filled_of = {key: sum(abs(fill.signed) for fill in fills) for key, fills in by_order.items()}
        self._check_families(filled_of)
        self._check_groups(filled_of)

    def _check_families(self, filled: dict[tuple[int, int], int]) -> None:
        children: dict[tuple[int, int], int] = defaultdict(int)
        for sent in self.orders.values():
            if sent.parent:
                children[sent.key[0], sent.parent] += filled.get(sent.key, 0)
        for parent, sold in children.items():
            assert sold <= filled.get(parent, 0), f"children of {parent} have filled {sold}"

    def _check_groups(self, filled: dict[tuple[int, int], int]) -> None:
        groups: dict[str, list[Sent]] = defaultdict(list)
        for sent in self.orders.values():
            if sent.oca:
                groups[sent.oca].append(sent)
        for name, members in groups.items():
            if not any(sent.was_changed for sent in members):
                used = sum(Decimal(filled.get(sent.key, 0)) / sent.size for sent in members)
                assert used <= Decimal("1.0000001"), f"group {name} has filled {used} of one order"

    def _list_price(self, fills: list[Fill]) -> Decimal:
        """Return what IBKR's price list says for an order's fills."""
        shares = sum(abs(fill.signed) for fill in fills)
        if fills[0].con_id == STOCK_ID:
            value = sum((abs(fill.signed) * fill.price for fill in fills), Decimal(0))
            return min(max(Decimal(1), Decimal("0.005") * shares), value / 100).quantize(CENT)
        rates = sum((abs(fill.signed) * _rate(fill.price) for fill in fills), Decimal(0))
        return max(Decimal(1), rates).quantize(CENT)

    def _check_money(self, snapshot: Snapshot) -> None:
        values = snapshot.values
        flow = sum((account.flow for account in self.accounts.values()), Decimal(0))
        worth = sum((row[2] for row in snapshot.portfolio.values()), Decimal(0))
        assert values["TotalCashValue"] == START_CASH + flow
        assert values["NetLiquidation"] == values["TotalCashValue"] + worth
        for tag, value in snapshot.summary.items():
            assert value == values[tag], tag
        for con_id, (quantity, mark, value, _, _) in snapshot.portfolio.items():
            assert value == (mark * quantity * self.multipliers[con_id]).quantize(CENT)
        self._check_margin(values, snapshot.portfolio[STOCK_ID][2] if STOCK_ID in snapshot.portfolio else Decimal(0))
        realized = sum((account.realized for account in self.accounts.values()), Decimal(0))
        assert values["NetLiquidation"] - START_CASH == realized + values["UnrealizedPnL"]

    def _check_margin(self, values: dict[str, Decimal], shares: Decimal) -> None:
        """Reckon the margin of the shares, which are never cheap here; a cash account has none."""
        equity, initial, maintenance = values["SettledCash"], Decimal(0), Decimal(0)
        if not self.cash_account:
            equity = values["TotalCashValue"] + shares
            initial = (abs(shares) / 2).quantize(CENT)
            maintenance = (abs(shares) * (Decimal("0.25") if shares > 0 else Decimal("0.30"))).quantize(CENT)
        assert values["EquityWithLoanValue"] == equity
        assert (values["InitMarginReq"], values["MaintMarginReq"]) == (initial, maintenance)
        assert (values["AvailableFunds"], values["ExcessLiquidity"]) == (equity - initial, equity - maintenance)

    def _check_positions(self, snapshot: Snapshot) -> None:
        ours = {con_id: account.quantity for con_id, account in self.accounts.items() if account.quantity}
        assert snapshot.positions == ours
        assert {con_id: row[0] for con_id, row in snapshot.portfolio.items()} == ours
        assert all(quantity > 0 for con_id, quantity in ours.items() if con_id != STOCK_ID), "an option is short"
        for con_id, account in self.accounts.items():
            row = snapshot.portfolio.get(con_id)
            value, unrealized = (row[2], row[3]) if row else (Decimal(0), Decimal(0))
            assert account.realized + unrealized == account.flow + value, f"contract {con_id}"

    def _check_day(self, snapshot: Snapshot) -> None:
        daily, unrealized, realized = snapshot.profit
        assert daily == snapshot.values["NetLiquidation"] - self.start_of_day
        assert unrealized == snapshot.values["UnrealizedPnL"]
        assert realized == snapshot.values["RealizedPnL"] == self.day_realized
        assert sum(snapshot.dailies, Decimal(0)) == daily

    def _snapshot(self) -> Snapshot:
        """Ask everything in one burst, whose answers are of one moment, and take in what the traders were told."""
        observer = self.clients[OBSERVER]
        observer.take()
        observer.send(7, 3, 900_001, 0, "", "", "", "", "", "")
        observer.send(61, 1)
        observer.send(6, 2, 1, ACCOUNT)
        observer.send(62, 1, 900_002, "All", SUMMARY_TAGS)
        observer.send(92, 900_003, ACCOUNT, "")
        for con_id in self.multipliers:
            observer.send(94, 910_000 + con_id, ACCOUNT, "", con_id)
        for subscription in (("64", 1), ("6", 2, 0, ACCOUNT), ("63", 1, 900_002), ("93", 900_003)):
            observer.send(*subscription)
        for con_id in self.multipliers:
            observer.send(95, 910_000 + con_id)
        executions = {row.exec_id for row in self.rig.gateway.executions()}
        asked_at = self.rig.clock.now()
        self.rig.clock.advance(2)
        frames = observer.take()
        self._take_in(frames, executions)
        self._bury_expired(asked_at)
        return _read(frames)

    def _take_in(self, frames: list[Fields], executions: set[str]) -> None:
        """Book the executions the observer was given; hold those the gateway knows, and the traders heard of, to them.

        The gateway forgets those of past days; there are as many as the newest one's number says all the same.
        """
        reports = {row[2]: row for row in frames if row[0] == "59"}
        for row in frames:
            if row[0] == "11" and row[1] != "-1" and row[14] not in self.fills:
                self._book(row, reports[row[14]])
        assert executions <= set(self.fills)
        assert len(self.fills) == max((int(exec_id.split(".")[2], 16) for exec_id in self.fills), default=0)
        for client_id in TRADERS:
            heard = [row for row in self.clients[client_id].take() if row[0] == "11"]
            for row in heard:
                assert row[14] not in self.told, f"{row[14]} was told twice"
                assert int(row[22]) == client_id
                self.told.add(row[14])

    def _book(self, row: Fields, report: Fields) -> None:
        signed = int(row[19]) if row[18] == "BOT" else -int(row[19])
        realized = Decimal(0) if report[5] == UNSET_DOUBLE else Decimal(report[5])
        key = (int(row[22]), int(row[2]))
        fill = Fill(key, int(row[3]), signed, Decimal(row[20]), int(row[24]), Decimal(report[3]), realized)
        self.fills[row[14]] = fill
        account = self.accounts[fill.con_id]
        account.flow -= (fill.price * signed * self.multipliers[fill.con_id]).quantize(CENT) + fill.commission
        account.quantity += signed
        account.realized += realized
        self.day_realized += realized

    def _bury_expired(self, at: datetime) -> None:
        """Write off what expired worthless, of which no execution tells; what was worth a cent must be gone."""
        for con_id, account in self.accounts.items():
            option = self.market.by_con_id(con_id)
            assert option is not None
            session = self.market.session(option.expiry) if option.expiry else None
            if option.expiry is None or session is None or at < session[1]:
                continue
            close = self.settled.setdefault(option.expiry, self.market.settles_at)
            if not account.quantity:
                continue
            strike = option.strike or Decimal(0)
            worth = close - strike if option.right == "C" else strike - close
            assert con_id in self.lapsing or worth < CENT, f"{account} of {con_id} was worth {worth}"
            lost = account.flow - account.realized
            account.quantity, account.realized = 0, account.flow
            self.day_realized += lost

    def _until_midnight(self) -> float:
        local = self.rig.clock.now().astimezone(NEW_YORK)
        return 24 * 3600 - (local - local.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()


def _is_within(sent: Sent, price: Decimal) -> bool:
    limits = [limit for limit in sent.limits if limit is not None]
    if len(limits) < len(sent.limits):
        return True  # It was a market order, or a stop of one, at some time.
    return price <= max(limits) if sent.is_buy else price >= min(limits)


def _rate(premium: Decimal) -> Decimal:
    if premium < Decimal("0.05"):
        return Decimal("0.25")
    return Decimal("0.50") if premium < Decimal("0.10") else Decimal("0.65")


def _read(frames: list[Fields]) -> Snapshot:
    snapshot = Snapshot()
    for row in frames:
        if row[0] == "6" and row[4] == "USD" and row[2] != "Currency":
            snapshot.values[row[2]] = Decimal(row[3])
        elif row[0] == "63":
            snapshot.summary[row[4]] = Decimal(row[5])
        elif row[0] == "61":
            snapshot.positions[int(row[3])] = int(row[14])
        elif row[0] == "7":
            money = (Decimal(row[14]), Decimal(row[15]), Decimal(row[17]), Decimal(row[18]))
            snapshot.portfolio[int(row[2])] = (int(row[13]), *money)
        elif row[0] == "94":
            snapshot.profit = tuple(Decimal(text) for text in row[2:5])
        elif row[0] == "95" and row[3] != UNSET_DOUBLE:
            snapshot.dailies.append(Decimal(row[3]))
    return snapshot
