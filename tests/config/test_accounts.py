import pytest

from config.accounts import is_paper_account


@pytest.mark.parametrize("account", ["DU1234567", "DF123456"])
def test_an_account_of_play_money_is_told_by_its_letters(account: str) -> None:
    assert is_paper_account(account)


@pytest.mark.parametrize(
    "account", ["U1234567", "F123456", "", "DU", "du1234567", "DU12x", "XDU123", "DU123\n", "DI1234"]
)
def test_any_doubt_is_real_money(account: str) -> None:
    assert not is_paper_account(account)
