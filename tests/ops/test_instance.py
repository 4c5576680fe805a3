from pathlib import Path

import pytest

from domain.errors import StoreError
from ops.instance import lock_account


def test_a_second_bot_for_the_same_account_is_refused(tmp_path: Path) -> None:
    with lock_account("DU1234567", tmp_path), pytest.raises(StoreError, match="another bot"):
        lock_account("DU1234567", tmp_path)


def test_another_account_is_another_matter(tmp_path: Path) -> None:
    with lock_account("DU1234567", tmp_path), lock_account("DU7654321", tmp_path):
        pass


def test_the_lock_ends_with_its_holder_and_names_no_account(tmp_path: Path) -> None:
    lock_account("DU1234567", tmp_path).close()

    with lock_account("DU1234567", tmp_path) as held:
        assert "DU1234567" not in held.name
