"""What the journal remembers of a symbol, folded into its rules for entries."""

from collections.abc import Awaitable
from typing import Any, Protocol

from actors.days_opened import STREAM as DAYS
from actors.oco import stream_of
from actors.risk import ledger_stream
from actors.runtime.clock import Clock
from domain.commands import ReadOpenIntents, ReadStream
from domain.days_opened import day_used, last_opened
from domain.entries import EntryRules, folded
from domain.events import BracketClosed, Journaled, RiskReserved
from domain.ids import Symbol
from domain.trading_day import Calendar


class Asker(Protocol):
    """The actor on whose behalf is asked."""

    @property
    def clock(self) -> Clock:
        """Return its clock."""
        ...

    def ask_journal(self, message: Any) -> Awaitable[Any]:
        """Return the answer, however long it takes. Raises StoreError."""
        ...


def symbol_stream(symbol: Symbol) -> str:
    """Return the name of a symbol's own stream."""
    return f"symbol:{symbol}"


async def remembered(actor: Asker, symbol: Symbol, calendar: Calendar) -> EntryRules:
    """Return the rules after everything written of the symbol. Raises StoreError.

    How a bracket ended says little without its plan, so both are read from its own stream; which brackets there were
    today is known from the day's ledger even where the symbol's actor was dead when one ended.
    """
    own = await _read(actor, symbol_stream(symbol))
    today = day_used(calendar.trading_day(actor.clock.now()), last_opened(await _read(actor, DAYS)))
    day = await _read(actor, ledger_stream(today))
    still_open = await actor.ask_journal(ReadOpenIntents())
    ended = [record.intent for record in own if isinstance(record, BracketClosed)]
    todays = [record.intent for record in day if isinstance(record, RiskReserved) and record.symbol == symbol]
    records = list(own)
    for intent in dict.fromkeys((*ended[-1:], *todays, *still_open.intents)):
        records.extend(await _read(actor, stream_of(intent)))
    return folded(symbol, records)


async def _read(actor: Asker, stream: str) -> tuple[Journaled, ...]:
    answer = await actor.ask_journal(ReadStream(stream=stream))
    records: tuple[Journaled, ...] = answer.records
    return records
