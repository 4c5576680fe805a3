import logging

from ops.library_logs import capture, release
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
