import sys
from importlib import import_module
from pathlib import Path

import pytest

from broker.ib.unhurried import unhurried

CARELESS = "import dear\n\n\ndef price():\n    return dear.PRICE\n"


@pytest.fixture(autouse=True)
def _packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a dear module on the path, and one that imports it."""
    (tmp_path / "dear.py").write_text("PRICE = 12\n")
    (tmp_path / "careless.py").write_text(CARELESS)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("dear", "careless"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_what_another_imports_is_not_imported_until_it_is_used() -> None:
    with unhurried("dear"):
        careless = import_module("careless")
    before = "dear" in sys.modules

    price = careless.price()

    assert not before
    assert price == 12
    assert "dear" in sys.modules


def test_afterwards_an_import_is_the_real_one() -> None:
    with unhurried("dear"):
        import_module("careless")

    dear = import_module("dear")

    assert dear.PRICE == 12


def test_what_is_imported_already_stays() -> None:
    dear = import_module("dear")

    with unhurried("dear"):
        careless = import_module("careless")

    assert sys.modules["dear"] is dear
    assert careless.price() == 12


def test_what_is_not_there_is_missed_at_its_use() -> None:
    with unhurried("absent"):
        absent = import_module("absent")

    with pytest.raises(ModuleNotFoundError, match="absent"):
        _ = absent.anything
