import json
import re
import threading
import traceback
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from loguru import logger

from domain.ports import EventLog
from ops.catalogue import CatalogueError
from ops.logs import FileLog
from ops.rotation import Rotation
from tests.ops.clock import StillClock


def written(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "bot.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("inline", [True, False])
def test_an_event_is_one_flat_object_and_one_line_to_read(tmp_path: Path, inline: bool) -> None:  # noqa: FBT001 - both ways of writing
    log = FileLog(tmp_path, StillClock(), inline=inline)

    log.emit("cycle_start", cycle=3, symbols=2)
    log.close()

    assert written(tmp_path) == [
        {
            "ts": "2026-01-02T15:04:05.000006Z",
            "level": "INFO",
            "event": "cycle_start",
            "msg": "cycle 3 of 2 symbols",
            "cycle": 3,
            "symbols": 2,
        }
    ]
    assert (tmp_path / "bot.log").read_text(encoding="utf-8") == (
        "2026-01-02T15:04:05.000006Z INFO     cycle_start: cycle 3 of 2 symbols\n"
    )


def test_it_can_stand_where_the_core_wants_a_log(tmp_path: Path) -> None:
    with closing(FileLog(tmp_path, StillClock(), inline=True)) as file_log:
        log: EventLog = file_log
        log.emit("ready")

    assert [line["event"] for line in written(tmp_path)] == ["ready"]


def test_events_of_many_threads_are_all_written_and_none_is_torn(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock())

    def speak() -> None:
        for number in range(100):
            log.emit("cycle_start", cycle=number, symbols=1)

    threads = [threading.Thread(target=speak) for _ in range(4)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()

    assert sorted(str(line["cycle"]) for line in written(tmp_path)) == sorted(
        str(n) for n in range(100) for _ in range(4)
    )


def test_secrets_and_account_numbers_are_in_neither_file(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True, secrets=["hunter22"])

    log.emit("order_error", ref="a.E.1", code=201, text="no funds in U1234567, hunter22", effect="rejected")
    log.close()

    text = (tmp_path / "bot.log").read_text() + (tmp_path / "bot.jsonl").read_text()
    assert "1234567" not in text
    assert "hunter22" not in text
    assert "no funds in U***" in text


def test_an_unknown_event_is_written_and_complained_of(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True)

    log.emit("novelty", size=3)
    log.close()

    complaint, line = written(tmp_path)
    assert (complaint["event"], complaint["violated"]) == ("catalogue_violation", "novelty")
    assert (line["event"], line["size"]) == ("novelty", 3)


def test_a_strict_log_raises_for_a_missing_field(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True, strict=True)

    with pytest.raises(CatalogueError, match="event cycle_start lacks symbols"):
        log.emit("cycle_start", cycle=1)


def test_money_is_a_number_and_braces_are_no_placeholders(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True)

    log.emit("entry_denied", symbol="SPY", rule="r", found=Decimal("0.1"), limit="{0} %s {found}")
    log.close()

    (line,) = written(tmp_path)
    assert line["found"] == 0.1
    assert line["msg"] == "SPY denied by r: 0.1 against {0} %s {found}"


def test_a_full_queue_drops_and_counts_never_waits_and_keeps_what_tells_of_orders(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), capacity=5)
    stuck, entered = threading.Event(), threading.Event()

    class Gate(threading.Event):
        """Keeps the writing thread at its door."""

        def set(self) -> None:
            entered.set()
            stuck.wait(10)

    log._queue.put(Gate())
    entered.wait(10)
    for number in range(8):
        log.emit("cycle_start", cycle=number, symbols=1)
    log.emit("risk_released", intent="a")
    log.emit("order_cancel_sent", ref="a.E.1")
    stuck.set()
    log.close()

    assert log.dropped == 4
    assert [line["event"] for line in written(tmp_path)].count("cycle_start") == 5
    assert [line["dropped"] for line in written(tmp_path) if line["event"] == "log_dropped"] == [4]
    assert [line["ref"] for line in written(tmp_path) if line["event"] == "order_cancel_sent"] == ["a.E.1"]


def test_flush_returns_when_all_before_it_is_on_disk(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock())
    log.emit("ready")

    flushed = log.flush()

    assert flushed
    assert [line["event"] for line in written(tmp_path)] == ["ready"]
    log.close()


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock())
    log.emit("ready")

    log.close()
    log.close()

    assert len(written(tmp_path)) == 1


def test_two_logs_of_one_process_do_not_mix(tmp_path: Path) -> None:
    one = FileLog(tmp_path / "one", StillClock(), inline=True)
    two = FileLog(tmp_path / "two", StillClock(), inline=True)

    one.emit("ready")
    two.emit("cycle_start", cycle=1, symbols=1)
    one.close()
    two.close()

    assert [line["event"] for line in written(tmp_path / "one")] == ["ready"]
    assert [line["event"] for line in written(tmp_path / "two")] == ["cycle_start"]


def test_a_file_of_full_size_is_set_aside_and_packed(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True, rotation=Rotation(megabytes=1))

    for _ in range(3):
        log.emit("actor_failed", actor="a", epoch=1, error="x", stack="y" * 400_000)
    log.close()

    assert [path.name for path in tmp_path.glob("bot.*.jsonl*")] == ["bot.20260102T150405.000006Z.jsonl.gz"]
    assert len(written(tmp_path)) == 1


def test_what_tells_of_an_order_is_on_the_disk_at_once_and_the_rest_within_a_second(tmp_path: Path) -> None:
    clock = StillClock()
    log = FileLog(tmp_path, clock)

    log.emit("order_cancel_sent", ref="a.E.1")
    log.flush()
    after_order = log.syncs
    log.flush()
    without_news = log.syncs
    log.emit("ready")
    log.close()

    assert (after_order, without_news, log.syncs) == (1, 1, 2)


def test_a_disk_that_refuses_costs_lines_and_tells_how_many_once_it_takes_them_again(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock())
    (tmp_path / "bot.jsonl").mkdir()

    log.emit("ready")
    log.flush()
    (tmp_path / "bot.jsonl").rmdir()
    log.emit("cycle_start", cycle=1, symbols=1)
    log.close()

    assert log.dropped == 1
    assert [line["event"] for line in written(tmp_path)] == ["cycle_start", "log_dropped"]


def test_no_traceback_shows_an_account_or_a_part_of_a_secret_address(tmp_path: Path) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True, secrets=["tgram://123456:AAEsecretTOKEN/987654321"])

    error = ValueError("DU7654321 at https://api.telegram.org/botAAEsecretTOKEN/send for acct_U1234567")
    log.emit("library_message", logger="x", text=str(error), stack="".join(traceback.format_exception(error)))
    log.close()

    text = (tmp_path / "bot.log").read_text() + (tmp_path / "bot.jsonl").read_text()
    assert not re.search("7654321|1234567|AAEsecretTOKEN", text)


def test_what_a_strategy_says_to_the_library_itself_is_in_neither_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = FileLog(tmp_path, StillClock(), inline=True)

    logger.info("from somebody else, with DU1234567")
    log.close()

    assert [path.read_text() for path in tmp_path.iterdir()] == []
    assert capsys.readouterr().err == ""  # Nor on the terminal: nobody has masked it.
