"""What a supervisor knows of its children: how each is to be built and restarted, and how it fares."""

import asyncio
import enum
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from actors.runtime.context import HANDLER_DEADLINE_SECONDS, MAILBOX_CAPACITY_MESSAGES, Context
from actors.runtime.hosts import Host
from actors.runtime.lifecycle import Phase
from actors.runtime.loop_actor import LoopActor


class Restart(enum.Enum):
    """Which ends of a child are followed by a new life."""

    PERMANENT = "always"
    TRANSIENT = "after a failure only"
    TEMPORARY = "never"

    def follows(self, error: BaseException | None) -> bool:
        """Tell whether a child that ended so is started again; an orderly stop has no error."""
        return self is Restart.PERMANENT or (self is Restart.TRANSIENT and error is not None)


class Strategy(enum.Enum):
    """Who is restarted when one child dies: it alone, it and those started after it, or all."""

    ONE_FOR_ONE = "one_for_one"
    REST_FOR_ONE = "rest_for_one"
    ONE_FOR_ALL = "one_for_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait before a restart: not at all before the first, then `first_seconds`, growing by `factor`."""

    first_seconds: float = 0.5
    factor: float = 2.0
    most_seconds: float = 30.0

    def seconds(self, deaths: int) -> float:
        """Return the wait after so many deaths within the supervisor's period."""
        if deaths <= 1:
            return 0.0
        return min(self.most_seconds, self.first_seconds * self.factor ** (deaths - 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """One child. `factory` builds it in the supervisor's thread; `on_start` then runs on `host`.

    `shutdown_seconds` None waits for ever (a supervisor knows its own bound); `ping_every_seconds` None never pings.
    """

    name: str
    factory: Callable[[Context], LoopActor]
    host: Host
    restart: Restart = Restart.PERMANENT
    start_timeout_seconds: float = 10.0
    shutdown_seconds: float | None = 5.0
    ping_every_seconds: float | None = 10.0
    ping_deadline_seconds: float = 5.0
    backoff: Backoff = Backoff()
    handler_deadline_seconds: float = HANDLER_DEADLINE_SECONDS
    mailbox_capacity: int = MAILBOX_CAPACITY_MESSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFailure:
    """Which life ended by itself, at which kind of message (or at what instead), and of what."""

    epoch: int
    message: str
    cause: str


class Standing(enum.StrEnum):
    """How a child is to be read on a status screen."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    RESTARTING = "restarting"  # It died, and its next life is waited for or under way.
    ENDED = "ended"  # It is not to come back.
    GAVE_UP = "gave up"  # Likewise: a supervisor that used up its restarts.


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildState:
    """How a child fares, for status screens. `epoch` is the number of its life, `children` those of a supervisor."""

    name: str
    standing: Standing
    epoch: int
    restarts: int
    mailbox_depth: int
    oldest_mail_seconds: float
    last_failure: LastFailure | None
    children: tuple["ChildState", ...] = ()

    @property
    def alive(self) -> bool:
        """Whether it is up."""
        return self.standing in {Standing.RUNNING, Standing.STOPPING}


_STANDING_OF = {
    Phase.STARTING: Standing.STARTING,
    Phase.RUNNING: Standing.RUNNING,
    Phase.STOPPING: Standing.STOPPING,
    Phase.ENDED: Standing.RESTARTING,  # Its supervisor does not know yet.
}


@dataclass(slots=True, eq=False)
class Child:
    """A child as its supervisor keeps it. Used on the supervisor's loop only."""

    spec: ChildSpec
    is_dynamic: bool = False
    actor: LoopActor | None = None
    epoch: int = 0
    restarts: int = 0
    has_lived: bool = False
    died_at: float | None = None  # on the supervisor's monotonic clock; None while nothing is to be made good
    deaths: deque[float] = field(default_factory=deque)
    failed_at: str = ""  # the kind of what the latest life was at when it failed
    last_failure: LastFailure | None = None
    farewell: Standing | None = None  # how it stands once it is not to come back
    is_stopping: bool = False
    start: asyncio.Future[BaseException | None] | None = None  # done with None when up, with what went wrong otherwise
    end: asyncio.Future[None] | None = None

    @property
    def name(self) -> str:
        """The child's name."""
        return self.spec.name

    def note_failure(self, error: BaseException | None) -> str:
        """Remember why it ended, and return it."""
        cause = f"{type(error).__name__}: {error}" if error else "it stopped"
        self.last_failure = LastFailure(epoch=self.epoch, message=self.failed_at, cause=cause)
        return cause

    def note_death(self, now: float, period_seconds: float) -> None:
        """Remember a death, and forget those longer ago than the period."""
        self.died_at = now if self.died_at is None else self.died_at
        self.deaths.append(now)
        while self.deaths[0] <= now - period_seconds:
            self.deaths.popleft()

    @property
    def standing(self) -> Standing:
        """How it is to be read."""
        if self.farewell is not None:
            return self.farewell
        if self.died_at is not None or (self.has_lived and self.actor is None):
            return Standing.RESTARTING
        return Standing.STARTING if self.actor is None else _STANDING_OF[self.actor.phase]

    def state(self, grandchildren: tuple[ChildState, ...], *, is_over: bool = False) -> ChildState:
        """Return how it fares; `is_over` when nobody is restarted any more."""
        standing = self.standing
        mailbox = self.actor.mailbox if self.actor is not None else None
        return ChildState(
            name=self.name,
            standing=Standing.ENDED if is_over and standing is Standing.RESTARTING else standing,
            epoch=self.epoch,
            restarts=self.restarts,
            mailbox_depth=mailbox.depth if mailbox else 0,
            oldest_mail_seconds=mailbox.oldest_age(self.spec.host.loop.time()) if mailbox else 0.0,
            last_failure=self.last_failure,
            children=grandchildren,
        )


def state_of_root(actor: LoopActor, children: tuple[ChildState, ...]) -> ChildState:
    """Return how one fares that nobody supervises: it has one life, and its failure is the end of everything."""
    return ChildState(
        name=actor.name,
        standing=Standing.ENDED if actor.phase is Phase.ENDED else _STANDING_OF[actor.phase],
        epoch=actor.epoch,
        restarts=0,
        mailbox_depth=actor.mailbox.depth,
        oldest_mail_seconds=actor.mailbox.oldest_age(actor.context.host.loop.time()),
        last_failure=None,
        children=children,
    )
