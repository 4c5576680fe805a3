"""Words from afar, against a server that stands for Telegram's."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from actors.runtime.clock import WallClock
from domain.remote import IDS_LAST, Word
from ops.masking import Masker
from ops.memory_log import MemoryLog
from ops.remote_control import FAILED_SECONDS_MAX, PAUSE_SECONDS, REASONS_TOLD_MAX, RemoteControl
from ops.remote_offset import KeptOffset
from ops.telegram import TelegramApi
from tests.builders import NOW
from tests.ops.clock import StillClock
from tests.ops.telegram_server import OWNER, TOKEN, Bad, Telegram, an_error, an_update, telegram

BEFORE = NOW - timedelta(seconds=1)


@dataclass
class Scene:
    """A remote control between Telegram and what it may do; ``done`` says what was, in order."""

    server: Telegram
    folder: Path
    clock: StillClock = field(default_factory=lambda: StillClock(NOW))
    log: MemoryLog = field(default_factory=MemoryLog)
    done: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    answer_seconds: float = 5.0
    breaks: bool = False

    def remote(self) -> RemoteControl:
        """Return one that has just started."""
        return RemoteControl(
            TelegramApi(self.server.base, TOKEN, WallClock(), answer_seconds=self.answer_seconds),
            OWNER,
            self.log,
            self.clock,
            kept=KeptOffset(self.folder / "paper.telegram.json", TOKEN),
            acts={Word.HALT: self._act("halted"), Word.STATUS: self._act("all is well on DU1234567")},
            masked=Masker((TOKEN,)),
            pause=self._paused,
        )

    def _act(self, answer: str) -> Callable[[], str]:
        def act() -> str:
            self.done.append(answer)
            if self.breaks:
                raise KeyError(answer)
            return answer

        return act

    def _paused(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return False


@contextmanager
def scene(folder: Path, *updates: dict[str, object], **changes: object) -> Iterator[Scene]:
    with telegram(Telegram(updates=list(updates), **changes)) as server:  # type: ignore[arg-type] # its fields by name
        yield Scene(server, folder)


def test_a_halt_is_carried_out_once_acknowledged_and_confirmed(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7)) as there:
        remote = there.remote()
        remote.turn()
        remote.turn()

    assert there.done == ["halted"]
    assert there.server.sent == [f"halted\n{NOW:%H:%M:%S} UTC"]
    assert [each.get("offset") for each in there.server.polled()] == [None, 8]
    assert there.log.named("remote_order") == [{"word": "halt", "text": "halted"}]


def test_a_status_is_answered_without_account_numbers(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7, "status")) as there:
        there.remote().turn()

    assert there.server.sent[0].startswith("all is well on DU***\n")


@pytest.mark.parametrize("text", ["/resume", "/flatten", "buy SPY", "/start", ""])
def test_nothing_else_is_done_and_that_is_said(text: str, tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7, text)) as there:
        there.remote().turn()

    assert there.done == []
    assert "halt and status" in there.server.sent[0]


def test_a_halt_is_done_before_anything_is_answered(tmp_path: Path) -> None:
    late = an_update(7, at=BEFORE)
    with scene(tmp_path, late, an_update(8, "status"), an_update(9), bad={"sendMessage": [Bad(500)] * 9}) as there:
        there.remote().turn()

    assert there.done == ["halted", "all is well on DU1234567"]
    assert there.server.sent == []
    assert [row["reason"] for row in there.log.named("remote_unanswered")] == ["status 500"] * 3


def test_the_same_word_said_often_at_once_is_one(tmp_path: Path) -> None:
    with scene(tmp_path, *(an_update(number) for number in range(7, 20))) as there:
        there.remote().turn()

    assert (there.done, len(there.server.sent)) == (["halted"], 1)


def test_a_message_from_before_the_start_is_not_carried_out_and_the_owner_is_told(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7, at=BEFORE), an_update(8, "status", at=BEFORE)) as there:
        there.remote().turn()

    assert there.done == []
    assert there.server.sent == ["Not carried out: 2 from before my start. Say it again if it is still meant."]
    assert there.log.named("remote_skipped") == [{"messages": 2}]


def test_a_restart_repeats_no_halt_though_its_clock_stands_and_telegram_tells_it_again(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7)) as there:
        there.remote().turn()
        there.remote().turn()
        there.server.updates = [an_update(7)]
        there.server.bad["getUpdates"] = [Bad(body=b'{"ok": true, "result": [%s]}' % _json(an_update(7)))]
        there.remote().turn()

    assert there.done == ["halted"]
    assert [each.get("offset") for each in there.server.polled()] == [None, 8, 8]


def _json(update: dict[str, object]) -> bytes:
    return json.dumps(update).encode()


def test_a_number_kept_too_long_is_forgotten_for_telegram_draws_new_ones(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(900)) as there:
        there.remote().turn()
        there.clock.at += IDS_LAST + timedelta(minutes=1)
        there.server.updates = [an_update(7, at=there.clock.at)]
        there.remote().turn()

    assert there.done == ["halted", "halted"]


def test_the_number_of_another_bot_is_not_ours(tmp_path: Path) -> None:
    KeptOffset(tmp_path / "paper.telegram.json", "another").keep(900, NOW)

    with scene(tmp_path, an_update(7)) as there:
        there.remote().turn()

    assert there.done == ["halted"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"bot": 1, "next_id": "7"}', "\udcff", '{"bot": "%s", "next_id": 7, "at": "noon"}']
)
def test_a_damaged_place_is_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / "place"
    kept = KeptOffset(path, TOKEN)
    kept.keep(7, NOW)
    bot = path.read_text(encoding="utf-8").split('"')[3]
    path.write_text(text.replace("%s", bot), encoding="utf-8", errors="surrogateescape")

    assert kept.read() == (None, None)


def test_a_disk_that_refuses_keeps_nobody_from_halting(tmp_path: Path) -> None:
    with scene(tmp_path / "gone", an_update(7)) as there:
        there.remote().turn()

    assert there.done == ["halted"]
    assert "not kept" in str(there.log.named("remote_failed"))


def test_strangers_are_told_once_each_with_the_last_digits_and_counted_for_the_owner(tmp_path: Path) -> None:
    crowd = [an_update(number, chat_id=-1000123456 - number % 2) for number in range(7, 12)]

    with scene(tmp_path, *crowd, an_update(12, "status")) as there:
        there.remote().turn()

    assert there.done == ["all is well on DU1234567"]
    assert [row["chat"] for row in there.log.named("remote_ignored")] == ["***457", "***456"]
    assert "5 messages of other chats ignored" in there.server.sent[0]
    assert not {asked["chat_id"] for method, asked in there.server.asked if method == "sendMessage"} - {OWNER}


def test_strangers_alone_write_nothing_to_the_disk(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7, chat_id=666)) as there:
        there.remote().turn()

    assert list(tmp_path.iterdir()) == []


def test_failures_are_told_once_a_row_and_reason_and_pauses_grow_to_a_bound(tmp_path: Path) -> None:
    with scene(tmp_path, bad={"getUpdates": [Bad(500)] * 3 + [Bad(502)] * 9}) as there:
        remote = there.remote()
        pauses = [remote.turn() for _ in range(13)]

    assert pauses == [1, 2, 4, 8, 16, 32, *[FAILED_SECONDS_MAX] * 6, PAUSE_SECONDS]
    assert [row["reason"] for row in there.log.named("remote_failed")] == ["status 500", "status 502"]
    assert there.log.named("remote_recovered") == [{"failures": 12}]


def test_a_server_that_fails_in_ever_new_words_fills_no_log(tmp_path: Path) -> None:
    answers = [an_error(500, f"oops {number}") for number in range(50)]
    with scene(tmp_path, bad={"getUpdates": answers}) as there:
        remote = there.remote()
        for _ in range(50):
            remote.turn()

    assert len(there.log.named("remote_failed")) == REASONS_TOLD_MAX


def test_the_pause_that_telegram_asks_for_is_made_within_reason(tmp_path: Path) -> None:
    limited = [an_error(429, "Too Many Requests", retry_after=seconds) for seconds in (30, 86400)]

    with scene(tmp_path, bad={"getUpdates": limited}) as there:
        remote = there.remote()

        assert [remote.turn(), remote.turn()] == [30, 900]


def test_an_answer_that_is_refused_is_tried_again_after_the_pause_asked_for(tmp_path: Path) -> None:
    limited = an_error(429, "Too Many Requests", retry_after=7)

    with scene(tmp_path, an_update(7), bad={"sendMessage": [limited, Bad(500)]}) as there:
        there.remote().turn()

    assert (len(there.server.sent), there.pauses) == (1, [7, 2])


def test_a_token_that_the_server_says_aloud_reaches_no_log(tmp_path: Path) -> None:
    with scene(tmp_path, bad={"getUpdates": [an_error(404, f"no bot {TOKEN}")]}) as there:
        there.remote().turn()

    assert there.log.named("remote_failed") == [{"reason": "status 404: no bot ***"}]


def test_an_act_that_breaks_is_answered_and_the_next_word_is_heard(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7), an_update(8, "status")) as there:
        there.breaks = True
        there.remote().turn()

    assert [text.partition("\n")[0] for text in there.server.sent] == [
        "halt failed: KeyError",
        "status failed: KeyError",
    ]


def test_what_comes_after_the_stop_is_not_carried_out(tmp_path: Path) -> None:
    with scene(tmp_path, an_update(7)) as there:
        remote = there.remote()
        remote.stop()
        remote.turn()

    assert there.done == []
    assert "I am stopping" in there.server.sent[0]


def test_it_listens_by_itself_and_a_stop_waits_for_no_server_that_stalls(tmp_path: Path) -> None:
    heard = threading.Event()
    with scene(tmp_path, waits=True) as there:
        remote = RemoteControl(
            TelegramApi(there.server.base, TOKEN, WallClock()),
            OWNER,
            there.log,
            there.clock,
            kept=KeptOffset(tmp_path / "place", TOKEN),
            acts={Word.HALT: lambda: heard.set() or "halted"},  # type: ignore[func-returns-value] # for its effect
            masked=str,
        )
        remote.start()
        there.server.write(an_update(7))

        assert heard.wait(30)
        while len(there.server.polled()) < 2:
            threading.Event().wait(0.01)
        remote.stop()
        assert "remote" in [each.name for each in threading.enumerate()]  # It still waits for news; we are here.
