import subprocess
import sys

from ops.patience import STEPS, step_back
from tests.house import CHECKOUT


def test_a_process_beside_the_bot_lets_it_go_first() -> None:
    code = "import os; before = os.nice(0); from ops.patience import step_back; print(step_back(), os.nice(0) - before)"

    said = subprocess.run(  # noqa: S603 - our own code, in a process of its own, which cannot step forward again
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )

    allowed, steps = said.stdout.split()
    assert allowed == "True"
    assert 0 <= int(steps) <= STEPS  # At 19 there is no further.


def test_where_a_service_may_not_it_goes_on_as_it_is() -> None:
    def forbidden(steps: int) -> int:
        raise PermissionError(steps)

    assert step_back(forbidden) is False
