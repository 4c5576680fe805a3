"""``--scenario FILE``: both kinds of faults out of one file, each mistake in one line, each strike in the log."""

import json
from pathlib import Path

import pytest

from cli.main import main
from cli.scenario import ACTORS, load_bad_day, vocabulary
from domain.errors import ConfigError

BOTH = """
name = "both sides"

[gateway]
messages_per_second = 60

[[fault]]
kind = "drop"
at = 09:31:00

[[actor_fault]]
kind = "crash"
actor = "risk"
at = 09:32:00

[[actor_fault]]
kind = "drop"
actor = "symbol:*"
message = "RunCycle"
nth = 1

[[actor_fault]]
kind = "read_only"
at = "09:31:30"
lasts = 5
"""


def a_file(folder: Path, text: str) -> Path:
    path = folder / "bad.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_file_has_the_gateways_faults_and_ours(tmp_path: Path) -> None:
    day = load_bad_day(a_file(tmp_path, BOTH), ["SPY"])

    assert [fault.kind for fault in day.gateway.faults] == ["drop"]
    assert day.gateway.gateway == {"messages_per_second": 60}
    assert [(fault.kind, fault.actor) for fault in day.actor_faults] == [
        ("crash", "risk"),
        ("drop", "symbol:*"),
        ("read_only", "journal"),
    ]


def test_a_demo_applies_both_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = a_file(tmp_path, BOTH)
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--until", "09:33", "--json", "--scenario", str(scenario), "--set", f"paths.runs_dir={tmp_path}"])

    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    lines = (Path(result["run_dir"]) / "logs" / "bot.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    struck = [(row["fault"], row["actor"], row["message"]) for row in rows if row["event"] == "fault_injected"]
    lost = [row["ts"] for row in rows if row["event"] == "connection_state" and row["state"] == "backing_off"]
    assert ended.value.code == 0
    assert ("crash", "risk", "") in struck
    assert next(each for each in struck if each[0] == "drop")[2] == "RunCycle"
    assert any("13:31:0" in ts for ts in lost)
    assert result["invariants"]["violated"] == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('kind = "explode"\nactor = "risk"', "kind 'explode' is none of crash, hang"),
        ('actor = "risk"', "kind: it is missing"),
        ('kind = "crash"', "actor: it is missing"),
        ('kind = "crash"\nactor = "risky"', "actor 'risky' is none of telling, alerts"),
        ('kind = "crash"\nactor = "symbol:IBM"', "actor 'symbol:IBM' is none of"),
        ('kind = "crash"\nactor = "x*"', "actor 'x*' is none of"),
        ('kind = "crash"\nactor = 3', "actor = 3: it must be a text"),
        ('kind = "crash"\nactor = "risk"\nmessage = "Hello"', "message 'Hello' is none of"),
        ('kind = "read_only"\nmessage = "read"', "message read: kind read_only strikes at append only"),
        ('kind = "fail_start"\nactor = "risk"\nmessage = "RunCycle"', "it takes no message"),
        ('kind = "crash"\nactor = "risk"\nnth = 0', "nth = 0: it is counted from 1"),
        ('kind = "crash"\nactor = "risk"\nnth = 1.5', "nth = 1.5: it must be a whole number"),
        ('kind = "crash"\nactor = "risk"\nchance = 2', "chance = 2.0: it must be from 0 to 1"),
        ('kind = "crash"\nactor = "risk"\nchance = "often"', "chance = 'often': it must be a number"),
        ('kind = "crash"\nactor = "risk"\nnth = 1\nafter = 1', "after and nth: give one of"),
        ('kind = "crash"\nactor = "risk"\nafter = -1', "after = -1.0: it must be from 0"),
        ('kind = "crash"\nactor = "risk"\nat = "noon"', "at = noon: it must be a time of day"),
        ('kind = "crash"\nactor = "risk"\ntimes = 0', "times = 0: it must be 1 or more"),
        ('kind = "crash"\nactor = "risk"\nlasts = 0', "lasts = 0.0: it must be above 0"),
        ('kind = "crash"\nactor = "risk"\nloud = true', "loud: kind crash has no such setting; its settings: after"),
        ('kind = "crash"\nactor = "risk"\nafter_ = []', "after_ = []: it must be a number, a text, true or false"),
        ('kind = "slow"\nactor = "risk"\nseconds = -1', "seconds = -1: it must be a number from 0 to 86400"),
        ('kind = "duplicate"\nactor = "risk"\ncopies = 0', "copies = 0: it must be a whole number from 1 to 100"),
    ],
)
def test_every_mistake_is_one_clear_line(tmp_path: Path, row: str, said: str) -> None:
    path = a_file(tmp_path, f"[[actor_fault]]\n{row}\n")

    with pytest.raises(ConfigError) as refused:
        load_bad_day(path, ["SPY"])

    text = str(refused.value)
    assert said in text
    assert text.startswith(f"--scenario {path}: actor_fault 1: ")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[actor_fault]\nkind = 1", "two brackets"),
        ("actor_fault = [1]", "actor_fault 1: it must be a table"),
        ("[[fault]]\nkind = 'none'", "fault 1: kind 'none' is none of"),
        ("[[faults]]", 'unknown key "faults"'),
        ("= 3", "Invalid"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_bad_day(a_file(tmp_path, text), ["SPY"])


def test_a_file_that_is_not_there_ends_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--scenario", str(tmp_path / "no.toml"), "--set", f"paths.runs_dir={tmp_path / 'runs'}"])

    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "no.toml: No such file or directory" in said.err


def test_brackets_that_come_and_go_may_be_named_by_their_beginning() -> None:
    words = vocabulary(["SPY"])

    assert {"RunCycle", "ExecutionReport", "AppendRecords", "Due", "StartChild"} <= words.messages
    assert set(ACTORS) < set(words.actors)
