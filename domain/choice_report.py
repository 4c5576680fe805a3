"""What is logged with a choice: implied volatility and greeks, of our own arithmetic; nothing is traded on them."""

from datetime import datetime, time
from decimal import Decimal

from domain.option_choice import Choice
from domain.pricing import OptionTerms, greeks, implied_volatility, years_between
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
