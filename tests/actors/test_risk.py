from decimal import Decimal

import pytest

from actors.oco import stream_of
from domain.commands import (
    ReleaseRisk,
    RequestAccount,
    SendAlert,
    SummariseDay,
)
from domain.denials import DenialRule, EntryDenied
from domain.entry_gate import AskEntry
from domain.events import BracketPlanned, DayOpened, Resynchronised, RiskReleased, RiskReserved
from domain.ids import IntentId, Symbol
from domain.reports import Failure, RequestFailed
from tests.actors.risk_scene import LEDGER, Scene, a_close, a_position_of_others, an_opening
from tests.actors.stage import Stage
from tests.builders import GENERATION, INTENT, NOW, a_book, a_fill, a_plan


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return Scene(stage)


def test_two_symbols_cannot_reserve_the_same_money_at_the_same_moment(stage: Stage, scene: Scene) -> None:
    scene.net = Decimal(3000)
    scene.open(max_risk_pct_per_trade=Decimal("0.1"))

    asked = [stage.asking("risk", scene.request(symbol)) for symbol in ("GOOG", "AAPL", "MSFT")]
    answers = [stage.host.run(one) for one in asked]

    amounts = [answer.amount for answer in answers if isinstance(answer, RiskReserved)]
    assert len(amounts) == 1
    assert sum(amounts) <= Decimal(450)
    assert {a.rule for a in answers if isinstance(a, EntryDenied)} == {DenialRule.LOSS_BUDGET}


def test_a_reservation_is_written_down_and_said(stage: Stage, scene: Scene) -> None:
    scene.open()

    answer = scene.reserve()
    stage.run_for(0.1)

    assert stage.store.streams[LEDGER][-1] == answer
    assert [line["intent"] for line in stage.log.named("risk_reserved")] == [INTENT]


def test_nothing_is_reserved_before_the_account_was_heard(stage: Stage, scene: Scene) -> None:
    scene.broker.answers[RequestAccount] = RequestFailed(failure=Failure.DISCONNECTED)
    stage.store.append(LEDGER, [an_opening()])
    scene.open()

    assert scene.refusal() is DenialRule.BUYING_POWER_UNKNOWN


def test_a_reservation_that_was_never_used_is_given_back(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.reserve()

    stage.run_for(91)
    scene.pnl("0")

    assert isinstance(stage.store.streams[LEDGER][-1], RiskReleased)
    assert scene.symbol.of(ReleaseRisk) == [ReleaseRisk(intent=INTENT)]
    assert scene.refusal() is None


def test_one_whose_plan_is_written_is_kept(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.reserve()
    stage.store.append(stream_of(INTENT), [BracketPlanned(at=NOW, plan=a_plan())])

    stage.run_for(91)
    scene.pnl("0")

    assert scene.refusal() is DenialRule.SYMBOL_BUSY


def test_a_journal_that_is_silent_when_a_claim_is_checked_kills_nobody_and_frees_nothing(
    stage: Stage, scene: Scene
) -> None:
    scene.open()
    scene.reserve()
    journal = stage.directory.ref("journal")
    assert journal is not None
    journal.stop(block=False)
    stage.run_for(0.1)

    stage.run_for(91)
    scene.pnl("0")
    busy = scene.refusal()
    stage.journal()
    stage.run_for(91)

    assert busy is DenialRule.SYMBOL_BUSY
    scene.pnl("0")
    assert scene.refusal() is None


def test_a_plan_that_could_not_be_written_frees_its_money(stage: Stage, scene: Scene) -> None:
    scene.open()
    scene.reserve()

    scene.tell(ReleaseRisk(intent=INTENT), ReleaseRisk(intent=INTENT))

    assert [type(r) for r in stage.store.streams[LEDGER]] == [DayOpened, RiskReserved, RiskReleased]
    assert scene.refusal() is None


def test_a_closed_bracket_frees_its_money(scene: Scene) -> None:
    scene.open()
    scene.reserve()

    scene.tell(a_close())

    assert scene.refusal() is DenialRule.SYMBOL_BUSY  # The same intent never lives twice,
    assert isinstance(scene.reserve(intent=IntentId("260105GOOG150001")), RiskReserved)  # but another may.


def test_a_position_of_others_is_told_to_the_operator_once(scene: Scene) -> None:
    scene.open()
    event = Resynchronised(at=NOW, generation=GENERATION, book=a_book(positions=(a_position_of_others(),)))

    scene.tell(event, event)

    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["foreign"]


def test_fills_found_in_the_book_count_once(stage: Stage, scene: Scene) -> None:
    scene.open()
    fill = a_fill("E", 2, "2.02")
    scene.tell(fill, Resynchronised(at=NOW, generation=GENERATION, book=a_book(executions=(fill,))))

    scene.tell(a_fill("S", 2, "2.02"), a_close("0"), SummariseDay(completed=1, failed=0))

    assert stage.log.named("eod_summary")[0]["pnl"] == 0


def test_the_ledger_says_beforehand_what_denies_every_entry(stage: Stage, scene: Scene) -> None:
    scene.open(max_open_positions=1)
    scene.pnl("0")
    before = stage.ask("risk", AskEntry(symbol=Symbol("GOOG")))

    scene.reserve("MSFT")
    after = stage.ask("risk", AskEntry(symbol=Symbol("GOOG")))

    assert before is True
    assert (after.rule, after.found, after.limit) == (DenialRule.MAX_POSITIONS, "1", "1")


@pytest.mark.parametrize("skew", [3.0, -60.0])
def test_a_gateway_with_another_time_denies_every_entry_before_and_after_the_option_is_chosen(
    stage: Stage, scene: Scene, skew: float
) -> None:
    scene.open()
    scene.compare_clocks(skew)

    answers = [stage.ask("risk", AskEntry(symbol=Symbol("GOOG"))), scene.reserve()]
    scene.compare_clocks(1.0)
    later = scene.reserve()

    assert [(answer.rule, answer.limit) for answer in answers] == [(DenialRule.CLOCK_SKEW, "2 s")] * 2
    assert all(f"{skew:+.1f} s" in answer.found for answer in answers)
    assert isinstance(later, RiskReserved)
