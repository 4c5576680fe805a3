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
