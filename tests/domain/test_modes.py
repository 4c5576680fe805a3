import pytest

from domain.errors import ConfigError
from domain.modes import Mode, admitted, wanted_mode


@pytest.mark.parametrize(
    ("dry_run", "live", "typed", "expected"),
    [
        (True, False, False, Mode.DRY_RUN),
        (True, False, True, Mode.DRY_RUN),
        (False, False, False, Mode.PAPER),
        (False, False, True, Mode.PAPER),
        (False, True, True, Mode.LIVE),
    ],
)
def test_settings_that_agree_name_their_mode(dry_run: bool, live: bool, typed: bool, expected: Mode) -> None:  # noqa: FBT001 - columns of the table
    assert wanted_mode(dry_run=dry_run, live=live, typed=typed) is expected


@pytest.mark.parametrize(
    ("dry_run", "typed", "problem"),
    [
        (True, False, "and so is dry_run"),
        (True, True, "and so is dry_run"),
        (False, False, "type it into broker.account"),
    ],
)
def test_live_without_the_two_others_is_refused(dry_run: bool, typed: bool, problem: str) -> None:  # noqa: FBT001 - columns of the table
    with pytest.raises(ConfigError, match=problem):
        wanted_mode(dry_run=dry_run, live=True, typed=typed)


@pytest.mark.parametrize(
    ("mode", "is_paper", "is_live"),
    [
        (Mode.DRY_RUN, True, False), (Mode.DRY_RUN, False, True), (Mode.DRY_RUN, False, False),
        (Mode.PAPER, True, False), (Mode.LIVE, False, True),
    ],
)  # fmt: skip
def test_an_account_of_the_kind_that_was_meant_is_admitted(mode: Mode, is_paper: bool, is_live: bool) -> None:  # noqa: FBT001 - columns of the table
    assert admitted(mode, is_paper=is_paper, is_live=is_live) is mode


@pytest.mark.parametrize(
    ("mode", "is_paper", "is_live"),
    [
        (Mode.PAPER, False, True), (Mode.PAPER, False, False),
        (Mode.LIVE, True, False), (Mode.LIVE, False, False),
    ],
)  # fmt: skip
def test_an_account_of_the_other_kind_or_of_none_is_refused(mode: Mode, is_paper: bool, is_live: bool) -> None:  # noqa: FBT001 - columns of the table
    with pytest.raises(ConfigError, match="account"):
        admitted(mode, is_paper=is_paper, is_live=is_live)
