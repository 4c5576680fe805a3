"""What is told from the log alone, held against the ledger of the day that wrote it."""

import csv
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from cli.report import Asked, run_report
from ops.explaining.question import explain
from ops.reading.files import log_files
from ops.reading.rows import Reader, Wanted, at_of
from ops.report.facts import Facts, facts_of
from ops.watching.board import Board
from ops.watching.screen import screen
from tests.scenarios.days import Ran, replayed, wanted

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHRISTMAS_EVE = "2015-12-24"
SAME_DAY = ("options.expiry=0dte", "options.max_spread_pct=40", "options.min_volume=0")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Replay GOOG in what expires that day."""
    return replayed(wanted(tmp_path_factory.mktemp("0dte"), *SAME_DAY), CHRISTMAS_EVE, "GOOG")


def folder_of(ran: Ran) -> Path:
    return Path(ran.result.run_dir)


def told_of(ran: Ran) -> Facts:
    return facts_of(Reader(log_files(folder_of(ran))), None, None)


def test_the_log_comes_to_what_the_ledger_and_the_gateway_do_to_the_cent(ran: Ran) -> None:
    facts = told_of(ran)

    assert (facts.pnl, facts.fees) == (ran.result.pnl, ran.result.fees)
    assert facts.pnl == facts.told_pnl == ran.result.gateway_pnl
    assert facts.points[-1][1] == facts.pnl


def test_the_log_counts_as_the_run_did(ran: Ran) -> None:
    facts = told_of(ran)

    assert len(facts.trips) == ran.result.exits > 0
    assert dict(facts.health.denied) == ran.result.denied_by
    assert facts.health.cycles["cycles"] == ran.result.cycles
    assert (facts.strange, facts.unreadable, facts.timeline.outages) == (0, 0, [])


def test_each_round_trip_has_what_its_chart_needs(ran: Ran) -> None:
    facts = told_of(ran)

    for trip in facts.trips:
        assert trip.quote is not None
        assert {level.leg for level in trip.levels} == {"TARGET", "STOP"}
        assert facts.candles.between("GOOG", trip.opened_at.replace(second=0, microsecond=0), facts.timeline.end)


def test_the_tables_add_up_to_the_same(ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_report(Asked(log=folder_of(ran), csv=tmp_path))

    rows = {
        name: list(csv.DictReader((tmp_path / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        for name in ("fills", "round_trips", "orders")
    }
    cash = sum((Decimal(row["cash"]) - Decimal(row["fees"]) for row in rows["fills"]), Decimal(0))
    assert code == 0
    assert cash == ran.result.pnl == sum((Decimal(row["pnl"]) for row in rows["round_trips"]), Decimal(0))
    assert {row["status"] for row in rows["orders"]} <= {"Filled", "Cancelled", "Inactive"}
    assert f"{ran.result.pnl:+,.2f}" in capsys.readouterr().out


def test_every_intent_of_the_day_can_be_explained(ran: Ran) -> None:
    for trip in told_of(ran).trips:
        answer = explain(Reader(log_files(folder_of(ran))), trip.intent, None)
        assert f"P&L {trip.pnl:,.2f} USD" in answer.lines[-1]
        assert any("was chosen at" in line and "It passed: spread" in line for line in answer.lines)


def test_the_watched_board_has_the_logs_numbers_all_day_and_nothing_wraps(ran: Ran) -> None:
    board, looked = Board(), 0
    for row in Reader(log_files(folder_of(ran))).rows(Wanted()):
        board.take(row)
        if row["event"] in {"day_pnl", "guard_quote", "position_closed"}:
            lines = screen(board, at_of(row), 80, 24).plain.split("\n")
            looked += 1
            assert [len(line) for line in lines] == [80] * 24
        if row["event"] == "day_pnl":
            assert lines[3].startswith(f"P&L {row['pnl']:+,.2f} fees {row['fees']:,.2f}  loss {row['loss']:,.2f} of")
        if row["event"] == "guard_quote":
            assert f" {row['bid']:.2f} " in lines[5]

    assert looked > 20
    assert board.open_trips == []
    assert board.day is not None
    assert board.day.entries == ran.result.entries


def test_the_page_needs_nothing_but_itself(ran: Ran, tmp_path: Path) -> None:
    run_report(Asked(log=folder_of(ran), html=tmp_path / "report.html"))

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["'](?!data:|https://www\.tradingview\.com/["'])""", text)
    assert "default-src 'none'" in text
    assert f"{ran.result.pnl:+,.2f}" in text


def test_a_real_browser_draws_every_chart_of_the_page(ran: Ran, tmp_path: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    run_report(Asked(log=folder_of(ran), html=tmp_path / "report.html"))

    options = ("--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile")
    dom = subprocess.run(  # noqa: S603 - the machine's own browser on our own page
        [browser, *options, "--virtual-time-budget=5000", "--dump-dom", (tmp_path / "report.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip

    assert 'data-drawn="4"' in dom  # Profit and loss, its falls, and the newest trip's option and share.
    assert dom.count("<canvas") >= 8
