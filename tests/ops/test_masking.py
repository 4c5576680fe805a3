import pytest

from ops.masking import Masker


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("account DU1234567 is", "account DU*** is"),
        ("U7654321", "U***"),
        ("DF123456,F1234567", "DF***,F***"),
        ("json://me:secret@host/path", "json://***@host/path"),
        ("GOOG 2015-12-24 750C at 12.50", "GOOG 2015-12-24 750C at 12.50"),
        ("order 1234567 of U12", "order 1234567 of U12"),
    ],
)
def test_account_numbers_and_logins_are_hidden_and_nothing_else(text: str, masked: str) -> None:
    assert Masker()(text) == masked


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    masker = Masker(["tgram://token/77", "token"])

    assert masker("sent to tgram://token/77, token") == "sent to ***, ***"


def test_a_secret_too_short_to_be_one_blots_nothing_out() -> None:
    assert Masker(["a", ""])("a cat") == "a cat"
