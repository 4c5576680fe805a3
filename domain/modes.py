"""Whose money is it: the three modes, and the interlock that lets orders reach an account of real money.

Live needs three things that agree: ``dry_run: false``, ``live: true``, and the account's id typed in the settings. The
account itself must say by its id that it is what was meant. Any doubt is a ConfigError, and nothing starts.
"""

from enum import StrEnum

from domain.errors import ConfigError


class Mode(StrEnum):
    """What becomes of orders."""

    DRY_RUN = "dry_run"  # No order leaves; fills are simulated.
    PAPER = "paper"  # Orders go to an account of play money.
    LIVE = "live"  # Orders go to an account of real money.


def wanted_mode(*, dry_run: bool, live: bool, typed: bool) -> Mode:
    """Return the mode that the settings ask for, whatever the account. Raises ConfigError where they disagree."""
    if not live:
        return Mode.DRY_RUN if dry_run else Mode.PAPER
    if dry_run:
        raise ConfigError("live is true, and so is dry_run: set one of them to false")
    if not typed:
        raise ConfigError("live is true, which needs the account's id as well: type it into broker.account")
    return Mode.LIVE


def admitted(mode: Mode, *, is_paper: bool, is_live: bool) -> Mode:
    """Return the mode for an account of this kind, as its id says it; an id that says neither is trusted for none.

    Raises ConfigError when it is not the kind that was meant; its text lacks the subject, that is the account.
    """
    if mode is Mode.PAPER and not is_paper:
        raise ConfigError(
            "is not a paper account (DU… or DF…): log in to a paper account, or set dry_run: true; "
            "real money needs live: true as well"
        )
    if mode is Mode.LIVE and not is_live:
        raise ConfigError("is not an account of real money (U…), but live is true: name another, or set live: false")
    return mode
