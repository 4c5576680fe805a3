import gc
import weakref

import pytest

from ops.memory_guard import LOOKS, MemoryGuard, resident_mib


def test_what_is_resident_is_read_from_the_kernel() -> None:
    found = resident_mib()

    assert found is not None
    assert found > 1


@pytest.mark.parametrize("text", ["", "VmRSS:", "VmRSS: many kB"])
def test_where_the_kernel_does_not_say_nothing_is_known(text: str) -> None:
    assert resident_mib(text) is None


def test_memory_is_told_in_the_unit_of_the_setting() -> None:
    assert resident_mib("Name:\tpython\nVmRSS:\t  204800 kB\n") == 200


def test_one_burst_is_no_leak_and_a_row_of_them_is() -> None:
    taken = [500, 500, 100, *[500] * LOOKS]
    guard = MemoryGuard(400, lambda: taken.pop(0))

    found = [guard.trouble() for _ in range(len(taken))]

    assert found[:-1] == [""] * (len(found) - 1)
    assert found[-1] == "500 MiB of memory taken, 400 allowed"


@pytest.mark.parametrize(("limit", "resident"), [(0, 10_000), (400, None), (400, 400)])
def test_no_limit_no_knowledge_and_the_very_limit_end_nothing(limit: int, resident: int | None) -> None:
    guard = MemoryGuard(limit, lambda: resident)

    assert [guard.trouble() for _ in range(LOOKS + 1)] == [""] * (LOOKS + 1)


def test_before_too_much_is_said_cycles_are_thrown_away() -> None:
    class Kept:
        pass

    kept = Kept()
    kept.itself = kept  # type: ignore[attr-defined]
    gone = weakref.ref(kept)
    gc.disable()
    try:
        del kept
        guard = MemoryGuard(400, lambda: 500 if gone() is not None else 300)

        found = [guard.trouble() for _ in range(LOOKS + 1)]
    finally:
        gc.enable()

    assert gone() is None
    assert found == [""] * (LOOKS + 1)
