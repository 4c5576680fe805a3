"""The same tables as Parquet, typed: for whoever has weeks of them. It needs pyarrow, which is not among our packages.

pandas imports pyarrow wherever it finds it, and then takes more memory in the processes beside the bot: so the extra
goes into a folder of its own, `.venv-parquet`, and nothing but this looks there.
"""

import importlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ops.report.facts import Facts
from ops.report.tables import Kind, Table, kind_of, tables_of
from ops.report.trips import money

PLACES: Final = 9  # Of money: an average may have no end.
DIGITS: Final = 24


class MissingExtraError(Exception):
    """pyarrow is not there, or cannot be loaded; the text says why."""


def find_pyarrow(folder: Path) -> None:
    """See that pyarrow can be imported, from this folder if from nowhere else. Raises MissingExtraError."""
    if find_spec("pyarrow") is None and folder.is_dir():
        sys.path.append(str(folder))
        importlib.invalidate_caches()
    if find_spec("pyarrow") is None:
        raise MissingExtraError("is not installed")
    try:
        importlib.import_module("pyarrow.parquet")
    except ImportError as error:  # Of another Python, or of another machine.
        raise MissingExtraError(f"cannot be loaded: {error}") from error


def write_parquet(facts: Facts, folder: Path) -> list[Path]:
    """Write orders.parquet, fills.parquet and round_trips.parquet; return where. Call `find_pyarrow` first.

    Times are timestamps in microseconds, UTC; money decimals with `PLACES` places; counts 64 bits. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / f"{table.name}.parquet", table) for table in tables_of(facts)]


def _write(path: Path, table: Table) -> Path:
    pyarrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    types = {
        Kind.TEXT: pyarrow.string(),
        Kind.COUNT: pyarrow.int64(),
        Kind.MONEY: pyarrow.decimal128(DIGITS, PLACES),
        Kind.TIME: pyarrow.timestamp("us", tz="UTC"),
    }
    kinds = [kind_of(column) for column in table.columns]
    arrays = [
        pyarrow.array([_value(cell, kind) for cell in _column(table.rows, place)], types[kind])
        for place, kind in enumerate(kinds)
    ]
    parquet.write_table(pyarrow.table(arrays, names=list(table.columns)), path)
    return path


def _column(rows: Sequence[Sequence[object]], place: int) -> list[object]:
    return [row[place] for row in rows]


def _value(cell: object, kind: Kind) -> Any:
    """Return a cell as its column has it; an empty one is null."""
    if cell is None or (cell == "" and kind is not Kind.TEXT):
        return None
    if kind is Kind.MONEY:
        return money(cell).quantize(Decimal(1).scaleb(-PLACES))
    if isinstance(cell, datetime):
        return cell.astimezone(UTC)
    return cell if kind is Kind.COUNT else str(cell)
