"""When a plan is too old to be sent."""

from datetime import datetime

from domain.brackets import BracketPolicy
from domain.events import BracketPlan


def is_stale(plan: BracketPlan, policy: BracketPolicy, now: datetime) -> bool:
    """Return whether the plan waited longer than its quote may be old, or than its entry would have rested."""
    waited = (now - plan.decided_at).total_seconds()
    return waited > policy.entry_unfilled_seconds or (plan.valid_until is not None and now > plan.valid_until)
