"""What happens in one seed's session: when it begins, under which settings and habits, and what goes wrong when."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from actors.runtime.faults.model import ActorFault
from domain.control import Order
from domain.trading_day import new_york
from simgateway.config import GatewayConfig
from simgateway.faults.model import Chance, Fault, Nth

DAY: Final = date(2026, 3, 11)
SECONDS: Final = 3630
"""How long a session is: an hour of market time at least, before the open or after the close what is over that."""
CALM_SECONDS: Final = 600
"""The end of a session in which nothing goes wrong any more: after it both sides must be of one mind."""
LONGEST_SECONDS: Final = 300
"""No outage and no disturbance lasts longer."""
LATEST_SECONDS: Final = SECONDS - CALM_SECONDS - LONGEST_SECONDS - 60
"""Nothing goes wrong later than this, so that all is over before the calm."""


class Level(StrEnum):
    """How much goes wrong."""

    NONE = "none"
    LIGHT = "light"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """An actor dies as of a bug: its name, or `symbol:*` or `oco:*` for the first that lives then."""

    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The operator orders something."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Somebody sells in TWS of the first contract that is held then: this part of it, and at least one."""

    part: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One thing that goes wrong: `number` from 1 for the command line.

    It happens `after` so many seconds of the session, or with `bracket` above 0 so long after the plan of the session's
    first, second ... bracket: most of what can go wrong with an order does so in its first seconds.
    """

    number: int
    after: float
    what: Fault | Crash | ActorFault | Told | ByHand
    bracket: int = 0

    def __str__(self) -> str:
        since = f" since the plan of bracket {self.bracket}" if self.bracket else ""
        return f"{self.number}: after {self.after:g} s{since} {_words(self.what)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole session; `sets` are settings as on a command line. The same seed and level always give the same.

    Without `wire` the exchange is straight behind the broker's adapter; the seed's world and mishaps are the same.
    """

    seed: int
    level: Level
    starts_at: datetime
    symbols: tuple[str, ...]
    sets: tuple[str, ...]
    gateway: GatewayConfig
    mishaps: tuple[Mishap, ...]
    wire: bool = True

    @property
    def ends_at(self) -> datetime:
        """Return when the bot is stopped."""
        return self.starts_at + timedelta(seconds=SECONDS)

    def keeping(self, numbers: Collection[int]) -> "Script":
        """Return the session with only these of its mishaps."""
        return replace(self, mishaps=tuple(one for one in self.mishaps if one.number in numbers))

    @property
    def command(self) -> str:
        """Return what repeats it on a command line."""
        kept = ",".join(str(one.number) for one in self.mishaps) or "0"
        only = f" --only {kept}" if self.level is not Level.NONE else ""
        depth = "" if self.wire else " --no-wire"
        return f"./bot simulate --seeds {self.seed}..{self.seed} --faults {self.level}{only}{depth}"

    def told(self) -> tuple[str, ...]:
        """Return the session in lines for people."""
        head = f"seed {self.seed} from {new_york(self.starts_at):%H:%M:%S} New York, {', '.join(self.symbols)}"
        return head, *(str(one) for one in self.mishaps)


def _words(what: Fault | Crash | ActorFault | Told | ByHand) -> str:
    if isinstance(what, ByHand):
        return f"somebody sells {what.part:.0%} by hand"
    if isinstance(what, Told):
        return f"the operator orders {what.order}"
    if isinstance(what, ActorFault):
        lasts = "" if what.lasts is None else f" lasts={what.lasts:g}"
        return f"{what}{lasts}"
    if isinstance(what, Crash):
        return f"{what.actor} crashes"
    parts = [what.kind, what.message, *(f"{name}={value}" for name, value in what.settings.items())]
    if isinstance(what.when, Nth):
        parts.append(f"nth={what.when.n}")
    if isinstance(what.when, Chance):
        parts.append(f"chance={what.when.probability}")
    parts += [f"{name}={value:g}" for name, value in (("times", what.times), ("lasts", what.lasts)) if value]
    return " ".join(part for part in parts if part)
