"""Whose words count: by the address that alerts go to, or typed."""

import pytest

from config.effective import HIDDEN, entries
from config.load import load_fixed, load_traced
from config.settings import Settings
from config.telegram import telegram_of
from domain.errors import ConfigError
from ops.masking import Masker
from tests.ops.telegram_server import OWNER, TOKEN

OTHER = "987654321:" + "BBH-another_token_of_nobody_0123456"


def by(**monitoring: object) -> Settings:
    return load_fixed({"monitoring": {"telegram_control": True, **monitoring}})


def test_it_is_off_by_default() -> None:
    settings = load_fixed({"monitoring": {"alert_urls": [f"tgram://{TOKEN}/{OWNER}"]}})

    assert settings.monitoring.telegram is None


@pytest.mark.parametrize(
    "address",
    [f"tgram://{TOKEN}/{OWNER}", f"tgrams://bot{TOKEN}/{OWNER}/?format=markdown", f" TGRAM://{TOKEN}/{OWNER}/"],
)
def test_token_and_chat_are_those_of_the_alerts(address: str) -> None:
    assert by(alert_urls=["json://x", address]).monitoring.telegram == (TOKEN, OWNER)


def test_what_is_typed_wins() -> None:
    settings = by(alert_urls=[f"tgram://{TOKEN}/{OWNER}"], telegram_token=OTHER, telegram_chat_id=5)

    assert settings.monitoring.telegram == (OTHER, 5)


@pytest.mark.parametrize(
    "addresses",
    [
        [],
        ["json://x"],
        [f"tgram://{TOKEN}/-100{OWNER}"],  # A group: everybody in it could halt.
        [f"tgram://{TOKEN}/@channel"],
        [f"tgram://{TOKEN}/{OWNER}/5"],
        [f"tgram://{TOKEN}/{OWNER}", f"tgram://{TOKEN}/5"],
        [f"tgram://{TOKEN}/"],
        ["tgram://short:token/5"],
    ],
)
def test_whose_words_count_is_never_guessed(addresses: list[str]) -> None:
    assert telegram_of(addresses) is None
    with pytest.raises(ConfigError, match=r"telegram_control needs one address tgram://TOKEN/CHAT"):
        by(alert_urls=addresses)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"telegram_token": "secret"}, "telegram_token must be as BotFather gives it"),
        ({"telegram_chat_id": -5}, "telegram_chat_id: must be greater than or equal to 1"),
        ({"telegram_chat_id": 0}, "telegram_chat_id: must be greater than or equal to 1"),
        ({"telegram_chat_id": "me"}, "telegram_chat_id: must be a whole number"),
        ({"telegram_api": "ftp://x"}, "telegram_api must be an address such as"),
        ({"telegram_api": "api.telegram.org"}, "telegram_api must be an address such as"),
    ],
)
def test_what_cannot_be_is_refused_without_saying_a_secret(given: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        by(**{"telegram_token": TOKEN, "telegram_chat_id": OWNER, **given})

    assert said in str(refused.value)
    assert "secret" not in str(refused.value).replace("monitoring.", "")
    assert TOKEN not in str(refused.value)


def test_the_first_chat_there_can_be_is_taken() -> None:
    assert by(telegram_token=TOKEN, telegram_chat_id=1).monitoring.telegram == (TOKEN, 1)


def test_secrets_of_a_file_are_texts_and_empty_ones_are_none() -> None:
    assert by(telegram_token=TOKEN, telegram_chat_id=str(OWNER)).monitoring.telegram == (TOKEN, OWNER)
    empty = load_fixed({"monitoring": {"telegram_token": "", "telegram_chat_id": ""}}).monitoring
    assert (empty.telegram_token, empty.telegram_chat_id) == (None, None)


def test_neither_is_ever_shown() -> None:
    environment = {
        "STOPWARD__MONITORING__TELEGRAM_TOKEN": TOKEN,
        "STOPWARD__MONITORING__TELEGRAM_CHAT_ID": str(OWNER),
    }
    read, layer = load_traced(environment=environment)

    shown = {each.key: each.value for each in entries(read, layer)}

    assert {shown[f"monitoring.telegram_{name}"] for name in ("token", "chat_id")} == {HIDDEN}
    assert TOKEN not in repr(read)


@pytest.mark.parametrize("text", [TOKEN, TOKEN.partition(":")[2], f"/bot{TOKEN.replace(':', '%3A')}/getMe"])
def test_the_token_is_masked_whole_in_parts_and_as_addresses_spell_it(text: str) -> None:
    masker = Masker(by(telegram_token=TOKEN, telegram_chat_id=OWNER).monitoring.secrets)

    assert TOKEN.partition(":")[2] not in masker(text)
