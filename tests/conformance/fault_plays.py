"""What a program does while something goes wrong, and what it then has seen: the plays that `fault_table.py` casts.

A play gives the scene's fault when its moment has come, does what programs do, lets a simulated minute or more pass and
returns what was told by name: `told` in order and in short words, `belief` the status in which the client itself holds
the order, `kept` what its library holds, `answers` whether the connection still answers, `closed` whether the program
was told that it is gone. No play waits for what must not come: it waits for what comes behind it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from tests.conformance.drivers.vocabulary import Event
from tests.conformance.fault_scene import NO_NEWS, Scene, Seen, tell
from tests.conformance.stage import ACCOUNT, CALL, STOCK
from tests.simgateway.fake_market import CALL_ID, RULE_ID

Play = Callable[[Scene], Seen]
_NEW_YORK_BEHIND_SECONDS: Final = 5 * 3600


def buy(scene: Scene) -> Seen:
    """Buy at the market."""
    scene.strike()
    order = scene.line.place(CALL, action="BUY")
    return {"answers": scene.settle(), **scene.order(order)}


def rest(scene: Scene) -> Seen:
    """Give an order that rests, and ask for the open orders later."""
    scene.strike()
    order = scene.line.place(CALL, action="BUY", type="LMT", limit=0.5)
    answers = scene.settle()
    seen = scene.order(order)
    return {"answers": answers, **seen, "found": found(scene, order)}


def fill_unseen(scene: Scene) -> Seen:
    """Give an order that rests; it fills later; ask for executions."""
    scene.strike()
    order = scene.line.place(CALL, action="BUY", type="LMT", limit=1.0)
    scene.settle()
    scene.stage.show(CALL_ID, "0.80", "0.90")
    answers = scene.settle()
    return {"answers": answers, **scene.order(order), "found": found(scene, order), "executions": executed(scene)}


def buy_and_ask(scene: Scene) -> Seen:
    """Buy at the market, then ask for the executions."""
    scene.strike()
    order = scene.line.place(CALL, action="BUY")
    answers = scene.settle()
    live = scene.order(order)
    scene.line.ask("executions", filter={})
    scene.answers()
    told = [tell(row) for row in scene.line.everything() if row["kind"] in {"fill", "commission"}]
    return {"answers": answers, **live, "in_all": told, **scene.kept()}


def found(scene: Scene, order: int) -> bool | None:
    """Return whether the open orders hold an order; None when they were never told to their end."""
    before, ends = len(scene.line.all("order", order=order)), len(scene.line.all("orders_end"))
    scene.line.do("open_orders")
    if not scene.answers() or len(scene.line.all("orders_end")) == ends:
        return None
    return len(scene.line.all("order", order=order)) > before


def executed(scene: Scene) -> list[str]:
    """Return what is told of executions when they are asked for."""
    before = len(scene.line.all("fill"))
    scene.line.ask("executions", filter={})
    scene.answers()
    return [tell(row) for row in scene.line.all("fill")[before:]]


def ask_rule(scene: Scene) -> Seen:
    """Ask for a market rule, then for the time."""
    scene.strike()
    scene.line.ask("rule", rule=RULE_ID)
    answers = scene.settle()
    return {"answers": answers, "told": scene.told("rule", "time"), "closed": bool(scene.line.all("closed"))}


def ask_rule_late(scene: Scene) -> Seen:
    """Ask for a market rule and the time; what is told at once, as another connection's answers say, and later."""
    other = scene.stage.line(2)
    scene.strike(client=1)
    scene.line.ask("rule", rule=RULE_ID)
    scene.line.do("time")
    scene.answers(other)
    scene.answers(other)
    at_once = scene.told("rule", "time")
    return {"at_once": at_once, "answers": scene.settle_without_asking(), "told": scene.told("rule", "time")[:2]}


def ask_time(scene: Scene) -> Seen:
    """Ask for the time, and give up after a market rule has been answered."""
    scene.strike()
    asked = scene.line.ask("time")
    scene.line.ask("rule", rule=RULE_ID)
    scene.line.hears(lambda: bool(scene.line.all("rule") or scene.line.all("closed")))
    told, closed = scene.told("rule", "time"), bool(scene.line.all("closed"))
    scene.line.do("give_up", asked=asked)
    ended = "gave up" if scene.line.all("gave_up", asked=asked) else None
    return {"answers": scene.answers(), "told": told, "closed": closed, "ended": ended}


def ask_contract(scene: Scene) -> Seen:
    """Ask for a contract, and give up after a while."""
    scene.strike()
    asked = scene.line.ask("contracts", contract=CALL)
    return finish(scene, asked, "contract", "contracts_end", "error")


def ask_history(scene: Scene) -> Seen:
    """Ask for bars, and give up after a while."""
    scene.strike()
    asked = scene.line.history(STOCK, duration="120 S")
    return finish(scene, asked, "bar", "bars_end", "error")


def finish(scene: Scene, asked: int, *kinds: str) -> Seen:
    """Return how a request ended: as the library's future says, in rows or by its error, or by giving up."""
    answers = scene.settle()
    scene.line.do("give_up", asked=asked)
    told = [*scene.told(*kinds, asked=asked), *(scene.told("error", id=-1) if "error" in kinds else [])]
    gave_up = bool(scene.line.all("gave_up", asked=asked))
    ends = [row for row in scene.line.all("done", asked=asked) if not gave_up]
    ended = (ends[0].get("why") or ends[0]["rows"]) if ends else ("gave up" if gave_up else None)
    return {"answers": answers, "told": told, "ended": ended, "closed": bool(scene.line.all("closed"))}


def watch(scene: Scene) -> Seen:
    """Ask for quotes of an option, which change once."""
    scene.strike()
    return _watched(scene, scene.line.quotes())


def watch_before(scene: Scene) -> Seen:
    """Have quotes of an option when it happens; they change meanwhile, and once more when it is over."""
    asked = scene.line.quotes()
    scene.settle()
    scene.strike()
    return _watched(scene, asked)


def _watched(scene: Scene, asked: int) -> Seen:
    line, prices = scene.line, [0]

    def news() -> list[str]:
        prices.append(len(line.all("price", asked=asked)))
        told = {row["tick"]: row for row in line.all("price", asked=asked)[prices[-2] :]}
        return [tell(row) for _, row in sorted(told.items())]

    scene.settle(5.0)
    first, held = news(), scene.kept()["kept_quotes"]
    scene.stage.show(CALL_ID, "2.00", "2.10")
    answers = scene.settle(5.0)
    meanwhile = news()
    scene.settle()
    after = news()
    scene.stage.show(CALL_ID, "3.00", "3.10")
    scene.settle(5.0)
    return {
        "answers": answers,
        "errors": [[row["code"], row["id"] != -1] for row in line.all("error") if row["code"] not in NO_NEWS],
        "first": first,
        "kept_first": held,
        "meanwhile": meanwhile,
        "after": after,
        "streams": bool(news()),
        "greeks": _greeks(line.all("greeks", asked=asked)),
        "types": [row["type"] for row in line.all("data_type", asked=asked)],
    }


def _greeks(rows: list[Event]) -> list[str]:
    """Return what was told as volatility and delta, each pair once."""
    return sorted({f"{_number(row, 'volatility')} {_number(row, 'delta')}" for row in rows})


def profit(scene: Scene) -> Seen:
    """Hold one option, and be told its profit in each of the three ways."""
    scene.line.buy()
    scene.strike()
    scene.line.ask("pnl", account=ACCOUNT)
    scene.line.ask("pnl_single", account=ACCOUNT, con_id=CALL_ID)
    scene.line.do("updates", on=True, account=ACCOUNT)
    answers = scene.settle(1.0)
    names = {"pnl": "daily", "pnl_single": "unrealized", "portfolio": "unrealized"}
    rows = {kind: scene.line.all(kind)[-1:] for kind in names}
    shown = {kind: _number(row[0], names[kind]) if row else "nothing" for kind, row in rows.items()}
    return {"answers": answers, **shown, **scene.kept()}


def _number(event: Event, name: str) -> str:
    return str(event.get("odd", {}).get(name, event[name]))


def read_clock(scene: Scene) -> Seen:
    """Ask for the time, and buy at the market: by how many hours what is told differs from the gateway's clock."""
    scene.strike()
    scene.answers()
    order = scene.line.place(CALL, action="BUY")
    answers = scene.settle()
    fill = scene.line.all("fill", order=order)[0]
    return {
        "answers": answers,
        "time": _hours(scene, scene.line.all("time")[0]["at"]),
        "fill": stamp(scene, fill["at"]),
    }


def stamp(scene: Scene, at: float | None) -> str:
    """Return how an execution is stamped: without a zone, hours off, or as the machine's own zone would have it."""
    now = scene.stage.host.call(lambda gateway: gateway.clock.now())
    if at is None:
        return "no zone"
    of_new_york = datetime.fromtimestamp(now.timestamp() - _NEW_YORK_BEHIND_SECONDS, UTC).replace(tzinfo=None)
    is_local = abs(of_new_york.astimezone().timestamp() - at) < 1800
    return "in the machine's zone" if is_local else f"{_hours(scene, at):+d} h"


def _hours(scene: Scene, at: float) -> int:
    now = scene.stage.host.call(lambda gateway: gateway.clock.now().timestamp())
    return round((at - now) / 3600)


def next_id(scene: Scene) -> Seen:
    """Give two orders, ask for the next id, and give a third with what the client makes of it."""
    orders = [scene.line.place(CALL, action="BUY", type="LMT", limit=0.5) for _ in range(2)]
    scene.settle()
    scene.strike()
    scene.line.do("next_id")
    scene.answers()
    third = scene.line.place(CALL, action="BUY", type="LMT", limit=0.6)
    return {"answers": scene.settle(), "told": scene.line.all("next_id")[-1]["order"], "third": third - orders[-1]}


def come_back(scene: Scene) -> Seen:
    """Buy, come back, and buy again with the id that is told then."""
    order = scene.line.buy()
    scene.stage.hang_up(scene.line)
    scene.strike(to=order)
    again = scene.line = scene.stage.line()
    second = again.place(CALL, action="BUY")
    return {"answers": scene.settle(), "is_same": second == order, **scene.order(second)}


def stand_by(scene: Scene) -> Seen:
    """Have a question under way when it happens; then wait, and let another connection be made."""
    asked = scene.line.history(STOCK, duration="120 S")
    scene.answers()
    scene.strike()
    ended = finish(scene, asked, "bars_end")["ended"]
    return {
        "answers": scene.answers(),
        "closed": bool(scene.line.all("closed")),
        "errors": scene.errors(),
        "ended": ended,
        "others": scene.answers(scene.stage.line(2)) if scene.stage.accepts() else None,
    }


def knock(scene: Scene) -> Seen:
    """Hang up before it happens and come back during it, then once more when it is over; with patience of 0.4 s."""
    scene.strike()
    scene.stage.hang_up(scene.line)
    again = scene.stage.line(1, must=False, patience=0.4)
    errors = [row["code"] for row in again.all("error")]
    scene.pass_time(120.0)
    after = scene.stage.line(1, must=False)
    return {"ready": again.is_ready, "errors": errors, "after": after.is_ready}


def silence(scene: Scene) -> Seen:
    """Ask, and know by another connection's answer that none is to come."""
    other = scene.stage.line(2)
    scene.strike(client=1)
    asked = scene.line.ask("time")
    scene.answers(other)
    scene.pass_time(60.0)
    scene.answers(other)
    scene.line.do("give_up", asked=asked)
    return {"answers": bool(scene.line.all("time")), "closed": bool(scene.line.all("closed"))}
