"""What few programs ask of the official client."""

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.conformance.drivers.vocabulary import CONTRACT_FIELDS, Event


def _contract(given: Event) -> Any:
    made = importlib.import_module("ibapi.contract").Contract()
    for ours, value in given.items():
        setattr(made, CONTRACT_FIELDS[ours], value)
    return made


def _each_tick(line: Any, command: Event) -> None:
    more = (command["kind"], command["past"], command["ignore_size"])
    line.app.reqTickByTickData(command["asked"], _contract(command["contract"]), *more)


def _schedule(line: Any, command: Event) -> None:
    parts: tuple[Any, ...] = ("", f"{command['days']} D", "1 day", "SCHEDULE", 1, 1, False, [])
    line.app.reqHistoricalData(command["asked"], _contract(command["contract"]), *parts)


def _scanner(line: Any, command: Event) -> None:
    wanted = importlib.import_module("ibapi.scanner").ScannerSubscription()
    wanted.instrument, wanted.locationCode, wanted.scanCode = "STK", "STK.US", "TOP_PERC_GAIN"
    line.app.reqScannerSubscription(command["asked"], wanted, [], [])


def _volatility(line: Any, command: Event) -> None:
    prices = (command["price"], command["spot"])
    line.app.calculateImpliedVolatility(command["asked"], _contract(command["contract"]), *prices, [])


def _price(line: Any, command: Event) -> None:
    numbers = (command["volatility"], command["spot"])
    line.app.calculateOptionPrice(command["asked"], _contract(command["contract"]), *numbers, [])


def _burst(line: Any, command: Event) -> None:
    for _ in range(command["count"]):
        line.app.reqCurrentTime()


DO: Final[Mapping[str, Callable[[Any, Event], Any]]] = {
    "each_tick": _each_tick,
    "stop_each_tick": lambda line, c: line.app.cancelTickByTickData(c["asked"]),
    "depth": lambda line, c: line.app.reqMktDepth(c["asked"], _contract(c["contract"]), 5, c["smart"], []),
    "schedule": _schedule,
    "components": lambda line, c: line.app.reqSmartComponents(c["asked"], c["exchange"]),
    "depth_exchanges": lambda line, _: line.app.reqMktDepthExchanges(),
    "histogram": lambda line, c: line.app.reqHistogramData(c["asked"], _contract(c["contract"]), True, "3 days"),  # noqa: FBT003 - its words
    "news_providers": lambda line, _: line.app.reqNewsProviders(),
    "past_news": lambda line, c: line.app.reqHistoricalNews(c["asked"], c["con_id"], "BRFG", "", "", 10, []),
    "article": lambda line, c: line.app.reqNewsArticle(c["asked"], "BRFG", "BRFG$1", []),
    "scanner": _scanner,
    "scanner_parameters": lambda line, _: line.app.reqScannerParameters(),
    "fundamentals": lambda line, c: line.app.reqFundamentalData(
        c["asked"], _contract(c["contract"]), "ReportSnapshot", []
    ),
    "volatility": _volatility,
    "option_price": _price,
    "advisor": lambda line, _: line.app.requestFA(1),
    "bulletins": lambda line, c: line.app.reqNewsBulletins(c["all"]),
    "stop_bulletins": lambda line, _: line.app.cancelNewsBulletins(),
    "event_calendar": lambda line, c: line.app.reqWshMetaData(c["asked"]),
    "families": lambda line, _: line.app.reqFamilyCodes(),
    "tiers": lambda line, c: line.app.reqSoftDollarTiers(c["asked"]),
    "positions_multi": lambda line, c: line.app.reqPositionsMulti(c["asked"], c["account"], ""),
    "user": lambda line, c: line.app.reqUserInfo(c["asked"]),
    "burst": _burst,
}
