"""The runbook knows every alert that there is, and none that there is not."""

import re
from typing import Final

import pytest

from tests.docs.alert_kinds import alert_calls, alert_kinds, calls_in, kinds_of, sections
from tests.house import CHECKOUT

RUNBOOK: Final = CHECKOUT / "docs" / "runbook.md"
FEWEST: Final = 25  # Alerts there were when this was written: a reader of sources that finds less has gone blind.


def test_of_each_alert_that_is_made_its_kind_can_be_read() -> None:
    unread = [call.place for call in alert_calls() if kinds_of(call) is None]

    assert unread == []


def test_the_source_is_read_as_it_is_written() -> None:
    source = """
class News:
    def died(self):
        self._tell("died", "text")

    def _tell(self, kind, text):
        self.alerts.tell(SendAlert(kind=kind, text=text))

    def other(self, name):
        self.alerts.tell(SendAlert(kind=name + "!", text=""))
"""
    told, unreadable = calls_in(source, "news.py")

    assert (kinds_of(told), kinds_of(unreadable)) == ({"died"}, None)


def test_every_alert_has_its_section_and_no_section_is_for_one_that_does_not_exist() -> None:
    kinds = alert_kinds()

    assert len(kinds) >= FEWEST
    assert set(sections(RUNBOOK)) == kinds


@pytest.mark.parametrize("kind", sorted(alert_kinds()))
def test_a_section_says_what_it_means_what_to_look_at_and_what_to_do(kind: str) -> None:
    text = sections(RUNBOOK)[kind]

    assert re.findall(r"\*\*(Means|Look|Do):\*\*", text) == ["Means", "Look", "Do"]


def test_what_is_critical_is_called_so() -> None:
    critical = set[str]()
    for call in alert_calls():
        source = (CHECKOUT / call.place.partition(":")[0]).read_text(encoding="utf-8").splitlines()
        line = int(call.place.partition(":")[2]) - 1
        critical |= (kinds_of(call) or set()) if 'level="CRITICAL"' in source[line] else set()

    called = {kind for kind, text in sections(RUNBOOK).items() if text.strip().startswith("- Critical")}

    assert called == critical


def test_each_exit_code_that_trade_ends_with_is_explained() -> None:
    from cli.main import BAD_INPUT, INTERRUPTED  # noqa: PLC0415 - slow to import
    from cli.stopping import STOPPED_UNCLEAN  # noqa: PLC0415
    from cli.trade import GAVE_UP, OK  # noqa: PLC0415
    from cli.watchdog import HUNG  # noqa: PLC0415

    rows = re.findall(r"^\| (\d+) \|", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)

    assert {int(row) for row in rows} == {OK, STOPPED_UNCLEAN, BAD_INPUT, GAVE_UP, HUNG, INTERRUPTED}


def test_what_the_service_sends_and_points_to_is_there() -> None:
    units = "".join(path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "deploy").glob("*.service")))
    (said,) = re.findall(r'alert-test --text "the ([\w ]*?) after', units)

    pointed = set(re.findall(r"docs/\w+\.md", units))

    assert f"## The {said}" in RUNBOOK.read_text(encoding="utf-8").splitlines()
    assert {name for name in pointed if not (CHECKOUT / name).is_file()} == set()
