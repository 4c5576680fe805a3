from datetime import UTC, datetime, timedelta

from domain.alerting import ALERTS_PER_HOUR_MAX, SAME_ALERT_SECONDS, AlertBook, admitted
from domain.commands import SendAlert

NOW = datetime(2026, 1, 5, 15, tzinfo=UTC)


def test_the_same_alert_goes_out_again_only_after_a_while() -> None:
    alert = SendAlert(kind="breaker", text="open")
    book, first = admitted(AlertBook(), alert, NOW)

    book, again = admitted(book, alert, NOW + timedelta(seconds=SAME_ALERT_SECONDS - 1))
    _, later = admitted(book, alert, NOW + timedelta(seconds=SAME_ALERT_SECONDS))

    assert (first, again, later) == (True, False, True)


def test_too_many_alerts_in_an_hour_are_held_back_except_the_loudest() -> None:
    book = AlertBook()
    for number in range(ALERTS_PER_HOUR_MAX):
        book, _ = admitted(book, SendAlert(kind="entry", text=str(number)), NOW)

    _, quiet = admitted(book, SendAlert(kind="entry", text="one more"), NOW)
    _, loud = admitted(book, SendAlert(kind="unguarded", text="one more", level="CRITICAL"), NOW)
    _, next_hour = admitted(book, SendAlert(kind="entry", text="one more"), NOW + timedelta(hours=1))

    assert (quiet, loud, next_hour) == (False, True, True)
