"""The question before everything dear: whether an entry might be reserved at all, whatever option and price."""

from dataclasses import dataclass

from domain.ids import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class AskEntry:
    """To the RiskActor: does any rule of the day deny every entry in this symbol → True | EntryDenied.

    Asked before quotes: a day whose entries are used up would else cost a chain and its quotes at every signal.
    Nothing is set aside; ReserveRisk asks all rules again.
    """

    symbol: Symbol
