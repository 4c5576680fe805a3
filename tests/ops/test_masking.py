import pytest

from ops.masking import Masker


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("account DU1234567 is", "account DU*** is"),
        ("U7654321", "U***"),
        ("DF123456,F1234567", "DF***,F***"),
        ("acct_U1234567_x", "acct_U***_x"),
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


def test_the_tokens_of_a_secret_address_are_hidden_one_by_one_and_its_short_words_are_not() -> None:
    masker = Masker(["discord://1234567890/abcDEF-token/x"])

    assert masker("discord said no to abcDEF-token at 1234567890/x") == "discord said no to *** at ***/x"
