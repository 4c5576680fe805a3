"""``./bot adopt`` and ``ignore``: what the operator says of what is not the bot's; ``gone``: of what it lacks.

Exit codes: 0 it is as wanted, and on disk; 1 refused, or no answer; 2 a wrong call: nothing has that name, or no bot is
running. Each bot of the state folder is told; one that knows nothing of that name keeps nobody from being done.
"""

import json
import sys
from pathlib import Path
from typing import Final

from cli.control import DONE, NOT_DONE, NOT_RUNNING, Reply, ask_all, state_folder
from domain.errors import ConfigError

ANSWER_SECONDS: Final = 40.0
WHAT_CHARACTERS_MAX: Final = 60
WRONG_CALL: Final = 2


def run_settle(
    order: str, words: tuple[str, ...], settings_file: Path | None, state_dir: Path | None, *, as_json: bool
) -> int:
    """Say it to the bots; print a line for each; return the exit code. Raises ConfigError for a wrong call."""
    what = " ".join(" ".join(words).split())
    if not what or len(what) > WHAT_CHARACTERS_MAX:
        raise ConfigError(f"name a symbol or the number of a contract, such as ./bot {order} SPY")
    folder = state_folder(settings_file, state_dir)
    replies = ask_all(folder, {"order": order, "what": what}, ANSWER_SECONDS)
    code = _code(replies)
    for line in [_line(order, what, reply) for reply in replies] or [f"no bot is running in {folder}"]:
        print(f"bot: {line}", file=sys.stdout if code == DONE else sys.stderr)
    if as_json:
        bots = [{reply.bot: reply.said} for reply in replies]
        print(json.dumps({"order": order, "what": what, "exit_code": code, "bots": bots}))
    return code


def _code(replies: list[Reply]) -> int:
    concerned = [reply for reply in replies if reply.said is None or not reply.said.get("unknown")]
    if not replies:
        return NOT_RUNNING
    if not concerned:
        return WRONG_CALL
    return DONE if all(reply.said is not None and not reply.trouble for reply in concerned) else NOT_DONE


def _line(order: str, what: str, reply: Reply) -> str:
    """Return what a person reads of one bot; a name that it does not know is no refusal, but a wrong call."""
    if reply.said is None:
        return f"{reply.bot}: runs, but does not answer; repeat it, which does no harm"
    if reply.said.get("unknown"):
        return f"{reply.bot}: {reply.trouble}"
    if reply.trouble:
        return f"{reply.bot}: {order} refused: {reply.trouble}"
    left = len(reply.said.get("unsettled", ()))
    rest = f"; {left} more to be settled, see ./bot status" if left else ""
    return f"{reply.bot}: {reply.said['done'] or f'{what} was settled before'}{rest}"
