"""Parquet and CSV say the same. In processes of their own: pandas changes where it finds pyarrow."""

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from cli.report import Asked, run_report
from domain.errors import ConfigError
from ops.report.parquet import PLACES, MissingExtraError, find_pyarrow
from ops.report.tables import Kind, kind_of
from tests.house import CHECKOUT
from tests.ops.report.lines import CONTRACT, Written, closed, filled, planned

EXTRA: Final = CHECKOUT / ".venv-parquet"
NAMES: Final = ("orders", "fills", "round_trips")
READ: Final = """
import json, sys
from pyarrow import parquet
tables = {name: parquet.read_table(f"{sys.argv[1]}/{name}.parquet") for name in sys.argv[2:]}
plain = {name: [{key: None if cell is None else str(cell) for key, cell in row.items()} for row in table.to_pylist()]
         for name, table in tables.items()}
types = {field.name: str(field.type) for table in tables.values() for field in table.schema}
print(json.dumps({"rows": plain, "types": types}))
"""


def a_log(folder: Path) -> Path:
    """Return the folder of a log of a round trip, in two fills at an average without an end, and an open one."""
    log = Written(folder)
    for minute, intent in ((1, "SPY-1"), (60, "SPY-2")):
        planned(log, minute, intent, quantity=3)
        for leg in ("E", "T"):
            log.at(
                minute, "order_placement",
                ref=f"{intent}.{leg}.1", contract=CONTRACT, side="BUY" if leg == "E" else "SELL", quantity=3,
                order_type="LMT", price=Decimal("1.04"), trigger=None, tif="DAY",
            )  # fmt: skip
        filled(log, minute + 1, intent, ("ENTRY", 1, "1.02", f"{intent}a"))
        filled(log, minute + 1, intent, ("ENTRY", 2, "1.03", f"{intent}b"))
    filled(log, 20, "SPY-1", ("TARGET", 3, "1.5", "c"))
    closed(log, 20, "SPY-1", "138.10", "3.90", quantity=3)
    log.facts()
    return folder


def ran(*words: str, path: str = "") -> str:
    """Return what Python says with these arguments, in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "100"}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, *words],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_parquet_has_it(column: str, cell: str) -> object:
    """Return a cell of the CSV as its column is written in Parquet."""
    if cell == "" and kind_of(column) is not Kind.TEXT:
        return None
    if kind_of(column) is Kind.MONEY:
        return Decimal(cell).quantize(Decimal(1).scaleb(-PLACES))
    return cell.removesuffix("Z").replace("T", " ") if kind_of(column) is Kind.TIME else cell


def as_it_was_read(column: str, cell: str | None) -> object:
    if cell is None or kind_of(column) is Kind.TEXT:
        return cell
    if kind_of(column) is Kind.TIME:
        return cell.removesuffix("+00:00") if "." in cell else cell.removesuffix("+00:00") + ".000000"
    return Decimal(cell) if kind_of(column) is Kind.MONEY else cell


@pytest.mark.skipif(
    not EXTRA.is_dir(), reason="the extra for Parquet is not installed: ./bot report --parquet says how"
)
def test_what_is_read_back_is_what_the_csv_says_with_types(tmp_path: Path) -> None:
    log, out = a_log(tmp_path / "log"), tmp_path / "out"
    ran("run.py", "report", "--log", str(log), "--csv", str(out), "--parquet", str(out))

    read = json.loads(ran("-c", READ, str(out), *NAMES, path=str(EXTRA)))

    for name in NAMES:
        told = list(csv.DictReader((out / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        assert told
        expected = [{column: as_parquet_has_it(column, cell) for column, cell in row.items()} for row in told]
        found = [{column: as_it_was_read(column, cell) for column, cell in row.items()} for row in read["rows"][name]]
        assert found == expected, name
    assert {read["types"][name] for name in ("price", "pnl", "fees")} == {"decimal128(24, 9)"}
    assert {read["types"][name] for name in ("at", "closed_at")} == {"timestamp[us, tz=UTC]"}
    assert {read["types"][name] for name in ("quantity", "filled")} == {"int64"}


def test_without_the_extra_one_line_says_what_to_do_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = Asked(
        log=a_log(tmp_path / "log"), csv=out, parquet=out, html=tmp_path / "page.html", extra=tmp_path / "none"
    )

    with pytest.raises(ConfigError) as refused:
        run_report(asked)

    line = str(refused.value)
    assert line.startswith("--parquet needs pyarrow, which is not installed; run ")
    assert f"--target {tmp_path / 'none'} --require-hashes -r {CHECKOUT / 'requirements-parquet.lock'}" in line
    assert "\n" not in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log"]


def test_one_of_another_python_is_said_to_be_unusable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyarrow").mkdir()
    (tmp_path / "pyarrow" / "__init__.py").write_text("raise ImportError('made for another Python')")
    monkeypatch.setattr(sys, "path", [*sys.path])  # It adds to it.

    with pytest.raises(MissingExtraError, match="cannot be loaded: made for another Python"):
        find_pyarrow(tmp_path)
