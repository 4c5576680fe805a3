"""What the ledger's actor does about the holdings of others when broker or journal do not play along."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from actors.foreign import LOOK_SECONDS, SETTLE_SECONDS, STREAM
from actors.oco import stream_of
from actors.risk import RiskActor
from domain.commands import (
    OpenBracket,
    RequestBook,
    RequestHoldings,
    RequestListed,
    RequestQuote,
    RequestUnderlying,
    SendAlert,
)
from domain.contracts import Right, Underlying
from domain.denials import DenialRule
from domain.entry_plan import ExitRules
from domain.errors import StoreError
from domain.events import BracketPlanned, Journaled
from domain.ids import ConId, IntentId, Leg, Symbol, order_ref
from domain.ledger_rules import RiskLimits
from domain.others import AskForeign, ForeignAnswer, Settle, SettleForeign
from domain.reports import Failure, ListedReport, PositionReport, RequestFailed, SnapshotReport, UnderlyingReport
from tests.actors.risk_scene import Scene, a_close, a_position_of_others
from tests.actors.stage import CALENDAR, MemoryJournal, Stage
from tests.builders import a_book, a_contract, a_fill, a_glance, a_quote

CONTRACT = a_contract(con_id=ConId(555))
RULES = ExitRules(take_profit=Decimal("0.5"), stop_loss=Decimal("0.2"), stop_limit_buffer=Decimal("0.02"), native=True)
SILENT = RequestFailed(failure=Failure.DISCONNECTED)


def held(quantity: int = 2) -> PositionReport:
    return replace(
        a_position_of_others(),
        quantity=quantity,
        expiry=CONTRACT.expiry,
        strike=CONTRACT.strike,
        right=Right.CALL,
        trading_class="GOOG",
    )


class ForeignScene(Scene):
    """The ledger, a broker that holds two options of somebody else, and who opens brackets."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._first = [a_book()]
        self.holds(held())
        stock = Underlying(con_id=ConId(1), symbol=Symbol("GOOG"), primary_exchange="NASDAQ")
        self.broker.answers |= {
            RequestUnderlying: UnderlyingReport(underlying=stock),
            RequestListed: ListedReport(expiry=CONTRACT.expiry, right=Right.CALL, contracts=(CONTRACT,)),
            RequestQuote: SnapshotReport(contract=CONTRACT, quote=a_quote(con_id=CONTRACT.con_id)),
        }
        self.brackets = stage.cast("brackets")

    def holds(self, *positions: PositionReport) -> None:
        self.broker.answers[RequestHoldings] = lambda _: a_glance(positions=positions, asked_at=self.stage.now)
        self.tells(positions=positions)

    def tells(self, **book: Any) -> None:
        """From its second book on, the first being that of the ledger's start."""
        first = self._first
        self.broker.answers[RequestBook] = lambda _: first.pop() if first else a_book(asked_at=self.stage.now, **book)

    def begin(self, *, read_only: bool = False) -> None:
        self.stage.launch(
            lambda context: RiskActor(
                context,
                limits=RiskLimits(),
                calendar=CALENDAR,
                flatten_on_loss=False,
                log=self.stage.log,
                exits=None if read_only else lambda _: RULES,
            ),
            "risk",
        )
        self.stage.run_for(0.5)
        self.compare_clocks(0.0)
        self.pnl("0")

    def settle(self, how: Settle, what: str = "GOOG") -> ForeignAnswer:
        answer: ForeignAnswer = self.stage.ask("risk", SettleForeign(settle=how, what=what, by="./bot"))
        return answer

    def known(self) -> ForeignAnswer:
        answer: ForeignAnswer = self.stage.ask("risk", AskForeign())
        return answer

    def opened(self) -> list[Any]:
        self.stage.run_for(0.1)
        return self.brackets.of(OpenBracket)


@pytest.fixture
def scene(stage: Stage) -> ForeignScene:
    return ForeignScene(stage)


def test_a_position_of_the_brokers_own_accord_is_looked_into_after_a_while_and_not_at_once(
    stage: Stage, scene: ForeignScene
) -> None:
    scene.begin()

    scene.tell(held())
    at_once = scene.known()
    stage.run_for(SETTLE_SECONDS)

    assert at_once.unsettled == ()
    assert [thing.con_id for thing in scene.known().unsettled] == [555]
    assert scene.refusal() is DenialRule.FOREIGN


def test_without_any_word_of_the_broker_it_is_asked_now_and_then(stage: Stage, scene: ForeignScene) -> None:
    scene.begin()

    stage.run_for(3 * LOOK_SECONDS + 1)

    assert len(scene.broker.of(RequestHoldings)) == 3
    assert [alert.kind for alert in scene.alerts.of(SendAlert)] == ["foreign"]


def test_an_adoption_is_one_plan_on_disk_and_one_bracket_however_often_it_is_said(
    stage: Stage, scene: ForeignScene
) -> None:
    scene.begin()

    first, again = scene.settle(Settle.ADOPT), scene.settle(Settle.ADOPT)

    (opened,) = scene.opened()
    assert first.done == f"GOOG 2026-01-09 750C is ours, as {opened.plan.intent}"
    assert (again.done, again.refused) == ("", "")
    written = stage.store.read(stream_of(opened.plan.intent))
    assert [type(record).__name__ for record in written] == ["BracketPlanned"]
    assert scene.refusal() is DenialRule.SYMBOL_BUSY


@pytest.mark.parametrize("settle", Settle)
def test_what_cannot_be_written_is_not_in_force(settle: Settle, stage: Stage, scene: ForeignScene) -> None:
    scene.begin()
    stage.store.broken = "the disk is full"

    answer = scene.settle(settle)

    assert "the disk is full" in answer.refused
    assert len(scene.known().unsettled) == 1
    assert scene.opened() == []


def test_an_adoption_that_could_not_be_written_is_planned_anew_by_what_is_held_then(
    stage: Stage, scene: ForeignScene
) -> None:
    scene.begin()
    stage.store.broken = "the disk is full"
    scene.settle(Settle.ADOPT)
    stage.run_for(180)
    stage.store.broken = ""
    scene.holds(held(1))

    scene.settle(Settle.ADOPT)

    (opened,) = scene.opened()
    assert (opened.plan.quantity, opened.plan.decided_at > stage.now - timedelta(minutes=1)) == (1, True)


class ForgetfulJournal(MemoryJournal):
    """Writes, and then may say that it did not."""

    def __init__(self) -> None:
        super().__init__()
        self.denies = False

    def append(self, stream: str, records: Sequence[Journaled]) -> None:
        super().append(stream, records)
        if self.denies:
            raise StoreError("no answer of the disk", self.fault)


def test_an_adoption_that_is_on_disk_though_the_journal_denied_it_is_taken_up_as_it_is(stage: Stage) -> None:
    journal = stage.store = ForgetfulJournal()
    scene = ForeignScene(stage)
    scene.begin()
    journal.denies = True
    refused = scene.settle(Settle.ADOPT).refused
    journal.denies = False
    stage.run_for(180)

    done = scene.settle(Settle.ADOPT).done

    (opened,) = scene.opened()
    planned = [r for stream in journal.streams.values() for r in stream if isinstance(r, BracketPlanned)]
    assert {record.plan.intent for record in planned} == {opened.plan.intent}
    assert opened.plan.intent in done
    assert "no answer of the disk" in refused


@pytest.mark.parametrize(
    ("request_kind", "answer", "why"),
    [
        (RequestHoldings, SILENT, "does not say what is held now"),
        (RequestUnderlying, SILENT, "on which terms"),
        (RequestListed, SILENT, "on which terms"),
        (RequestListed, ListedReport(expiry=CONTRACT.expiry, right=Right.CALL, contracts=()), "on which terms"),
        (RequestQuote, SILENT, "there is no quote of GOOG 2026-01-09 750C now"),
        (RequestQuote, SnapshotReport(contract=CONTRACT, quote=a_quote(None, "2.02")), "has no bid now"),
    ],
)
def test_an_adoption_without_the_brokers_answers_is_refused_with_the_reason(
    request_kind: type, answer: Any, why: str, scene: ForeignScene
) -> None:
    scene.begin()
    scene.broker.answers[request_kind] = answer

    refused = scene.settle(Settle.ADOPT).refused

    assert why in refused
    assert scene.opened() == []


def test_an_option_whose_terms_the_broker_does_not_tell_is_not_adopted(scene: ForeignScene) -> None:
    scene.begin()
    scene.holds(a_position_of_others())

    assert "on which terms GOOG OPT is listed" in scene.settle(Settle.ADOPT).refused


def test_in_read_only_nothing_is_adopted_and_anything_ignored(scene: ForeignScene) -> None:
    scene.begin(read_only=True)

    assert "broker.read_only" in scene.settle(Settle.ADOPT).refused
    assert scene.settle(Settle.IGNORE).done


def test_what_nobody_knows_is_said_to_be_unknown(stage: Stage, scene: ForeignScene) -> None:
    scene.begin()

    answers = [scene.settle(settle, "IBM") for settle in Settle]

    assert [(answer.unknown, "known as IBM" in answer.refused) for answer in answers] == [(True, True)] * 2
    assert stage.store.read(STREAM) == ()


def test_what_a_late_order_of_ours_bought_is_never_foreign_though_nobody_told_of_it(
    stage: Stage, scene: ForeignScene
) -> None:
    late = replace(a_fill("E", 2, "2.02", exec_id="late"), con_id=CONTRACT.con_id)
    scene.begin()
    scene.reserve()
    scene.tell(replace(a_close("0"), intent=IntentId("260105GOOG150000"), con_id=CONTRACT.con_id, quantity=0))
    scene.tells(
        positions=(held(),), executions=(replace(late, ref=order_ref(IntentId("260105GOOG150000"), Leg.ENTRY, 0)),)
    )

    scene.tell(held())
    stage.run_for(SETTLE_SECONDS + 1)
    answer = scene.settle(Settle.ADOPT, str(CONTRACT.con_id))

    assert (scene.known().unsettled, stage.log.named("foreign_position")) == ((), [])
    assert answer.done == ""
    assert scene.opened() == []


def test_without_the_executions_what_is_held_blocks_its_symbol_and_nothing_is_settled(
    stage: Stage, scene: ForeignScene
) -> None:
    scene.begin()
    scene.broker.answers[RequestBook] = SILENT

    scene.tell(held())
    stage.run_for(SETTLE_SECONDS + 1)
    answer = scene.settle(Settle.ADOPT)

    assert [thing.con_id for thing in scene.known().unsettled] == [555]
    assert scene.refusal() is DenialRule.FOREIGN
    assert "the broker does not say what is held now" in answer.refused
    assert scene.opened() == []


def test_the_end_of_what_was_ignored_is_written_down(stage: Stage, scene: ForeignScene) -> None:
    scene.begin()
    scene.settle(Settle.IGNORE)
    scene.holds()

    stage.run_for(LOOK_SECONDS + 1)

    assert [type(record).__name__ for record in stage.store.read(STREAM)] == ["ForeignIgnored", "ForeignChanged"]
    assert scene.refusal() is None
