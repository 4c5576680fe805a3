import pytest

from cli.events import PAGE, run_events
from ops.catalogue import CATALOGUE
from ops.catalogue_page import page
from ops.events.fields import FIELDS


def test_the_page_of_events_is_current_or_else_made_anew_by_bot_events_write() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_has_a_row_for_each_event_and_each_field() -> None:
    rows = {line.split("`")[1] for line in page().splitlines() if line.startswith("| `")}

    assert rows == CATALOGUE.keys() | FIELDS.keys()


def test_the_page_is_shown_without_being_written(capsys: pytest.CaptureFixture[str]) -> None:
    before = PAGE.stat().st_mtime_ns

    code = run_events(write=False)

    assert (code, capsys.readouterr().out) == (0, page())
    assert PAGE.stat().st_mtime_ns == before
