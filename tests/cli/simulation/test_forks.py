"""A forked process lives on just as one that died at the same point alone: else its figures would be of another day."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.house import CHECKOUT

CHILD: Final = "tests.cli.simulation.forking"


def test_a_forked_end_is_the_end_that_is_lived_alone(tmp_path: Path) -> None:
    """In a process of its own: who forks must have one thread, and other tests may have left some."""
    ran = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", CHILD, str(tmp_path)], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    forked, alone, whole = json.loads(ran.stdout)
    assert forked == alone
    assert len(forked) == 4
    assert whole[0] == whole[1]
