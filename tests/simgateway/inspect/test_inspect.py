"""What inspect says of a log: who spoke when, how orders lived, what was left open, what was never answered."""

import json
from pathlib import Path
from typing import Any

import pytest

from simgateway.__main__ import main
from simgateway.inspect.layout import Page
from tests.simgateway.inspect.stories import a_story, written
from tests.simgateway.rig import Rig


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(a_story(), tmp_path_factory.mktemp("inspect") / "frames.jsonl")


def said(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert main(["inspect", *(str(word) for word in words)]) == 0
    return capsys.readouterr().out


def data(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(capsys, *words, "--json"))
    return found


def test_each_order_is_told_from_its_placing_to_its_end(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    orders = {row["order"]: row for row in data(capsys, log)["orders"]}

    ends = {number: row["end"] for number, row in orders.items()}
    assert ends == {1: "Filled", 2: "Cancelled", 3: "rejected (110)", 4: "open"}
    assert (orders[1]["filled"], orders[1]["average"], orders[1]["told_twice"]) == ("2", "1.1", 0)
    assert float(orders[1]["fees"]) > 0
    assert orders[2]["steps"][0]["what"] == "placed"
    assert "asked to cancel" in [step["what"] for step in orders[2]["steps"]]


def test_what_was_never_cancelled_and_never_answered_is_told(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    found = data(capsys, log)

    assert {(row["name"], row["id"], row["ended_by"]) for row in found["never_cancelled"]} == {
        ("reqMktData", 100, ""),
        ("reqPnL", 5, "disconnected"),
    }
    assert [(row["name"], row["id"]) for row in found["never_answered"]] == [("reqContractDetails", 55)]
    assert found["never_answered"][0]["waited_seconds"] > 5


def test_the_worst_second_of_each_connection_is_told(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    rows = {row["client"]: row for row in data(capsys, log)["connections"]}

    assert rows[7]["messages_in_a_second_most"] >= 30
    assert rows[1]["messages_in_a_second_most"] < 10


def test_faults_are_told_with_the_message_they_happened_to(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    (fault,) = data(capsys, log)["faults"]

    assert fault["what"][:2] == ["mute", "contractDataEnd"]


def test_one_client_and_some_hours_can_be_told_alone(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    seventh = data(capsys, log, "--client", 7)
    early = data(capsys, log, "--to", "11:30:04")

    assert {row["client"] for row in seventh["kinds"]} == {7}
    assert seventh["orders"] == []
    assert [row["order"] for row in early["orders"]] == [1]
    assert early["messages"] < data(capsys, log)["messages"]


def test_the_messages_of_a_kind_can_be_listed(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    listed = data(capsys, log, "--kind", "placeOrder,orderStatus", "--client", 1)["listed"]

    assert {row["name"] for row in listed} == {"placeOrder", "orderStatus"}


@pytest.mark.parametrize("words", [(), ("--orders",), ("--kind", "error,placeOrder"), ("--client", "7")])
def test_the_text_fits_a_hundred_columns(capsys: pytest.CaptureFixture[str], log: Path, words: tuple[str, ...]) -> None:
    text = said(capsys, log, *words)

    assert max(len(line) for line in text.splitlines()) <= 100
    assert text.startswith("frames.jsonl: ")


@pytest.mark.parametrize("width", [80, 100])
def test_a_row_that_does_not_fit_keeps_its_last_cell_on_a_line_of_its_own(width: int) -> None:
    ticket = "SELL 10 SPY 251112C00560000 STP LMT at 591.15 stop 592.25 GTC"
    rows = [("5/7", "09:32:58", "10/10 at 560.0400", ticket), ("5/8", "09:32:59", "0/1", "f" * 500)]

    lines = list(Page(width).table("Orders", ("order", "placed", "filled", "what"), rows))

    assert max(map(len, lines)) <= width
    assert any(line.endswith(ticket) for line in lines)
    assert lines[-1].startswith("  5/8    09:32:59  0/1")
    assert lines[-1].endswith("fff...")


def test_a_client_that_was_not_there_is_named(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    assert said(capsys, log, "--client", "9") == "frames.jsonl: no messages of client 9\n"
    assert said(capsys, log, "--from", "23:00") == "frames.jsonl: no messages in these hours\n"


def test_a_quantity_is_told_without_an_empty_fraction(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rig = Rig()
    for quantity in (2.0, 1.0):
        rig.client.order(1, "SELL", quantity, "LMT", lmt="9.00")
        rig.wait(5)

    text = said(capsys, written(rig, tmp_path / "frames.jsonl"))

    assert "0/1 " in text
    assert "SELL 1 " in text


def test_the_text_says_what_the_data_say(capsys: pytest.CaptureFixture[str], log: Path) -> None:
    text = said(capsys, log, "--orders")

    assert "Order 1/1: BUY 2" in text
    assert "filled 2/2 at 1.1;" in text
    assert "asked to cancel" in text
    assert "Never answered" in text
    assert "mute contractDataEnd" in text


def test_a_torn_last_line_is_left_out_and_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    torn = written(a_story(), tmp_path / "torn.jsonl", torn=True)

    assert "The last line is torn" in said(capsys, torn)
    assert data(capsys, torn)["torn"] is True


def test_an_empty_log_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    empty = tmp_path / "frames.jsonl"
    empty.touch()

    assert said(capsys, empty) == "frames.jsonl: no messages\n"
    assert data(capsys, empty)["messages"] == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"root:x:0:0\n", "line 1 is no message; give the file that --log wrote"),
        (b'{"port": 4002}\n{"net_liquidation": "1"}\n', "line 1 is no message"),
        (b"\xff\xfe\x00", "not a frame log"),
        (None, "No such file or directory; give the file that --log wrote"),
    ],
)
def test_what_is_no_log_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None, expected: str
) -> None:
    path = tmp_path / "some.file"
    if content is not None:
        path.write_bytes(content)

    code = main(["inspect", str(path)])

    line = capsys.readouterr().err
    assert (code, line.count("\n")) == (2, 1)
    assert expected in line


def test_a_message_that_does_not_exist_is_one_line_with_the_nearest(
    capsys: pytest.CaptureFixture[str], log: Path
) -> None:
    assert main(["inspect", str(log), "--kind", "placeOrders"]) == 2

    assert "there is no such message; did you mean placeOrder?" in capsys.readouterr().err
