from typing import Any

import pytest

from actors.base import Actor
from domain.commands import AskPhase, Wake
from domain.errors import StoreError
from tests.actors.stage import Stage


class Curious(Actor):
    """Passes a question on and answers with what it was answered."""

    def receive(self, message: Any) -> Any:
        return self.ask_or_none("oracle", message, timeout_seconds=5)


def boom(_: AskPhase) -> None:
    raise StoreError("disk gone")


def test_an_answer_is_an_answer(stage: Stage) -> None:
    stage.cast("oracle", {AskPhase: "ready"})
    stage.launch(Curious, "curious")

    assert stage.ask("curious", AskPhase()) == "ready"


@pytest.mark.parametrize("why", ["nobody", "died of it", "never"])
def test_silence_is_a_value_and_kills_nobody(stage: Stage, why: str) -> None:
    stage.expect_death("oracle")
    if why != "nobody":
        oracle = stage.cast("oracle", {AskPhase: boom})
        if why == "never":
            oracle.answers[AskPhase] = lambda _: oracle.reply_later()
    stage.launch(Curious, "curious")

    answer = stage.ask("curious", AskPhase())

    assert answer is None
    assert "curious" in stage.directory.names()


class Patient(Actor):
    """Reads from the journal at its start, and answers with what it read."""

    async def on_start(self) -> None:
        self.read = await self.ask_journal(AskPhase())

    def receive(self, message: Any) -> Any:
        del message
        return self.read


@pytest.mark.parametrize("why", ["full", "dead", "silent"])
def test_a_start_waits_for_a_journal_that_takes_no_question_and_kills_nobody(stage: Stage, why: str) -> None:
    journal = stage.cast("journal", {AskPhase: "read"})
    match why:
        case "full":
            journal.mailbox.capacity = 0
        case "dead":
            journal.stop()
        case _:
            journal.answers[AskPhase] = lambda _: journal.reply_later()
    stage.launch(Patient, "patient", seconds=25)
    assert stage.witness.starts == ["journal"]

    journal.mailbox.capacity = 1
    journal.answers[AskPhase] = "read"
    if why == "dead":
        stage.cast("journal", {AskPhase: "read"})
    stage.run_for(15)

    assert stage.ask("patient", AskPhase()) == "read"
    assert stage.witness.deaths == []


def test_what_the_journal_cannot_read_ends_a_start_at_once(stage: Stage) -> None:
    stage.expect_death("journal")
    stage.expect_death("patient")
    stage.cast("journal", {AskPhase: boom})

    stage.launch(Patient, "patient")

    deaths = [type(error) for name, error in stage.witness.deaths if name == "patient"]
    assert deaths == [StoreError]


def test_who_gets_ready_handles_no_mail_before_it_is(stage: Stage) -> None:
    order: list[str] = []

    class Slow(Actor):
        async def on_start(self) -> None:
            await self.ask_or_none("oracle", AskPhase(), timeout_seconds=5)
            order.append("ready")

        def receive(self, message: Any) -> None:
            del message
            order.append("mail")

    oracle = stage.cast("oracle")
    oracle.answers[AskPhase] = lambda _: oracle.reply_later()
    stage.launch(Slow, "slow", seconds=0.1)

    stage.tell("slow", Wake(what="anything"))
    stage.run_for(6)

    assert order == ["ready", "mail"]
