"""``./bot alert-test``: every alert address, the heartbeat, the token of ``telegram_control``, and what became of each.

Exit codes: 0 all were taken, 1 not all, 2 there is no address.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass
from functools import partial
from io import StringIO
from pathlib import Path

from actors.runtime.clock import WallClock
from config.load import load
from config.operations import MonitoringSettings
from domain.errors import ConfigError
from domain.ports import Clock
from ops.alerts import deliver_by_apprise
from ops.heartbeat import get
from ops.masking import Masker
from ops.telegram import RemoteError, TelegramApi

ALL_TAKEN, NOT_ALL = 0, 1
TITLE = "Stopward: test"
NEWS = "Stopward"
BODY = "This is the test of ./bot alert-test: alerts reach you."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one address. It is a secret: only its kind and its place in the list are said."""

    address: str
    taken: bool
    trouble: str
    seconds: float


def run_alert_test(
    settings_file: Path | None,
    sets: tuple[str, ...],
    text: str | None = None,
    *,
    as_json: bool,
    clock: Clock | None = None,
) -> int:
    """Try every address once; return the exit code. Raises ConfigError when there is none."""
    monitoring = load(environment=os.environ, settings_file=settings_file, overrides=sets).monitoring
    if not monitoring.alert_urls and monitoring.heartbeat_url is None and monitoring.telegram is None:
        raise ConfigError(
            "monitoring.alert_urls is empty: write STOPWARD__MONITORING__ALERT_URLS=… into .env, in apprise's spelling"
        )
    tried = tuple(_tried(monitoring, text, clock or WallClock()))
    if as_json:
        print(json.dumps({"alerts_enabled": monitoring.alerts_enabled, "tried": [asdict(each) for each in tried]}))
    else:
        _tell(tried, enabled=monitoring.alerts_enabled)
    return ALL_TAKEN if all(each.taken for each in tried) else NOT_ALL


def _tried(monitoring: MonitoringSettings, text: str | None, clock: Clock) -> Iterator[Tried]:
    for number, secret in enumerate(monitoring.alert_urls, start=1):
        url = secret.get_secret_value()
        yield _one(f"alert {number} ({url.partition(':')[0]})", partial(_delivered, url, text), clock)
    if monitoring.heartbeat_url is not None:
        beat = monitoring.heartbeat_url.get_secret_value()
        yield _one("heartbeat", partial(get, beat), clock)
    if monitoring.telegram is not None:
        api = TelegramApi(monitoring.telegram_api, monitoring.telegram[0], clock)
        masked = Masker(monitoring.secrets)
        yield _one("telegram_control", lambda: masked(_asked(api)), clock)


def _one(address: str, attempt: Callable[[], str], clock: Clock) -> Tried:
    start = clock.monotonic()
    trouble = attempt()
    return Tried(address=address, taken=not trouble, trouble=trouble, seconds=round(clock.monotonic() - start, 3))


def _asked(api: TelegramApi) -> str:
    """Return what keeps halt and status from coming in. It asks for the bot's name: no word is taken from who runs."""
    try:
        api.name()
    except RemoteError as error:
        return error.reason
    return ""


def _delivered(url: str, text: str | None) -> str:
    """Return what went wrong. Nothing of what a channel's plug-in prints is shown: the address may be in it."""
    try:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            taken = deliver_by_apprise(url, TITLE if text is None else NEWS, text or BODY)
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the others are still to be tried
        return type(error).__name__
    return "" if taken else "refused, not reached, or no address that apprise knows"


def _tell(tried: tuple[Tried, ...], *, enabled: bool) -> None:
    for each in tried:
        print(f"{each.address}: {'taken' if each.taken else each.trouble} ({each.seconds:.1f} s)")
    if not enabled:
        print("alerts are off: set monitoring.alerts_enabled to true to get them while trading", file=sys.stderr)
