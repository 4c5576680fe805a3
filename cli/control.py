"""``./bot halt``, ``resume`` and ``flatten``: an order to every running bot of a state folder, and what became of it.

Exit codes: 0 every bot has acknowledged it and has it on disk; 1 one refused, does not answer, or would forget it at a
restart; 2 none is running. A halt is never lost: where it was not acknowledged a HALT file is left, which a bot that
hears nothing else sees before its next entry, and one that is not running at its next start: 1 there, too.
"""

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.control_server import SUFFIX
from config.accounts import masked
from config.load import load
from domain.control import HALT_FILE, Order
from domain.errors import ConfigError

DONE, NOT_DONE, NOT_RUNNING = 0, 1, 2
ANSWER_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What one bot, named by mode and masked account, said; None: it runs, but is silent."""

    bot: str
    said: dict[str, Any] | None

    @property
    def done(self) -> bool:
        """Return whether the order is in force and would survive a restart."""
        return self.said is not None and not self.trouble and bool(self.said.get("journaled"))

    @property
    def trouble(self) -> str:
        """Return what the bot has against it; empty for nothing."""
        return "" if self.said is None else str(self.said.get("error") or self.said.get("refused") or "")


def run_control(order: Order, settings_file: Path | None, state_dir: Path | None, *, as_json: bool) -> int:
    """Give the order; print a line for each bot; return the exit code. Raises ConfigError for a folder that is none."""
    folder = state_folder(settings_file, state_dir)
    replies = ask_all(folder, {"order": order.value})
    code = NOT_RUNNING if not replies else DONE if all(reply.done for reply in replies) else NOT_DONE
    left = leave_file(order, folder, code)
    if order is Order.HALT and code == NOT_RUNNING and (folder / HALT_FILE).exists():
        code = NOT_DONE  # Nothing is wrong with the call: the next start obeys it.
    for line in [line_of(order, reply) for reply in replies] or [f"no bot is running in {folder}"]:
        _say(line + left, code)
    if as_json:
        print(json.dumps({"order": order.value, "exit_code": code, "bots": [{r.bot: r.said} for r in replies]}))
    return code


def state_folder(settings_file: Path | None, state_dir: Path | None) -> Path:
    """Return the folder in which a bot has its socket. Raises ConfigError for one that is none."""
    folder = state_dir or load(environment=os.environ, settings_file=settings_file, overrides=()).paths.state_dir
    if not folder.is_dir():
        raise ConfigError(f"{folder} is no folder, so no bot has run there; name its state folder with --state")
    return folder


def ask_all(folder: Path, line: dict[str, str], seconds: float = ANSWER_SECONDS) -> list[Reply]:
    """Return what each running bot of this folder said to a line."""
    return [reply for path in sorted(folder.glob(f"*{SUFFIX}")) if (reply := asked(path, line, seconds)) is not None]


def asked(path: Path, wanted: dict[str, str], seconds: float) -> Reply | None:
    """Return what the bot behind this socket said; None when nobody is behind it."""
    bot = masked(path.stem)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(seconds)
        try:
            line.connect(str(path))
            line.sendall(json.dumps(wanted).encode() + b"\n")
            return Reply(bot=bot, said=_read(line))
        except (ConnectionRefusedError, FileNotFoundError):
            return None
        except TimeoutError:
            return Reply(bot=bot, said=None)
        except OSError as error:
            return Reply(bot=bot, said={"error": error.strerror or str(error)})


def _read(line: socket.socket) -> dict[str, Any] | None:
    """Return the answer; None for a connection that ends without one."""
    heard = b""
    while not heard.endswith(b"\n"):
        piece = line.recv(4096)
        if not piece:
            return None
        heard += piece
    found = json.loads(heard)
    return found if isinstance(found, dict) else None


def leave_file(order: Order, folder: Path, code: int) -> str:
    """Leave a HALT file where a halt was not acknowledged, and take it away where nobody runs who could resume.

    Return what to tell of it.
    """
    file = folder / HALT_FILE
    try:
        if order is Order.HALT and code != DONE:
            file.touch()
            return f"; {file} is left, and opens nothing until ./bot resume"
        if order is Order.RESUME and code == NOT_RUNNING:
            gone = f"; {file} is removed" if file.exists() else ""
            file.unlink(missing_ok=True)
            return f"{gone}; a halt in the journal lasts until a running bot is told to resume"
    except OSError as error:
        return f"; and {file}: {error.strerror}"
    return ""


def line_of(order: Order, reply: Reply) -> str:
    """Return what a person reads of one bot."""
    if reply.said is None:
        return f"{reply.bot}: runs, but does not answer"
    if reply.trouble:
        return f"{reply.bot}: {order.value} refused: {reply.trouble}"
    state, brackets = reply.said["state"], reply.said["brackets"]
    repeated = "" if reply.said["changed"] else ", as before"
    does = "being closed" if state == "flattening" else "guarded on"
    kept = "" if reply.said["journaled"] else "; not on disk yet, so that a restart would forget it"
    return f"{reply.bot}: {state}{repeated}; {brackets} open {'bracket' if brackets == 1 else 'brackets'} {does}{kept}"


def _say(line: str, code: int) -> None:
    print(f"bot: {line}", file=sys.stdout if code == DONE else sys.stderr)
