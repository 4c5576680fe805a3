"""Which of the quoted options is bought, and why each of the others is not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from domain.contracts import OptionContract
from domain.denials import DenialRule, EntryDenied
from domain.prices import ticks_above
from domain.quote_checks import quote_problem
from domain.quotes import Quote, age_seconds, mid, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFilters:
    """What an option must offer. The spread in percent of the mid: 2 is two percent; volume in contracts of the day."""

    max_spread_pct: Decimal
    min_volume: int
    min_open_interest: int
    max_quote_age_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The option to buy, its quote, and what was rejected beside it. Mid and spread in USD per share."""

    contract: OptionContract
    quote: Quote
    mid: Decimal
    spread: Decimal
    rejected: tuple[EntryDenied, ...] = ()
    valid_until: datetime | None = None  # When the quote becomes too old to buy on.

    @property
    def spread_pct(self) -> Decimal:
        """Return the spread in percent of the mid."""
        return self.spread / self.mid * 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Objection:
    """Why a candidate is not bought: the rule, what was found, what the limit is."""

    rule: DenialRule
    found: str
    limit: str


def choose(
    quoted: Sequence[tuple[OptionContract, Quote | None]], filters: OptionFilters, target: OptionContract, now: datetime
) -> Choice | tuple[EntryDenied, ...]:
    """Return the option nearest to the target's strike that passes; else why each candidate does not.

    Of two equally near the tighter spread wins. Nearness goes first: the tightest of all would drift deep into the
    money. A candidate is named with the first rule it breaks. No candidate at all is one denial, of the target.
    """
    if not quoted:
        return (_denied(target, _Objection(rule=DenialRule.NO_QUOTE, found="no candidate", limit="1"), now),)
    rejected: list[EntryDenied] = []
    passing: list[Choice] = []
    for contract, quote in quoted:
        found = _judged(contract, quote, filters, now)
        if isinstance(found, Choice):
            passing.append(found)
        else:
            rejected.append(_denied(contract, found, now))
    if not passing:
        return tuple(rejected)
    best = min(passing, key=lambda choice: (abs(choice.contract.strike - target.strike), choice.spread))
    return replace(best, rejected=tuple(rejected))


def _judged(
    contract: OptionContract, quote: Quote | None, filters: OptionFilters, now: datetime
) -> Choice | _Objection:
    """Return the candidate as a choice, or the first thing that speaks against it."""
    if quote is None:
        return _Objection(rule=DenialRule.NO_QUOTE, found="no quote", limit="bid and ask")
    problem = quote_problem(quote, now, filters.max_quote_age_seconds)
    if problem is not None:
        return _quote_objection(problem, quote, filters, now)
    middle, width = mid(quote), spread(quote)
    assert middle is not None, "the check above saw bid and ask"
    assert width is not None, "the check above saw bid and ask"
    until = _valid_until(quote, filters)
    found = Choice(contract=contract, quote=quote, mid=middle, spread=width, valid_until=until)
    return _spread_objection(found, filters) or _activity_objection(quote, filters) or found


def _valid_until(quote: Quote, filters: OptionFilters) -> datetime:
    """Return when the quote becomes too old to buy on."""
    return quote.at + timedelta(seconds=filters.max_quote_age_seconds)


def _quote_objection(problem: DenialRule, quote: Quote, filters: OptionFilters, now: datetime) -> _Objection:
    found, limit = {
        DenialRule.DELAYED_DATA: (f"market data type {quote.market_data_type}", "1 or 2"),
        DenialRule.STALE_QUOTE: (f"{age_seconds(quote, now):.1f}", f"{filters.max_quote_age_seconds:g}"),
    }.get(problem, (_two_sides(quote), "0 < bid <= ask"))
    return _Objection(rule=problem, found=found, limit=limit)


def _spread_objection(choice: Choice, filters: OptionFilters) -> _Objection | None:
    """Return an objection to the spread. One tick is the narrowest there can be, whatever its share of a cheap mid."""
    if choice.spread_pct <= filters.max_spread_pct:
        return None
    bid = choice.mid - choice.spread / 2
    if bid + choice.spread <= ticks_above(bid, 1, choice.contract.grid):
        return None
    found = f"{choice.spread_pct:.2f} ({_two_sides(choice.quote)})"
    return _Objection(rule=DenialRule.SPREAD, found=found, limit=f"{filters.max_spread_pct:f} or one tick")


def _activity_objection(quote: Quote, filters: OptionFilters) -> _Objection | None:
    """Return an objection to too little trade: by the day's volume where the broker reports it, else open interest."""
    if quote.volume is not None:
        if quote.volume >= filters.min_volume:
            return None
        return _Objection(rule=DenialRule.VOLUME, found=str(quote.volume), limit=str(filters.min_volume))
    if (quote.open_interest or 0) >= filters.min_open_interest:
        return None
    found = "unknown" if quote.open_interest is None else str(quote.open_interest)
    return _Objection(rule=DenialRule.OPEN_INTEREST, found=found, limit=str(filters.min_open_interest))


def _two_sides(quote: Quote) -> str:
    return f"{quote.bid} x {quote.bid_size} / {quote.ask} x {quote.ask_size}"


def _denied(contract: OptionContract, why: _Objection, now: datetime) -> EntryDenied:
    return EntryDenied(
        at=now, symbol=contract.symbol, rule=why.rule, found=why.found, limit=why.limit, candidate=contract.label
    )
