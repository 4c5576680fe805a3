from typing import Any

import pytest
from pykka import ActorDeadError
from pykka._envelope import Envelope

from actors.runtime.futures import LoopFuture
from actors.runtime.inbox import LoopInbox
from actors.runtime.mailbox import Mailbox
from actors.runtime.observer import NullObserver


class Mourned:
    """Who lived behind the door."""

    name = "ann"

    def __init__(self) -> None:
        self.lost: list[Any] = []
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    def lose(self, message: Any) -> None:
        self.lost.append(message)


class DyingMailbox(Mailbox):
    """Its actor dies between the sender's look at the door and the sender's put, as only threads can make it."""

    def __init__(self, inbox: LoopInbox) -> None:
        super().__init__(10, lambda: 0.0)
        self._inbox = inbox

    def put(self, *arguments: Any) -> bool:
        self._inbox.close()
        return super().put(*arguments)


def test_an_ask_that_meets_the_very_moment_of_death_is_not_lost() -> None:
    inbox, resident, answer = LoopInbox(), Mourned(), LoopFuture[Any]()
    inbox.bind(resident, DyingMailbox(inbox), NullObserver())

    inbox.put(Envelope("anyone?", answer))

    assert resident.lost == ["anyone?"]
    with pytest.raises(ActorDeadError):
        answer.get(timeout=0)


def test_mail_wakes_the_actor_once_until_it_has_looked() -> None:
    inbox, resident = LoopInbox(), Mourned()
    inbox.bind(resident, Mailbox(10, lambda: 0.0), NullObserver())

    for number in range(3):
        inbox.put(Envelope(number))

    assert resident.woken == 1
    assert [inbox.get().message, inbox.get().message, inbox.get().message, inbox.empty()] == [0, 1, 2, True]
    with pytest.raises(LookupError):
        inbox.get()
