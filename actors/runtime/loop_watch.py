"""Whether loops still turn, found from a thread that is none of theirs. In virtual time there is no such thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from actors.runtime.hosts import Host


@dataclass(slots=True, eq=False)
class _Question:
    asked_at: float
    answered: bool = False

    def answer(self) -> None:
        """Say yes, on the loop that was asked."""
        self.answered = True


class LoopWatch:
    """Asks every loop a question whose answer takes no time; one that owes it past the deadline is hung.

    For one thread, which calls `look` several times within a deadline; `monotonic` gives its seconds.
    """

    def __init__(self, hosts: Mapping[str, Host], deadline_seconds: float, monotonic: Callable[[], float]) -> None:
        self._hosts = dict(hosts)
        self._deadline_seconds = deadline_seconds
        self._monotonic = monotonic
        self._questions: dict[str, _Question] = {}
        self._looked_at: float | None = None

    def look(self) -> Mapping[str, float]:
        """Return for how many seconds each loop has owed an answer, 0.0 for those that gave it; ask these anew."""
        now = self._monotonic()
        if self._looked_at is not None and now - self._looked_at > self._deadline_seconds / 2:
            self._questions.clear()  # we were stopped ourselves, so silence proves nothing
        self._looked_at = now
        return {name: self._owed(name, host, now) for name, host in self._hosts.items()}

    def hung(self, owed: Mapping[str, float]) -> tuple[str, ...]:
        """Return which of those are past the deadline."""
        return tuple(name for name, seconds in owed.items() if seconds > self._deadline_seconds)

    def _owed(self, name: str, host: Host, now: float) -> float:
        question = self._questions.get(name)
        if question is not None and not question.answered:
            return now - question.asked_at
        question = self._questions[name] = _Question(now)
        if not host.post(question.answer):
            question.answered = True  # it was closed, in order
        return 0.0
