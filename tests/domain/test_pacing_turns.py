from domain.ids import Symbol
from domain.pacing import Item, Lane
from domain.pacing_turns import Turns, Waiting

GOOG, IBM = Symbol("GOOG"), Symbol("IBM")


def waiting(number: int, symbol: Symbol) -> Waiting[str]:
    return Waiting(number, Item(lane=Lane.QUOTE, symbol=symbol), f"{symbol} {number}", 0.0)


def drained(turns: Turns[str]) -> list[str]:
    found = []
    while (first := turns.first()) is not None:
        turns.take_first()
        found.append(first.work)
    return found


def test_what_is_put_back_before_its_symbols_next_goes_before_it_though_the_symbol_had_a_turn_since() -> None:
    had = {GOOG: 0.0, IBM: 0.5}
    turns = Turns[str](lambda item: had[item.symbol or GOOG])
    turns.put(waiting(2, GOOG))
    had[GOOG] = 1.0
    turns.put(waiting(1, GOOG))
    turns.put(waiting(3, IBM))

    assert drained(turns) == ["IBM 3", "GOOG 1", "GOOG 2"]
