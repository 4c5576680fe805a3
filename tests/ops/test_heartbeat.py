"""The heartbeat against a web server that fails, stalls and comes back."""

import threading

from ops.heartbeat import Heartbeat, get
from ops.memory_log import MemoryLog
from tests.ops.web import Web, serving


def heart(url: str, log: MemoryLog, *, well: bool = True) -> Heartbeat:
    return Heartbeat(url, log, interval_seconds=0.01, is_well=lambda: well)


def test_a_beat_is_one_request_and_says_nothing() -> None:
    log = MemoryLog()
    with serving(Web()) as web:
        heart(f"http://127.0.0.1:{web.port}/ping", log).beat()

    assert (web.asked, log.events) == ([("GET", "/ping", "")], [])


def test_while_all_is_not_well_there_is_no_beat() -> None:
    with serving(Web()) as web:
        heart(f"http://127.0.0.1:{web.port}/ping", MemoryLog(), well=False).beat()

    assert web.asked == []


def test_a_row_of_failures_is_told_once_and_its_end_with_their_number() -> None:
    log = MemoryLog()
    with serving(Web(statuses=[503, 429, 500, 200])) as web:
        beating = heart(f"http://127.0.0.1:{web.port}/secret", log)
        for _ in range(5):
            beating.beat()

    assert log.named("heartbeat_failed") == [{"reason": "status 503"}]
    assert log.named("heartbeat_recovered") == [{"failures": 3}]
    assert "secret" not in str(log.events)


def test_a_service_that_is_not_there_is_told_without_its_address() -> None:
    with serving(Web()) as web:
        gone = web.port

    trouble = get(f"http://127.0.0.1:{gone}/secret")

    assert "refused" in trouble
    assert "secret" not in trouble


def test_it_beats_again_and_again_and_a_stop_waits_for_no_service_that_stalls() -> None:
    web = Web()
    with serving(web):
        beating = heart(f"http://127.0.0.1:{web.port}/ping", MemoryLog())
        beating.start()
        enough = threading.Event()
        while len(web.asked) < 3:
            enough.wait(0.01)
        web.stall = threading.Event()
        seen = len(web.asked)
        while len(web.asked) <= seen:
            enough.wait(0.01)
        beating.stop()

        assert not web.stall.is_set()  # It still stalls; we are here.
