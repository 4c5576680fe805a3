"""In which order a successor folds what was written of a day: as its predecessor lived through it.

A bracket that is open from an earlier day has fills of that day in its stream. They come before the day was opened, so
that the day begins with what is held, and what was made yesterday is not made again today.
"""

from collections.abc import Mapping, Sequence

from domain.events import DayOpened, Journaled, RiskReserved
from domain.ids import IntentId


def in_order(own: Sequence[Journaled], streams: Mapping[IntentId, Sequence[Journaled]]) -> tuple[Journaled, ...]:
    """Return the day's own records and those of the brackets it names, each stream oldest first, in one order.

    A bracket for which something was reserved today is of today: the broker's clock, by which fills are told, may say
    a moment before.
    """
    opened = next((record.at for record in own if isinstance(record, DayOpened)), None)
    todays = {record.intent for record in own if isinstance(record, RiskReserved)}
    early, late = list[Journaled](), list[Journaled]()
    for intent, records in streams.items():
        for record in records:
            is_early = opened is not None and intent not in todays and record.at < opened
            (early if is_early else late).append(record)
    return (*early, *own, *late)
