"""``./bot adopt`` and ``./bot ignore``, against sockets of bots that answer, refuse, are silent, or are not there."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from cli.control_server import SUFFIX
from tests.cli.test_control import bot_that_says, ran

DONE: Final = {"done": "SPY is left to its owner", "refused": "", "unknown": False, "unsettled": [], "ignored": []}
UNKNOWN: Final = {**DONE, "done": "", "refused": "nothing of others is known as QQQ", "unknown": True}
DRY: Final = f"dry_run-DU1{SUFFIX}"


@pytest.mark.parametrize(
    ("words", "what"), [(("SPY",), "SPY"), (("123",), "123"), (("SPY", "2026-03-20", "500P"), "SPY 2026-03-20 500P")]
)
def test_what_is_meant_reaches_the_bot_as_it_was_said(
    words: tuple[str, ...], what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_says(tmp_path, DONE) as heard:
        code, said = ran(capsys, "ignore", *words, "--state", tmp_path)

    assert json.loads(heard[0]) == {"order": "ignore", "what": what}
    assert (code, said) == (0, "bot: paper-DU***567: SPY is left to its owner")


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ({**DONE, "done": ""}, 0, "SPY was settled before"),
        ({**DONE, "unsettled": [{}, {}]}, 0, "SPY is left to its owner; 2 more to be settled, see ./bot status"),
        ({**DONE, "refused": "2 SPY held: cancel that one first"}, 1, "adopt refused: 2 SPY held: cancel that one"),
        ({"error": "nobody takes orders: it died"}, 1, "adopt refused: nobody takes orders: it died"),
        (UNKNOWN, 2, "paper-DU***567: nothing of others is known as QQQ"),
        (None, 1, "runs, but does not answer; repeat it, which does no harm"),
    ],
)
def test_each_answer_is_one_line_and_an_exit_code(
    answer: dict[str, Any] | None, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_says(tmp_path, answer):
        ended, line = ran(capsys, "adopt", "SPY", "--state", tmp_path)

    assert (ended, line.count("\n")) == (code, 0)
    assert said in line
    assert not (tmp_path / "HALT").exists()


def test_a_bot_that_knows_nothing_of_it_keeps_nobody_from_being_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        stack.enter_context(bot_that_says(tmp_path, DONE))
        stack.enter_context(bot_that_says(tmp_path, UNKNOWN, DRY))
        code, said = ran(capsys, "ignore", "SPY", "--state", tmp_path, "--json")

    found = json.loads(said.splitlines()[-1])
    assert (code, found["exit_code"], found["what"]) == (0, 0, "SPY")
    assert [next(iter(bot.values())) for bot in found["bots"]] == [UNKNOWN, DONE]


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ({"done": "1 SPY counted as sold at 0"}, 0, "1 SPY counted as sold at 0"),
        ({"done": ""}, 0, "SPY was settled before"),
        ({"done": "", "refused": "nothing lacks"}, 1, "gone refused: nothing lacks"),
        ({"done": "", "refused": "nothing of ours", "unknown": True}, 2, "paper-DU***567: nothing of ours"),
    ],
)
def test_what_is_gone_is_said_to_the_bot_and_answered_likewise(
    answer: dict[str, Any], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with bot_that_says(tmp_path, {"refused": "", "unknown": False, **answer}) as heard:
        ended, line = ran(capsys, "gone", "SPY", "--state", tmp_path)

    assert json.loads(heard[0]) == {"order": "gone", "what": "SPY"}
    assert ended == code
    assert said in line


def test_without_a_running_bot_nothing_is_said_to_anybody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ran(capsys, "ignore", "SPY", "--state", tmp_path)

    assert (code, said) == (2, f"bot: no bot is running in {tmp_path}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Missing argument 'SYMBOL|CONTRACT'"),
        ((" ",), "name a symbol or the number of a contract, such as ./bot adopt SPY"),
        (("x" * 61,), "name a symbol or the number of a contract"),
    ],
)
def test_a_call_that_names_nothing_is_refused(
    words: tuple[str, ...], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ran(capsys, "adopt", *words, "--state", tmp_path)

    assert (code, said.count("\n")) == (2, 0)
    assert why in said


def test_a_folder_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = ran(capsys, "ignore", "SPY", "--state", tmp_path / "stat")

    assert code == 2
    assert "stat is no folder" in said
