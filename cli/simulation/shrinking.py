"""From a session that fails to the fewest mishaps with which it still does."""

from cli.simulation.outcome import Outcome
from cli.simulation.script import Script
from cli.simulation.session import run_script
from domain.trading_day import Calendar


def shrunken(script: Script, outcome: Outcome, calendar: Calendar) -> tuple[Script, Outcome]:
    """Return the session and what came of it, without every mishap that it fails without, one after the other."""
    for mishap in script.mishaps:
        less = script.keeping({one.number for one in script.mishaps if one.number != mishap.number})
        found = run_script(less, calendar)
        if found.violations:
            script, outcome = less, found
    return script, outcome
