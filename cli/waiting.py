"""Waiting for a gateway that is not there yet: a machine that boots faster than its gateway must not stay down."""

import sys
from collections.abc import Callable
from typing import Final

from cli.alert_test import NEWS
from config.operations import MonitoringSettings
from domain.errors import GatewayAwayError
from ops.alerts import deliver_by_apprise
from ops.masking import Masker

FIRST_PAUSE_SECONDS: Final = 2.0
PAUSE_SECONDS_MAX: Final = 30.0
TELL_SECONDS: Final = 120.0  # A gateway that restarts is back by then.


def account_when_there(
    ask: Callable[[], str], pause: Callable[[float], object], tell: Callable[[str], object], *, wait: bool
) -> str:
    """Return the account, asking again while the gateway is away, if asked to ``wait``; tell of it once when it lasts.

    Raises ConfigError for what no waiting mends, GatewayAwayError when not to wait.
    """
    waited, seconds = 0.0, FIRST_PAUSE_SECONDS
    told = False
    while True:
        try:
            return ask()
        except GatewayAwayError as error:
            if not wait:
                raise
            if not waited:
                print(f"bot: {error}; waiting for it", file=sys.stderr)
            if waited >= TELL_SECONDS and not told:
                told = True
                tell(f"no bot guards or trades: {error}; what rests at the broker guards on; waiting")
        pause(seconds)
        waited += seconds
        seconds = min(PAUSE_SECONDS_MAX, seconds * 2)


def told_by(monitoring: MonitoringSettings) -> Callable[[str], object]:
    """Return what tells the operator before there are actors to do it: one try at each address."""
    urls = [url.get_secret_value() for url in monitoring.alert_urls] if monitoring.alerts_enabled else []
    masked = Masker(urls)

    def tell(text: str) -> None:
        for url in urls:
            try:
                deliver_by_apprise(url, NEWS, masked(text))
            except Exception as error:  # noqa: BLE001 - a plug-in may raise anything; the wait goes on
                print(f"bot: an alert did not leave: {type(error).__name__}", file=sys.stderr)

    return tell
