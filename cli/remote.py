"""``halt`` and ``status`` from afar: the first goes the way of ``./bot halt``, the other has the words of ``status``.

Called on the thread that listens, never on a loop.
"""

from pathlib import Path
from typing import Any, Final

from cli.control import DONE, NOT_DONE, Reply, leave_file, line_of
from cli.control_server import ControlServer
from cli.status_file import SUFFIX
from cli.status_words import age_of, read, rows, words
from config.accounts import masked
from config.settings import Settings
from domain.control import Order
from domain.errors import ConfigError
from domain.ports import Clock, EventLog
from domain.remote import Word
from ops.masking import Masker
from ops.remote_control import NullRemote, RemoteControl
from ops.remote_offset import SUFFIX as OFFSET_SUFFIX
from ops.remote_offset import KeptOffset
from ops.telegram import TelegramApi

BY: Final = "Telegram"


class Remote:
    """Carries out words from afar on the process whose state is ``store_path``."""

    def __init__(self, orders: ControlServer, store_path: Path, clock: Clock) -> None:
        self._orders = orders
        self._store_path = store_path
        self._clock = clock
        self._bot = masked(store_path.stem)

    def halt(self) -> str:
        """Halt; return what became of it. Where nobody acknowledged it a HALT file is left, as ``./bot halt`` does."""
        reply = Reply(bot=self._bot, said=self._orders.give(Order.HALT, BY))
        left = leave_file(Order.HALT, self._store_path.parent, DONE if reply.done else NOT_DONE)
        return line_of(Order.HALT, reply) + left

    def status(self) -> str:
        """Return the words of ``./bot status`` in a few lines, the actors that do not run at the end."""
        try:
            status = read(self._store_path.with_suffix(SUFFIX))
        except (ConfigError, OSError) as error:
            return f"{self._bot}: no status: {error}"
        age, stale = age_of(status, self._clock.now())
        return "\n".join([self._bot, *(said.text for said in words(status, age, stale=stale)), *_brackets(status)])


def _brackets(status: dict[str, Any]) -> list[str]:
    """Return how many of our brackets are open, and who is not there to guard or to trade."""
    control = status.get("control")
    brackets = f"{control['brackets']} open brackets" if control else "nobody takes orders"
    missing = [f"{row['actor']} is {row['state']}" for _, row in rows(status["tree"]) if row["state"] != "running"]
    return [brackets, *missing]


def remote_of(
    settings: Settings, log: EventLog, clock: Clock, orders: ControlServer, store_path: Path
) -> RemoteControl | NullRemote:
    """Return what listens to the owner's chat, or nothing that does where that is not switched on."""
    monitoring = settings.monitoring
    if monitoring.telegram is None:
        return NullRemote()
    token, owner = monitoring.telegram
    acts = Remote(orders, store_path, clock)
    return RemoteControl(
        TelegramApi(monitoring.telegram_api, token, clock),
        owner,
        log,
        clock,
        kept=KeptOffset(store_path.with_suffix(OFFSET_SUFFIX), token),
        acts={Word.HALT: acts.halt, Word.STATUS: acts.status},
        masked=Masker((settings.broker.account, *monitoring.secrets)),
    )
