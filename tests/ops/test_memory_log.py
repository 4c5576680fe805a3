import pytest

from ops.catalogue import CatalogueError
from ops.memory_log import MemoryLog, TeeLog


def test_events_are_remembered_in_order() -> None:
    log = MemoryLog()

    log.emit("ready")
    log.emit("cycle_start", cycle=1, symbols=2)

    assert log.events == [("ready", {}), ("cycle_start", {"cycle": 1, "symbols": 2})]
    assert log.named("cycle_start") == [{"cycle": 1, "symbols": 2}]


def test_a_broken_event_is_raised_unless_it_is_told_otherwise() -> None:
    lenient = MemoryLog(strict=False)

    lenient.emit("novelty")

    assert lenient.events == [("novelty", {})]
    with pytest.raises(CatalogueError, match="event novelty is not in the catalogue"):
        MemoryLog().emit("novelty")


def test_a_tee_passes_every_event_to_each_log() -> None:
    one, two = MemoryLog(), MemoryLog()

    TeeLog(one, two).emit("ready")

    assert one.events == two.events == [("ready", {})]
