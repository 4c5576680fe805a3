import pytest

from config.accounts import is_paper_account, masked


@pytest.mark.parametrize("account", ["DU1234567", "DF123456"])
def test_an_account_of_play_money_is_told_by_its_letters(account: str) -> None:
    assert is_paper_account(account)


@pytest.mark.parametrize(
    "account", ["U1234567", "F123456", "", "DU", "du1234567", "DU12x", "XDU123", "DU123\n", "DI1234"]
)
def test_any_doubt_is_real_money(account: str) -> None:
    assert not is_paper_account(account)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("account DU1234567, not U7654321", "account DU***567, not U***321"),
        ("127.0.0.1:4002: code 10090, SPY 20251112C00500000", "127.0.0.1:4002: code 10090, SPY 20251112C00500000"),
    ],
)
def test_account_ids_alone_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
