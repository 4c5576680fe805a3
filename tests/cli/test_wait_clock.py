import pytest

from cli.wait_clock import NOT_SYNCHRONISED, SYNCHRONISED, wait


def test_a_synchronised_clock_is_not_waited_for() -> None:
    pauses: list[float] = []

    assert wait(None, pauses.append, lambda: "") == SYNCHRONISED
    assert pauses == []


def test_it_waits_until_the_clock_is_synchronised(capsys: pytest.CaptureFixture[str]) -> None:
    answers = ["the clock is not synchronised"] * 40 + [""]
    pauses: list[float] = []

    code = wait(None, pauses.append, lambda: answers.pop(0))

    assert (code, len(pauses)) == (SYNCHRONISED, 40)
    assert capsys.readouterr().err.count("waiting before anything is traded") == 2  # Once a minute.


@pytest.mark.parametrize("trouble", ["the clock is not synchronised", "the kernel was not to be asked: denied"])
def test_when_the_time_is_up_or_nobody_can_tell_the_answer_is_no(
    trouble: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = wait(10.0, lambda _seconds: None, lambda: trouble)

    assert code == NOT_SYNCHRONISED
    assert f"bot: {trouble} after 10 s" in capsys.readouterr().err
