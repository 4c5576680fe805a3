"""What is logged with a choice: each filter with its number, and volatility and greeks of our own arithmetic."""

from datetime import datetime, time
from decimal import Decimal

from domain.option_choice import Choice, OptionFilters
from domain.pricing import OptionTerms, greeks, implied_volatility, years_between
from domain.quotes import age_seconds
from domain.trading_day import NEW_YORK

EXPIRY_TIME = time(16, 0)  # New York; an early close moves it by hours, which is within what a log line tells.


def greeks_text(choice: Choice, spot: Decimal, now: datetime) -> str:
    """Return volatility, delta, gamma, theta a day and vega a point as one text; "none" where no volatility fits."""
    contract = choice.contract
    expires_at = datetime.combine(contract.expiry, EXPIRY_TIME, NEW_YORK)
    terms = OptionTerms(
        right=contract.right, spot=float(spot), strike=float(contract.strike), years=years_between(now, expires_at)
    )
    volatility = implied_volatility(float(choice.mid), terms)
    if volatility is None:
        return "none"
    found = greeks(
        OptionTerms(right=terms.right, spot=terms.spot, strike=terms.strike, years=terms.years, volatility=volatility)
    )
    return (
        f"iv={volatility:.4f} delta={found.delta:.3f} gamma={found.gamma:.4f} "
        f"theta={found.theta_per_day:.3f} vega={found.vega_per_point:.3f}"
    )


def filters_text(choice: Choice, filters: OptionFilters, now: datetime) -> str:
    """Return what each filter saw of the option that passed, and its limit."""
    quote = choice.quote
    activity = (
        f"open interest {quote.open_interest or 0} of at least {filters.min_open_interest}"
        if quote.volume is None
        else f"volume {quote.volume} of at least {filters.min_volume}"
    )
    age = f"quote {age_seconds(quote, now):.1f} s old of at most {filters.max_quote_age_seconds:g}"
    return f"spread {choice.spread_pct:.2f}% of at most {filters.max_spread_pct:f}% or one tick, {activity}, {age}"


def rejected_text(choice: Choice) -> str:
    """Return why each candidate beside it was not bought; empty when none was turned down."""
    return "; ".join(
        f"{each.candidate} {each.rule.value} {each.found} against {each.limit}" for each in choice.rejected
    )
