"""Halt and status from afar: a thread that waits for words in one chat and has them carried out.

Nobody waits for it, and nothing depends on it: a network that fails, stalls or lies costs the owner an answer.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from domain.ports import Clock, EventLog
from domain.remote import RemoteBook, RemoteMessage, Verdict, Word, judged, word_of
from ops.remote_offset import KeptOffset
from ops.telegram import RemoteError

PAUSE_SECONDS: Final = 1.0  # Between two questions, also of a server that answers at once with nothing.
FAILED_SECONDS_MAX: Final = 60.0
ASKED_SECONDS_MAX: Final = 900.0  # However long Telegram asks to be left alone.
REPLY_TRIES: Final = 3
REASONS_TOLD_MAX: Final = 5  # Of one row of failures.
TEXT_CHARACTERS_MAX: Final = 3500  # Telegram takes 4096.
HELP: Final = "I take halt and status here. Everything else, resume and flatten too, is done on the bot's own machine."


class RemoteApi(Protocol):
    """Where words come from and answers go to; both block for a bounded time and raise RemoteError."""

    def updates(self, offset: int | None) -> tuple[RemoteMessage, ...]:
        """Return what is new, waiting for it a while."""
        ...

    def send(self, chat_id: int, text: str) -> None:
        """Write to a chat."""
        ...


class NullRemote:
    """Listens to nobody: it is not switched on."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class RemoteControl:
    """Listens in a thread of its own. ``acts`` carry out a word and return what to answer; they never raise.

    ``masked`` takes secrets and account numbers out of an answer: it passes through somebody else's hands.
    """

    def __init__(
        self,
        api: RemoteApi,
        owner: int,
        log: EventLog,
        clock: Clock,
        *,
        kept: KeptOffset,
        acts: Mapping[Word, Callable[[], str]],
        masked: Callable[[str], str],
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        self._api = api
        self._log = log
        self._clock = clock
        self._kept = kept
        self._acts = acts
        self._masked = masked
        self._over = threading.Event()
        self._pause = pause or self._over.wait
        next_id, seen_at = kept.read()
        self._book = RemoteBook(owner=owner, since=clock.now(), next_id=next_id, seen_at=seen_at)
        self._failures = 0
        self._told: set[str] = set()
        # A daemon: the end of the process waits for no answer from afar.
        self._thread = threading.Thread(target=self._listen, name="remote", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Carry out nothing more. Does not wait for a question that is under way."""
        self._over.set()

    def turn(self) -> float:
        """Wait for words once and carry them out; return the pause to make before the next time, seconds."""
        try:
            found = self._api.updates(self._book.offset(self._clock.now()))
        except RemoteError as error:
            return self._failed(error)
        except Exception as error:  # noqa: BLE001 - whatever an answer can do to a parser, the next one may be good
            return self._failed(RemoteError(type(error).__name__))
        if self._failures:
            self._log.emit("remote_recovered", failures=self._failures)
        self._failures = 0
        self._told.clear()
        self._heard(found)
        return PAUSE_SECONDS

    def _listen(self) -> None:
        while not self._over.is_set():
            self._pause(self.turn())

    def _failed(self, error: RemoteError) -> float:
        """Tell a reason once in a row of failures; return the pause."""
        self._failures += 1
        if error.reason not in self._told and len(self._told) < REASONS_TOLD_MAX:
            self._told.add(error.reason)
            self._log.emit("remote_failed", reason=self._masked(error.reason))
        grown = min(FAILED_SECONDS_MAX, 2.0 ** min(self._failures - 1, 16))
        return max(grown, min(ASKED_SECONDS_MAX, error.retry_after_seconds or 0.0))

    def _heard(self, messages: Sequence[RemoteMessage]) -> None:
        words: set[Word] = set()
        late = 0
        for message in messages:
            self._book, verdict = judged(self._book, message, self._clock.now())
            if verdict is Verdict.STRANGER:
                self._log.emit("remote_ignored", chat=_masked_chat(message.chat_id))
            late += verdict is Verdict.TOO_OLD
            words |= {word_of(message.text)} if verdict is Verdict.CARRY_OUT else set()
        if words or late:
            self._keep()
        answers = [self._carried_out(word) for word in Word if word in words]  # All before any answer: a halt is first.
        if late:
            self._log.emit("remote_skipped", messages=late)
            answers.append(f"Not carried out: {late} from before my start. Say it again if it is still meant.")
        for answer in answers:
            self._reply(answer)

    def _keep(self) -> None:
        """Have it on the disk before anything is carried out: a restart in between repeats nothing."""
        assert self._book.next_id is not None, "a message of the owner was just seen"
        assert self._book.seen_at is not None, "likewise"
        try:
            self._kept.keep(self._book.next_id, self._book.seen_at)
        except OSError as error:
            self._log.emit("remote_failed", reason=f"its place is not kept: {error.strerror or error}")

    def _carried_out(self, word: Word) -> str:
        """Return what to answer, with the time: it may arrive much later."""
        act = self._acts.get(word)
        try:
            answer = HELP if act is None else "" if self._over.is_set() else act()
        except Exception as error:  # noqa: BLE001 - the thread lives on: the next word may be a halt
            answer = f"{word.value} failed: {type(error).__name__}"
        if word is Word.STATUS and self._book.ignored:
            answer += f"\n{self._book.ignored} messages of other chats ignored"
        answer = self._masked(answer or f"{word.value} not carried out: I am stopping")
        self._log.emit("remote_order", word=word.value, text=answer)
        return f"{answer}\n{self._clock.now():%H:%M:%S} UTC"

    def _reply(self, text: str) -> None:
        """Answer the owner; a few tries, then it is told in the log alone. What was ordered is done by now."""
        sent = self._masked(text)[:TEXT_CHARACTERS_MAX]
        for attempt in range(REPLY_TRIES):
            try:
                self._api.send(self._book.owner, sent)
            except RemoteError as error:
                reason, after = error.reason, error.retry_after_seconds
                if attempt + 1 < REPLY_TRIES and self._pause(min(FAILED_SECONDS_MAX, after or 2.0**attempt)):
                    return
            else:
                return
        self._log.emit("remote_unanswered", reason=self._masked(reason))


def _masked_chat(chat_id: int | None) -> str:
    """Return the last digits alone: enough to tell two apart, too little to find anybody."""
    return "none" if chat_id is None else f"***{abs(chat_id) % 1000:03}"
