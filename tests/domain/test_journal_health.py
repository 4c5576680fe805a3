from datetime import timedelta

import pytest

from domain.denials import DenialRule
from domain.errors import StoreFault
from domain.journal_health import WHAT_TO_DO, JournalHealth, alarm_text, failed, journal_finding, may_recover
from tests.builders import NOW

SOUND = JournalHealth(at=NOW)
LATER = NOW + timedelta(minutes=1)
DISK = [fault for fault in StoreFault if fault is not StoreFault.RECORD]


@pytest.mark.parametrize("fault", DISK)
def test_a_fault_of_the_disk_forbids_entries_and_says_what_to_do(fault: StoreFault) -> None:
    after = failed(SOUND, fault, "its words", LATER)

    finding = journal_finding(after)
    assert after == JournalHealth(at=LATER, fault=fault, reason="its words")
    assert finding is not None
    assert finding.rule is DenialRule.JOURNAL
    assert fault.value in finding.found
    assert alarm_text(after).endswith(WHAT_TO_DO[fault])
    assert "its words" in alarm_text(after)


def test_a_sound_disk_forbids_nothing_and_one_nobody_heard_of_does() -> None:
    unheard = journal_finding(None)

    assert journal_finding(SOUND) is None
    assert unheard is not None
    assert unheard.found == "not heard of"


def test_a_record_that_does_not_fit_is_no_fault_of_the_disk() -> None:
    assert failed(SOUND, StoreFault.RECORD, "NaN", LATER) == SOUND


def test_another_fault_takes_the_place_of_the_first_and_keeps_its_beginning() -> None:
    full = failed(SOUND, StoreFault.DISK_FULL, "full", NOW)

    after = failed(full, StoreFault.READ_ONLY, "read-only", LATER)

    assert after == JournalHealth(at=NOW, fault=StoreFault.READ_ONLY, reason="read-only")
    assert failed(full, StoreFault.DISK_FULL, "full again", LATER) == full


def test_what_is_damaged_stays_damaged() -> None:
    damaged = failed(SOUND, StoreFault.CORRUPT, "malformed", NOW)

    assert failed(damaged, StoreFault.DISK_FULL, "full", LATER) == damaged
    assert not may_recover(damaged)


def test_all_else_may_recover_and_a_sound_one_need_not() -> None:
    assert [fault for fault in DISK if may_recover(failed(SOUND, fault, "", NOW))] == [
        StoreFault.DISK_FULL, StoreFault.READ_ONLY, StoreFault.UNAVAILABLE,
    ]  # fmt: skip
    assert not may_recover(SOUND)
