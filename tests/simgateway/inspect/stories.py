"""A short story at the gateway, as a log file that inspect can be held against."""

from pathlib import Path

from simgateway.faults.model import Fault
from tests.simgateway.fake_market import CALL_ID, STOCK_ID
from tests.simgateway.rig import Rig

CONTRACT = ("", "", "", "", "", "", "", "SMART", "", "USD", "", "")


def a_story() -> Rig:
    """Return a rig after: a filled, a cancelled and a rejected order; open and closed streams; a mute; a departure."""
    rig = Rig()
    client = rig.client
    client.send("1", 11, 100, CALL_ID, *CONTRACT[1:], 0, "", 0, 0, "")
    client.send("1", 11, 101, STOCK_ID, *CONTRACT[1:], 0, "", 0, 0, "")
    client.send("1", 11, 102, CALL_ID, *CONTRACT[1:], 0, "", 1, 0, "")
    client.order(1, "BUY", 2, "MKT")
    rig.wait(5)
    client.order(2, "SELL", 2, "LMT", lmt="9.00", tif="GTC")
    rig.wait(5)
    client.send("4", 1, 2, "")
    client.order(3, "BUY", 1, "LMT", lmt="1.053")
    client.order(4, "BUY", 1, "LMT", lmt="0.50", ref="left")
    client.send("2", 1, 101)
    rig.wait(15)
    rig.gateway.faults.add(Fault(kind="mute", message="contractDataEnd", times=1))
    client.send("9", 8, 55, STOCK_ID, *CONTRACT[1:], 0, "", "", "")
    rig.wait(5)
    other = rig.connect(7)
    other.send("92", 5, "DU1234567", "")
    for _ in range(30):
        other.send("49", 1)
    rig.wait(5)
    other.transport.abort()
    return rig


def written(rig: Rig, path: Path, *, torn: bool = False) -> Path:
    """Write the rig's log as the gateway would; return its path."""
    text = "".join(frame.to_json() + "\n" for frame in rig.log.frames)
    path.write_text(text[:-20] if torn else text, encoding="utf-8")
    return path
