"""What a message from afar may do: two words from one chat, each carried out once, and none from before the start.

Nothing that opens, sells or resumes can be said from afar: who steals the way in can make the bot do less, never more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

STRANGERS_TOLD_MAX: Final = 20  # Chats told apart; of more only the messages are counted.
IDS_LAST: Final = timedelta(days=6)
"""After a week without an update Telegram draws the next one's number anew (core.telegram.org/bots/api#update): a
remembered number would then hide what is new."""


class Word(StrEnum):
    """What the owner can say."""

    HALT = "halt"
    STATUS = "status"
    HELP = "help"


class Verdict(StrEnum):
    """What becomes of a message."""

    CARRY_OUT = "carry out"
    TOO_OLD = "too old"  # The owner's, from before the start or of no known time.
    STRANGER = "stranger"  # The first of a chat that is not the owner's.
    STRANGER_AGAIN = "stranger again"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMessage:
    """One message as it came. ``sent_at`` is aware UTC, whole seconds; None where it said nothing readable."""

    update_id: int
    chat_id: int | None
    sent_at: datetime | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteBook:
    """Whose words count, since when, and what was seen. ``next_id`` is the first number not seen, as of ``seen_at``."""

    owner: int
    since: datetime
    next_id: int | None = None
    seen_at: datetime | None = None
    strangers: frozenset[int | None] = frozenset()
    ignored: int = 0

    def offset(self, now: datetime) -> int | None:
        """Return the number to ask from; None when the numbers may have been drawn anew since the last one."""
        if self.seen_at is None or now - self.seen_at > IDS_LAST:
            return None
        return self.next_id


WORDS: Final[Mapping[str, Word]] = {
    "/halt": Word.HALT,
    "halt": Word.HALT,
    "/status": Word.STATUS,
    "status": Word.STATUS,
}


def word_of(text: str) -> Word:
    """Return what a text asks for: ``/halt``, ``Halt`` or ``/halt@name_of_the_bot``; help for everything else."""
    return WORDS.get(text.strip().lower().partition("@")[0], Word.HELP)


def judged(book: RemoteBook, message: RemoteMessage, now: datetime) -> tuple[RemoteBook, Verdict]:
    """Return the book with the message in it, and what becomes of that."""
    known = book.offset(now)
    if known is not None and message.update_id < known:
        return book, Verdict.REPEATED
    seen = replace(book, next_id=message.update_id + 1, seen_at=now)
    if message.chat_id != book.owner:
        return _ignored(seen, message.chat_id)
    is_new = message.sent_at is not None and message.sent_at >= book.since.replace(microsecond=0)
    return seen, Verdict.CARRY_OUT if is_new else Verdict.TOO_OLD


def _ignored(book: RemoteBook, chat_id: int | None) -> tuple[RemoteBook, Verdict]:
    counted = replace(book, ignored=book.ignored + 1)
    if chat_id in book.strangers or len(book.strangers) >= STRANGERS_TOLD_MAX:
        return counted, Verdict.STRANGER_AGAIN
    return replace(counted, strangers=book.strangers | {chat_id}), Verdict.STRANGER
