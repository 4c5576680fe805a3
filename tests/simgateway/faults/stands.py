"""A rig with faults: nothing waits in the delay line, so that what comes is what the fault lets through."""

from typing import Any

from simgateway.faults.model import Fault, Now, When
from simgateway.protocol.wire import Fields
from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig

ABC = (STOCK_ID, "ABC", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "")
CALL = (CALL_ID, "", "OPT", "", "", "", "", "SMART", "", "USD", "", "")
_LIMITS = ("message", "direction", "client", "times", "lasts", "until")


def a_rig(**changes: Any) -> Rig:
    """Return a rig without delays, its client's greeting already read."""
    rig = Rig(**{"delay_ms": (0, 0), **changes})
    rig.wait()
    return rig


def fault(kind: str, when: When | None = None, **parts: Any) -> Fault:
    """Return a fault: what is no limit is a setting of its kind."""
    limits = {name: value for name, value in parts.items() if name in _LIMITS}
    settings = {name: value for name, value in parts.items() if name not in _LIMITS}
    return Fault(kind=kind, when=when or Now(), settings=settings, **limits)


def ask_time(rig: Rig, times: int = 1) -> list[Fields]:
    """Ask for the time so often; return what came."""
    for _ in range(times):
        rig.client.send(49, 1)
    return rig.wait(0.5)


def stream(rig: Rig, req_id: int = 7, contract: tuple[object, ...] = CALL) -> list[Fields]:
    """Ask for quotes."""
    rig.client.send(1, 11, req_id, *contract, 0, "", 0, 0, "")
    return rig.wait()


def snapshot(rig: Rig, req_id: int = 7, contract: tuple[object, ...] = CALL) -> list[Fields]:
    """Ask for a snapshot, and wait for its end."""
    rig.client.send(1, 11, req_id, *contract, 0, "", 1, 0, "")
    return rig.wait(12)


def numbers(frames: list[Fields]) -> list[str]:
    return [row[0] for row in frames]


def of(frames: list[Fields], number: str) -> list[Fields]:
    return [row for row in frames if row[0] == number]


def codes(frames: list[Fields]) -> list[str]:
    """Return the codes of errors and notices."""
    return [row[3] for row in frames if row[0] == "4"]


def faults_in_log(rig: Rig) -> list[Fields]:
    return [frame.fields[1:] for frame in rig.log.frames if frame.direction == "note" and frame.name == "fault"]
