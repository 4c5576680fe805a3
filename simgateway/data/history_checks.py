"""What speaks against a history request by itself, in the order in which the gateway looks."""

from datetime import datetime
from typing import Final

from simgateway.data.bars import KINDS, VOLATILITIES
from simgateway.data.moments import BadMomentError, moment_of
from simgateway.data.refusals import BAD_KIND, SERVICE, VALIDATING, RefusedError
from simgateway.data.requests import BarsRequest
from simgateway.data.spans import (
    BAD_BAR_SIZE,
    BAR_SECONDS,
    DAY_SECONDS,
    BadSpanError,
    BadStepError,
    check_step,
    read_duration,
)
from simgateway.market.base import Instrument

_LIVE_KINDS: Final = frozenset({"TRADES", "MIDPOINT", "BID", "ASK"})
_LIVE_FROM_SECONDS: Final = 5


def check(request: BarsRequest, instrument: Instrument, now: datetime) -> None:
    """Raise RefusedError for a request that IB refuses: 10314 for the date, 321 for what is not legal, 162 the rest."""
    try:
        moment_of(request.end, now)
        duration = read_duration(request.duration)
        _check_fields(request)
        if request.what != "SCHEDULE":
            check_step(duration, BAR_SECONDS[request.bar_size])
    except BadMomentError as error:
        raise RefusedError(10314, str(error)) from error
    except BadSpanError as error:
        raise RefusedError(321, f"{VALIDATING}{error}") from error
    except BadStepError as error:
        raise RefusedError(162, f"{SERVICE}{error}") from error
    if instrument.right and request.what in VOLATILITIES:
        raise RefusedError(162, f"{SERVICE}{_no_such_data(request)}")


def _check_fields(request: BarsRequest) -> None:
    causes = (
        (request.what == "ADJUSTED_LAST" and request.end, "End date not supported with adjusted last"),
        (request.bar_size not in BAR_SECONDS, BAD_BAR_SIZE),
        (
            request.what == "ADJUSTED_LAST" and BAR_SECONDS.get(request.bar_size, 0) > DAY_SECONDS,
            "Multi day bar size not supported with adjusted last",
        ),
        (request.what not in KINDS | {"SCHEDULE"}, BAD_KIND),
        (request.format_date not in {1, 2}, f"Date formatting selection of {request.format_date} rejected."),
        (
            request.what == "SCHEDULE" and BAR_SECONDS.get(request.bar_size) != DAY_SECONDS,
            "Only daily resolution supported for Schedule requests",
        ),
        (request.live and request.end, "End date not supported when keeping up to date"),
        (request.live and request.what not in _LIVE_KINDS, f"{request.what} cannot be kept up to date"),
        (
            request.live and BAR_SECONDS.get(request.bar_size, 0) < _LIVE_FROM_SECONDS,
            f"Bars of {request.bar_size} cannot be kept up to date",
        ),
    )
    for speaks_against, cause in causes:
        if speaks_against:
            raise RefusedError(321, f"{VALIDATING}{cause}")


def _no_such_data(request: BarsRequest) -> str:
    return (
        "No data of type EODChart is available for the exchange 'BEST' and the security type 'Option' and "
        f"'{request.duration}' and '{request.bar_size}'"
    )
