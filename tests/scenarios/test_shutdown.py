"""SIGTERM and SIGINT to a real process, on threads, with a position open at a gateway in a process of its own.

The gateway answers, hangs (it is stopped by a signal), or is gone; one bot's own loop hangs. All start at once, since
they wait most of the time.
"""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest

from cli.main import main
from tests.scenarios.pairs import EAGER, Pair, pair

HANGING: Final = 'strategies.use=["tests.scenarios.trading_child.Hanging"]'


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Pair]]:
    """Give bots that each guard a position, and one whose core hangs."""
    folder = tmp_path_factory.mktemp("ends")
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(pair(folder, name, number, HANGING if name == "itself" else EAGER))
            for number, name in enumerate(("answers", "hangs", "gone", "ordered", "itself"))
        }
        for name in ("answers", "hangs", "gone", "ordered"):
            found[name].wait_for_guards()
        yield found


def guards_on_disk(one: Pair) -> None:
    """See that the state knows the open bracket, and that the file is sound."""
    store = one.store()
    try:
        (intent,) = store.open_intents()
        assert {ref.split(".")[0] for ref in one.refs} == {intent}
    finally:
        store.close()


def test_a_sigterm_ends_the_process_in_order_and_protection_rests_at_the_broker(pairs: dict[str, Pair]) -> None:
    one = pairs["answers"]

    code, out, _ = one.end(signal.SIGTERM)

    assert code == 0
    assert json.loads(out.splitlines()[-1]) == {"stopped_clean": True, "mode": "paper"}
    assert one.resting() == one.refs
    assert one.held() > 0
    assert [row["exit_code"] for row in one.events("shutdown")] == [0]
    assert one.events("order_cancel_sent") == []
    assert list((one.folder / "state").glob("*.sock")) == []
    guards_on_disk(one)


def test_with_a_gateway_that_hangs_it_ends_as_well(pairs: dict[str, Pair]) -> None:
    one = pairs["hangs"]
    one.gateway.send_signal(signal.SIGSTOP)

    code, _, _ = one.end(signal.SIGINT)

    assert code == 0
    one.gateway.send_signal(signal.SIGCONT)
    assert one.resting() == one.refs
    guards_on_disk(one)


def test_with_a_gateway_that_is_gone_it_ends_as_well(pairs: dict[str, Pair]) -> None:
    one = pairs["gone"]
    one.gateway.kill()
    one.gateway.wait()

    code, _, _ = one.end(signal.SIGTERM)

    assert code == 0
    guards_on_disk(one)


def test_with_a_loop_of_its_own_that_hangs_it_ends_in_time_and_says_by_its_code_that_this_was_not_clean(
    pairs: dict[str, Pair],
) -> None:
    one = pairs["itself"]
    one.wait_for("historical_success")

    code, _, _ = one.end(signal.SIGTERM)

    assert code == 1


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[object, str]:
    """Return exit code and all that the command said."""
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    said = capsys.readouterr()
    return ended.value.code, (said.out + said.err).strip()


def test_a_running_bot_is_halted_resumed_and_flattened_by_command(
    pairs: dict[str, Pair], capsys: pytest.CaptureFixture[str]
) -> None:
    one = pairs["ordered"]
    state = one.folder / "state"
    (path,) = state.glob("*.sock")
    assert path.stat().st_mode & 0o777 == 0o600

    assert run(capsys, "halt", "--state", state) == (
        0,
        f"bot: paper-DU***{one.account[-3:]}: halted; 1 open bracket guarded on",
    )
    assert run(capsys, "halt", "--state", state)[1].endswith("halted, as before; 1 open bracket guarded on")
    assert run(capsys, "resume", "--state", state)[0] == 0
    code, said = run(capsys, "flatten", "--state", state)

    assert (code, "flattening; 1 open bracket being closed" in said) == (0, True)
    one.wait_for("position_closed")
    assert one.held() == 0
    one.wait_for_state("halted")
    assert one.end(signal.SIGTERM)[0] == 0
    assert [row["state"] for row in one.events("control")][:3] == ["halted", "running", "flattening"]

    one.start(EAGER)
    one.wait_for("halted_at_start")
    _, _, errors = one.end(signal.SIGTERM)
    assert "bot: HALTED since " in errors
    assert " by ./bot flatten: opens nothing until ./bot resume" in errors
    assert one.events("unclean_end") == []
