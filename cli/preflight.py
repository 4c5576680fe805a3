"""Before anything is written: is there a gateway, and is its account one that may be traded."""

import asyncio
from dataclasses import replace

from broker.ib.adapter import IbBroker
from broker.ib.config import IbConfig
from broker.ib.session import CLIENT_ID_IN_USE
from config.accounts import is_live_account, is_paper_account, masked
from domain.errors import ConfigError, GatewayAwayError
from domain.ids import Generation
from domain.modes import Mode, admitted
from domain.ports import Clock
from domain.reports import AccountReport, Failure, RequestFailed


def account_of(config: IbConfig, clock: Clock, mode: Mode) -> str:
    """Return the account that the gateway is logged in to. Raises ConfigError as ``account_for``."""
    return asyncio.run(account_for(config, clock, mode))


async def account_for(config: IbConfig, clock: Clock, mode: Mode) -> str:
    """Return the account that the gateway is logged in to.

    Raises GatewayAwayError with the cause when it cannot be reached, ConfigError when orders would go to an account
    that does not say of itself that it is of the kind that the mode means.
    """
    account = await _asked(config, clock)
    try:
        admitted(mode, is_paper=is_paper_account(account), is_live=is_live_account(account))
    except ConfigError as error:
        shown = f"{account[:2]}…" if account else "unnamed"
        where = f"the gateway at {config.host}:{config.port} is logged in to {shown}"
        raise ConfigError(f"{where}, which {error}") from error
    return account


async def _asked(config: IbConfig, clock: Clock) -> str:
    port = IbBroker(replace(config, read_only=True), clock, Generation(0), lambda _: None)
    failed = await port.connect()
    if failed is not None:
        kind = ConfigError if failed.failure is Failure.REFUSED else GatewayAwayError
        raise kind(f"{_setting_of(failed)}: {failed.text}; {failed.advice}")
    try:
        report = await port.account()
    finally:
        port.disconnect()
        await asyncio.sleep(0)
    if not isinstance(report, AccountReport):
        raise GatewayAwayError(
            f"the gateway at {config.host}:{config.port} does not tell its account's values: {masked(report.text)}; "
            "look at its account window, and whether it has lost its servers"
        )
    return report.account


def _setting_of(failed: RequestFailed) -> str:
    """Return the setting that a failure to connect is about."""
    if failed.failure is Failure.REFUSED:
        return "broker.account"
    return "broker.client_id" if failed.code == CLIENT_ID_IN_USE else "broker.host/broker.port"
