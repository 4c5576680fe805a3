"""What few programs ask of ib_insync and ib_async: by the library's own methods, or its client where it has none."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from tests.conformance.drivers.vocabulary import Event


def _each_tick(line: Any, command: Event) -> None:
    contract = line.kept[command["asked"]] = line.contract(command["contract"])
    line.ib.reqTickByTickData(contract, command["kind"], command["past"], command["ignore_size"])


def _depth(line: Any, command: Event) -> None:
    contract = line.kept[command["asked"]] = line.contract(command["contract"])
    line.ib.reqMktDepth(contract, 5, command["smart"])


def _schedule(line: Any, command: Event) -> Awaitable[Any]:
    answer: Awaitable[Any] = line.ib.reqHistoricalScheduleAsync(line.contract(command["contract"]), command["days"])
    return answer


def _scanner(line: Any, _: Event) -> Awaitable[Any]:
    wanted = line.library.ScannerSubscription(instrument="STK", locationCode="STK.US", scanCode="TOP_PERC_GAIN")
    answer: Awaitable[Any] = line.ib.reqScannerDataAsync(wanted)
    return answer


def _volatility(line: Any, command: Event) -> Awaitable[Any]:
    prices = (command["price"], command["spot"])
    answer: Awaitable[Any] = line.ib.calculateImpliedVolatilityAsync(line.contract(command["contract"]), *prices)
    return answer


def _price(line: Any, command: Event) -> Awaitable[Any]:
    numbers = (command["volatility"], command["spot"])
    answer: Awaitable[Any] = line.ib.calculateOptionPriceAsync(line.contract(command["contract"]), *numbers)
    return answer


def _news(line: Any, command: Event) -> Awaitable[Any]:
    answer: Awaitable[Any] = line.ib.reqHistoricalNewsAsync(command["con_id"], "BRFG", "", "", 10)
    return answer


def _burst(line: Any, command: Event) -> None:
    """Ask for the time so many times; with `hurry` without the library's own brake."""
    if command["hurry"]:
        line.ib.client.MaxRequests = 0
    for _ in range(command["count"]):
        line.ib.client.reqCurrentTime()


ASK: Final[Mapping[str, Callable[[Any, Event], Awaitable[Any]]]] = {
    "schedule": _schedule,
    "components": lambda line, c: line.ib.reqSmartComponentsAsync(c["exchange"]),
    "depth_exchanges": lambda line, _: line.ib.reqMktDepthExchangesAsync(),
    "histogram": lambda line, c: line.ib.reqHistogramDataAsync(line.contract(c["contract"]), True, "3 days"),  # noqa: FBT003 - its words
    "news_providers": lambda line, _: line.ib.reqNewsProvidersAsync(),
    "past_news": _news,
    "article": lambda line, _: line.ib.reqNewsArticleAsync("BRFG", "BRFG$1"),
    "scanner": _scanner,
    "scanner_parameters": lambda line, _: line.ib.reqScannerParametersAsync(),
    "fundamentals": lambda line, c: line.ib.reqFundamentalDataAsync(line.contract(c["contract"]), "ReportSnapshot"),
    "volatility": _volatility,
    "option_price": _price,
    "user": lambda line, _: line.ib.reqUserInfoAsync(),
}
"""Requests that end: by the library's future."""

DO: Final[Mapping[str, Callable[[Any, Event], Any]]] = {
    "each_tick": _each_tick,
    "stop_each_tick": lambda line, c: line.ib.cancelTickByTickData(line.kept[c["asked"]], c["kind"]) and None,
    "depth": _depth,
    "advisor": lambda line, _: line.ib.client.requestFA(1),
    "bulletins": lambda line, c: line.ib.reqNewsBulletins(c["all"]),
    "stop_bulletins": lambda line, _: line.ib.cancelNewsBulletins(),
    "event_calendar": lambda line, _: line.ib.reqWshMetaData(),
    "families": lambda line, _: line.ib.client.reqFamilyCodes(),
    "tiers": lambda line, _: line.ib.client.reqSoftDollarTiers(line.ib.client.getReqId()),
    "positions_multi": lambda line, c: line.ib.client.reqPositionsMulti(line.ib.client.getReqId(), c["account"], ""),
    "burst": _burst,
}
