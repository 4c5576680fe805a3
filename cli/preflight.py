"""Before anything is written: is there a gateway, and is its account one that may be traded."""

import asyncio
from dataclasses import replace

from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from broker.ib.session import CLIENT_ID_IN_USE
from config.accounts import is_paper_account, masked
from domain.errors import ConfigError
from domain.ids import Generation
from domain.ports import Clock
from domain.reports import AccountReport, Failure, RequestFailed


def account_of(config: IbConfig, clock: Clock, *, dry_run: bool) -> str:
    """Return the account that the gateway is logged in to.

    Raises ConfigError with the cause when it cannot be reached, or when orders would go to an account that does not
    say of itself that it is a paper account.
    """
    account = asyncio.run(_asked(config, clock))
    if not dry_run and not is_paper_account(account):
        shown = f"{account[:2]}…" if account else "unnamed"
        raise ConfigError(
            f"the gateway at {config.host}:{config.port} is logged in to {shown}, which is not a paper account (DU…); "
            "log in to the paper account, or set dry_run: true"
        )
    return account


async def _asked(config: IbConfig, clock: Clock) -> str:
    port = IbBroker(replace(config, read_only=True), clock, Generation(0), lambda _: None)
    failed = await port.connect()
    if failed is not None:
        raise ConfigError(f"{_setting_of(failed)}: {failed.text}; {failed.advice}")
    try:
        report = await port.account()
    finally:
        port.disconnect()
        await asyncio.sleep(0)
    if not isinstance(report, AccountReport):
        raise ConfigError(
            f"the gateway at {config.host}:{config.port} does not tell its account's values: {masked(report.text)}; "
            "look at its account window, and whether it has lost its servers"
        )
    return report.account


def _setting_of(failed: RequestFailed) -> str:
    """Return the setting that a failure to connect is about."""
    if failed.failure is Failure.REFUSED:
        return "broker.account"
    return "broker.client_id" if failed.code == CLIENT_ID_IN_USE else "broker.host/broker.port"
