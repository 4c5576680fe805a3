"""`./bot bench`: what the scripts print becomes figures; they are written down, and a fall is found out."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.bench import BEGIN, END, PAGE, README, RECORD, chief_of, run_bench
from cli.benchmarks import BENCHMARKS, Benchmark, Figure
from cli.main import main
from domain.errors import ConfigError

LATENCY = {"p50_ms": 0.5, "p99_ms": 3.0, "max_ms": 6.0}
CYCLE = {"symbols": 3, "cycle": "hold", "ours_s": 0.2, "shortest_s": 0.2, "ratio": 1.0}
SAID: dict[str, Any] = {
    "symbol_cycles": {
        "aim": 20.0,
        "rows": [{"symbols": 3, "ours_per_s": 400.0, "threaded_per_s": 100.0, "ratio": 4.0, "cpu_ratio": 4.0}],
    },
    "cycle_time": {"rows": [CYCLE], "threaded": [{"symbols": 3, "threaded_s": 1.4}]},
    "order_latency": {"ours": LATENCY, "plain": {**LATENCY, "p50_ms": 10_000.0}, "messages_in_a_second_most": 43},
    "stop_trigger": {"ours": LATENCY, "threaded": LATENCY, "stops": 10, "holds": True, "ratios": {"p50": 9000.0}},
    "restart_latency": {"threads": {"p99_ms": 5.0, "broker_ready_max_seconds": 0.8, "crowd_seconds": 2.5}},
    "journal_write": {"p99_ms_max": 10.0, "rows": [{"what": "disk"}, {"what": "journal", "p99_ms": 4.0}]},
    "start": {"ready_seconds_median": 1.1, "aim_seconds": 1.5},
    "replay_days": [{"what": "a day", "seconds": 16.0, "seconds_max": 8.0}],
    "memory": [{"symbols": 1000, "resident_mib": 90.0, "resident_mib_max": 104.0, "threads": 9}],
}


class Machine:
    """Runs no script, and says what one would; ``speed`` is how fast ours is here, other than at first."""

    def __init__(self, *speeds: float) -> None:
        self.speeds = list(speeds)
        self.ran: list[tuple[str, tuple[str, ...]]] = []

    def __call__(self, one: Benchmark, words: tuple[str, ...]) -> tuple[int, str]:
        self.ran.append((one.name, words))
        said = json.loads(json.dumps(SAID.get(one.name, {"anything": 1})))
        if one.name == "symbol_cycles" and self.speeds:
            said["rows"][0]["cpu_ratio"] *= self.speeds.pop(0)
        return 0, f"a table\n{json.dumps(said)}\n"


def silent(one: Benchmark, words: tuple[str, ...]) -> tuple[int, str]:
    del one, words
    return 1, "it broke\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for path in (RECORD, PAGE, README):
        (tmp_path / path).parent.mkdir(exist_ok=True)
    for path in (PAGE, README):
        (tmp_path / path).write_text(f"before\n{BEGIN}\nof yesterday\n{END}\nafter\n")
    return tmp_path


def bench(checkout: Path, *names: str, run: Any, check: bool = False) -> int:
    return run_bench(names, check=check, as_json=True, checkout=checkout, run=run)


def test_without_names_the_short_ones_run_and_with_them_those_in_full(checkout: Path) -> None:
    every, one = Machine(), Machine()

    bench(checkout, run=every)
    bench(checkout, "symbol_cycles", "stop_trigger", run=one)

    assert every.ran == [(b.name, b.short) for b in BENCHMARKS.values() if b.short is not None]
    assert one.ran == [("symbol_cycles", ()), ("stop_trigger", ())]


def test_figures_go_into_the_record_the_page_and_the_chief_ones_into_the_readme(checkout: Path) -> None:
    code = bench(checkout, *BENCHMARKS, run=Machine())

    page, readme = ((checkout / path).read_text() for path in (PAGE, README))
    rows = json.loads((checkout / RECORD).read_text())
    assert code == 0
    assert list(rows) == list(BENCHMARKS)
    assert (
        "| symbol-cycles a second, 3 symbols | `python bench/symbol_cycles.py` | 400, threaded 100; by CPU time 4 x |"
        in page
    )
    assert "20 x (missed) | 4 |" in page
    assert "symbol-cycles a second, 3 symbols: 400, threaded 100; by CPU time 4 x; cycle at 200 ms a request" in readme
    assert "yesterday" not in page + readme
    assert page.startswith("before\n")
    assert readme.endswith("after\n")


def test_the_few_sizes_of_a_short_run_leave_those_of_a_full_one_written_down(checkout: Path) -> None:
    bench(checkout, "memory", run=Machine())
    path = checkout / RECORD
    path.write_text(path.read_text().replace("1000 symbols", "3 symbols"))

    bench(checkout, "memory", run=Machine())

    assert [row["what"] for row in json.loads(path.read_text())["memory"]] == [
        "resident memory, 3 symbols",
        "resident memory, 1000 symbols",
    ]


def test_what_was_not_taken_this_time_stays_written_down(checkout: Path) -> None:
    bench(checkout, "start", run=Machine())

    bench(checkout, "memory", run=Machine())

    assert list(json.loads((checkout / RECORD).read_text())) == ["start", "memory"]


@pytest.mark.parametrize(("speeds", "code"), [((0.81,), 0), ((0.79, 0.79), 1), ((0.79, 0.81), 0)])
def test_a_ratio_may_fall_by_a_fifth_and_is_measured_twice_before_it_is_believed(
    checkout: Path, speeds: tuple[float, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    bench(checkout, "symbol_cycles", run=Machine())
    before = (checkout / RECORD).read_text()

    found = bench(checkout, "symbol_cycles", run=Machine(*speeds), check=True)

    assert found == code
    assert ("fell symbol-cycles a second, 3 symbols: 3.16, 4 is written down" in capsys.readouterr().err) is bool(code)
    assert (checkout / RECORD).read_text() == before


def test_a_script_that_breaks_is_told_and_writes_nothing(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = bench(checkout, "start", run=silent)

    assert code == 1
    assert json.loads((checkout / RECORD).read_text()) == {}
    assert "exit code 1" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_record_that_is_none_is_refused(checkout: Path, text: str) -> None:
    (checkout / RECORD).write_text(text)

    with pytest.raises(ConfigError, match="remove it and run"):
        bench(checkout, "start", run=Machine())


def test_without_a_record_there_is_nothing_to_compare_with(checkout: Path) -> None:
    with pytest.raises(ConfigError, match="nothing is written down yet"):
        bench(checkout, run=Machine(), check=True)


def test_a_page_without_its_marks_is_refused(checkout: Path) -> None:
    (checkout / PAGE).write_text("nothing\n")

    with pytest.raises(ConfigError, match="to write between"):
        bench(checkout, "start", run=Machine())


def test_a_name_that_is_none_is_one_line_and_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["bench", "speed"])

    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith("bot: speed is no figure; give some of symbol_cycles, cycle_time")


def test_of_the_chief_figures_the_readme_has_as_many_as_it_has_room_for() -> None:
    long, short = (Figure(what=what, measured="much", chief=True) for what in ("a figure " * 20, "a short one"))

    said = chief_of([long, long, short, Figure(what="another", measured="little")])

    assert [len(line) <= 120 for line in said.splitlines()] == [True, True]
    assert said.count("much") == 2
    assert said.endswith("a short one: much.")


def test_every_script_is_there() -> None:
    assert [one.path for one in BENCHMARKS.values() if not Path(one.path).is_file()] == []
