"""Which bars the broker gives for which span: its step table of historical data, and its spelling of both.

Source: the broker's page on limits of historical data. A span between two rows is held to the longer one.
"""

from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400

BAR_SECONDS: Final = {
    "1 secs": 1, "5 secs": 5, "10 secs": 10, "15 secs": 15, "30 secs": 30,
    "1 min": _MINUTE, "2 mins": 2 * _MINUTE, "3 mins": 3 * _MINUTE, "5 mins": 5 * _MINUTE, "10 mins": 10 * _MINUTE,
    "15 mins": 15 * _MINUTE, "20 mins": 20 * _MINUTE, "30 mins": 30 * _MINUTE,
    "1 hour": _HOUR, "2 hours": 2 * _HOUR, "3 hours": 3 * _HOUR, "4 hours": 4 * _HOUR, "8 hours": 8 * _HOUR,
    "1 day": _DAY, "1 week": 7 * _DAY, "1 month": 30 * _DAY,
}  # fmt: skip
UNIT_SECONDS: Final = {"S": 1, "D": _DAY, "W": 7 * _DAY, "M": 30 * _DAY, "Y": 365 * _DAY}
MOST_OF_UNIT: Final = {"S": 86_400, "D": 365}  # Above it the next larger unit must be used.
STEPS: Final = (
    # span, shortest bar, longest bar
    ("60 S", "1 secs", "1 min"),
    ("120 S", "1 secs", "2 mins"),
    ("1800 S", "1 secs", "30 mins"),
    ("3600 S", "5 secs", "1 hour"),
    ("14400 S", "10 secs", "3 hours"),
    ("28800 S", "30 secs", "8 hours"),
    ("1 D", "1 min", "1 day"),
    ("2 D", "2 mins", "1 day"),
    ("1 W", "3 mins", "1 week"),
    ("1 M", "30 mins", "1 month"),
    ("1 Y", "1 day", "1 month"),
)


def duration_seconds(duration: str) -> int:
    """Return the length of a span such as "3600 S" or "1 D". Raises ValueError with what is wrong."""
    number, _, unit = duration.partition(" ")
    if not number.isdecimal() or int(number) < 1 or unit not in UNIT_SECONDS:
        raise ValueError(f'{duration!r} is not a number and one of S, D, W, M, Y, such as "3600 S"')
    most = MOST_OF_UNIT.get(unit)
    if most is not None and int(number) > most:
        raise ValueError(f"{duration!r}: the broker takes at most {most} {unit}; use a larger unit")
    return int(number) * UNIT_SECONDS[unit]


def check_step(duration: str, bar_size: str) -> None:
    """Raise ValueError unless the broker gives bars of this size for this span."""
    if bar_size not in BAR_SECONDS:
        raise ValueError(f"{bar_size!r} is no bar size; the broker has {', '.join(BAR_SECONDS)}")
    span = duration_seconds(duration)
    row = next((step for step in STEPS if duration_seconds(step[0]) >= span), None)
    if row is None:
        raise ValueError(f"{duration!r} is longer than the broker's longest span, {STEPS[-1][0]}")
    if not BAR_SECONDS[row[1]] <= BAR_SECONDS[bar_size] <= BAR_SECONDS[row[2]]:
        raise ValueError(f"{duration!r} comes in bars of {row[1]} to {row[2]}, not of {bar_size}")
