import logging
import threading

import pytest

from domain.errors import ConfigError
from ops.library_logs import capture, release, uncaught_told
from ops.masking import Masker
from ops.memory_log import MemoryLog


def test_what_a_library_warns_of_becomes_an_event() -> None:
    log = MemoryLog()
    handler = capture(log)

    logging.getLogger("some.Decoder").error("lost %s", "a message")
    logging.getLogger("some.Decoder").info("nothing to see")
    release(handler)

    assert log.events == [("library_message", {"logger": "some.Decoder", "text": "ERROR lost a message"})]


def test_nothing_is_taken_after_the_release() -> None:
    log = MemoryLog()

    release(capture(log))
    logging.getLogger("some.Decoder").error("lost")

    assert log.events == []


def test_a_library_that_logs_an_exception_has_its_stack_written() -> None:
    log = MemoryLog()
    handler = capture(log)

    try:
        int("seven")
    except ValueError:
        logging.getLogger("some.Decoder").exception("lost")
    release(handler)

    assert "invalid literal" in str(log.named("library_message")[0]["stack"])


def test_what_kills_a_thread_is_told_to_the_log_and_shown_without_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    log = MemoryLog()

    with uncaught_told(log, Masker()):
        thread = threading.Thread(target=lambda: int("DU1234567"), name="worker")
        thread.start()
        thread.join()

    (told,) = log.named("uncaught")
    assert (told["thread"], "invalid literal" in str(told["error"])) == ("worker", True)
    assert "DU***" in capsys.readouterr().err


def test_what_kills_the_process_is_told_and_masked_and_the_exit_code_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    log = MemoryLog()

    with pytest.raises(SystemExit) as ended, uncaught_told(log, Masker()):
        int("DU1234567")

    assert ended.value.code == 1
    assert [told["thread"] for told in log.named("uncaught")] == ["main"]
    assert "1234567" not in capsys.readouterr().err


def test_what_the_command_line_says_in_one_line_is_left_to_it() -> None:
    with pytest.raises(ConfigError), uncaught_told(MemoryLog(), Masker()):
        raise ConfigError("no such file")
