"""Which alerts are worth sending: the same one not again within a while, and not too many in an hour."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.commands import SendAlert

SAME_ALERT_SECONDS: Final = 600
ALERTS_PER_HOUR_MAX: Final = 60
LOUD: Final = "CRITICAL"  # Never held back by the hourly limit.


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBook:
    """What was sent in the last hour: (kind, text) and when, oldest first."""

    sent: tuple[tuple[str, str, datetime], ...] = ()


def admitted(book: AlertBook, alert: SendAlert, now: datetime) -> tuple[AlertBook, bool]:
    """Return the book after this alert, and whether it goes out."""
    recent = tuple(entry for entry in book.sent if now - entry[2] < timedelta(hours=1))
    same = timedelta(seconds=SAME_ALERT_SECONDS)
    repeated = any((kind, text) == (alert.kind, alert.text) and now - at < same for kind, text, at in recent)
    crowded = len(recent) >= ALERTS_PER_HOUR_MAX and alert.level != LOUD
    if repeated or crowded:
        return replace(book, sent=recent), False
    return replace(book, sent=(*recent, (alert.kind, alert.text, now))), True
