"""What LoopActor leans on in Pykka, one test per hook: a new Pykka that changes one fails here, and not at night."""

import importlib.metadata
import inspect
import queue
from collections.abc import Iterator
from typing import Any

import pykka
import pytest
from pykka import ActorDeadError, ActorRef, ActorRegistry, ThreadingFuture, messages
from pykka._envelope import Envelope


class ListInbox:
    """An inbox of the smallest kind."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope[Any]] = []

    def put(self, envelope: Envelope[Any], /) -> None:
        self.envelopes.append(envelope)

    def get(self) -> Envelope[Any]:
        return self.envelopes.pop(0)

    def empty(self) -> bool:
        return not self.envelopes


class Bare(pykka.Actor):
    """An actor whose loop never runs: what arrives can be looked at."""

    was_set_up_with: tuple[ActorRef[Any], bool] | None = None

    def __init__(self, *arguments: Any) -> None:
        super().__init__()
        self.arguments = arguments
        self.received: list[Any] = []

    @staticmethod
    def _create_actor_inbox() -> ListInbox:
        return ListInbox()

    @staticmethod
    def _create_future() -> ThreadingFuture[Any]:
        return ThreadingFuture()

    def _start_actor_loop(self) -> None:
        is_registered = ActorRegistry.get_by_urn(self.actor_urn) is not None
        self.was_set_up_with = (self.actor_ref, is_registered)

    def on_receive(self, message: Any) -> Any:
        self.received.append(message)
        return "received"


@pytest.fixture
def bare() -> Iterator[Bare]:
    actor = Bare()
    ActorRegistry.register(actor.actor_ref)
    yield actor
    ActorRegistry.unregister(actor.actor_ref)


def envelopes_of(actor: Bare) -> list[Envelope[Any]]:
    assert isinstance(actor.actor_inbox, ListInbox)
    return actor.actor_inbox.envelopes


def test_the_version_is_the_one_these_hooks_were_read_in() -> None:
    major, minor = importlib.metadata.version("pykka").split(".")[:2]

    assert (major, int(minor) >= 5) == ("4", True)


def test_the_constructor_makes_inbox_flag_and_reference_by_the_hooks() -> None:
    actor = Bare()

    assert isinstance(actor.actor_inbox, ListInbox)
    assert not actor.actor_stopped.is_set()
    assert actor.actor_ref.actor_inbox is actor.actor_inbox
    assert actor.actor_ref.actor_stopped is actor.actor_stopped


def test_start_constructs_registers_and_then_starts_the_loop() -> None:
    reference = Bare.start(1, 2)

    actor = reference._actor_weakref
    started = ActorRegistry.get_by_class(Bare)
    ActorRegistry.unregister(reference)

    assert started == [reference]
    assert actor() is None, "nothing but its loop keeps an actor alive"


def test_the_loop_hook_finds_the_actor_registered(bare: Bare) -> None:
    bare._start_actor_loop()

    assert bare.was_set_up_with == (bare.actor_ref, True)


def test_tell_puts_one_envelope_without_a_reply(bare: Bare) -> None:
    bare.actor_ref.tell("hello")

    assert [(envelope.message, envelope.reply_to) for envelope in envelopes_of(bare)] == [("hello", None)]


def test_ask_makes_its_future_by_the_hook_and_returns_it(bare: Bare) -> None:
    answer = bare.actor_ref.ask("hello", block=False)

    assert type(answer) is ThreadingFuture
    assert envelopes_of(bare)[0].reply_to is answer


def test_stop_asks_with_the_private_stop_message_and_maps_the_answer(bare: Bare) -> None:
    answer = bare.actor_ref.stop(block=False)

    envelope = envelopes_of(bare)[0]
    assert envelope.reply_to is not None
    envelope.reply_to.set(None)
    assert isinstance(envelope.message, messages._ActorStop)
    assert answer.get(timeout=0) is True


def test_stop_of_an_actor_that_died_is_false(bare: Bare) -> None:
    bare.actor_stopped.set()

    assert bare.actor_ref.stop(timeout=0) is False


def test_the_stopped_flag_alone_decides_who_is_alive(bare: Bare) -> None:
    bare.actor_stopped.set()

    assert not bare.actor_ref.is_alive()
    with pytest.raises(ActorDeadError):
        bare.actor_ref.tell("hello")
    with pytest.raises(ActorDeadError):
        bare.actor_ref.ask("hello", timeout=0)
    assert envelopes_of(bare) == []


def test_the_stop_message_needs_no_arguments() -> None:
    assert isinstance(messages._ActorStop(), messages._ActorStop)


def test_an_envelope_is_made_of_message_and_reply_and_its_message_can_be_replaced() -> None:
    envelope = Envelope("old", ThreadingFuture())

    envelope.message = "new"

    assert (envelope.message, type(envelope.reply_to)) == ("new", ThreadingFuture)
    assert {envelope: "kept by identity"}[envelope] == "kept by identity"


def test_ordinary_messages_go_to_on_receive(bare: Bare) -> None:
    answer = bare._handle_receive("hello")

    assert (answer, bare.received) == ("received", ["hello"])


def test_proxy_messages_are_served_by_the_base_class(bare: Bare) -> None:
    call = messages.ProxyCall(attr_path=("on_receive",), args=("hi",), kwargs={})
    read = messages.ProxyGetAttr(attr_path=("received",))
    write = messages.ProxySetAttr(attr_path=("arguments",), value=(3,))

    answers = [bare._handle_receive(message) for message in (call, read, write)]

    assert answers == ["received", ["hi"], None]
    assert bare.arguments == (3,)


def test_on_receive_of_the_base_class_only_warns(bare: Bare, caplog: pytest.LogCaptureFixture) -> None:
    pykka.Actor.on_receive(bare, "hello")

    assert "Unexpected message received" in caplog.text


def test_unregistering_twice_is_allowed(bare: Bare) -> None:
    ActorRegistry.unregister(bare.actor_ref)
    ActorRegistry.unregister(bare.actor_ref)

    assert ActorRegistry.get_by_urn(bare.actor_urn) is None


def test_a_future_can_be_answered_once() -> None:
    future: ThreadingFuture[int] = ThreadingFuture()
    future.set(1)

    with pytest.raises(queue.Full):
        future.set(2)
    with pytest.raises(queue.Full):
        future.set_exception((ValueError, ValueError("late"), None))


def test_a_future_raises_the_very_exception_it_was_given() -> None:
    future: ThreadingFuture[int] = ThreadingFuture()
    error = ValueError("bug")
    future.set_exception((ValueError, error, error.__traceback__))

    with pytest.raises(ValueError, match="bug") as caught:
        future.get(timeout=0)

    assert caught.value is error


def test_a_future_keeps_its_result_and_its_hook_where_ours_looks() -> None:
    future: ThreadingFuture[int] = ThreadingFuture()

    before = (future._result, future._get_hook)
    future.set(1)

    assert before == (None, None)
    assert future._result is not None
    assert hasattr(future, "_condition")


def test_a_mapped_future_asks_its_source_with_the_timeout_it_was_given() -> None:
    source: ThreadingFuture[int] = ThreadingFuture()
    mapped = source.map(lambda value: value + 1)
    source.set(1)

    assert mapped._get_hook is not None
    assert mapped.get(timeout=0) == 2


def test_the_hooks_we_override_have_the_signatures_we_override() -> None:
    signatures = {
        name: str(inspect.signature(getattr(pykka.Actor, name), eval_str=False))
        for name in ("_start_actor_loop", "_stop", "_handle_receive", "on_start", "on_stop", "on_receive", "stop")
    }

    assert signatures == {
        "_start_actor_loop": "(self) -> 'None'",
        "_stop": "(self) -> 'None'",
        "_handle_receive": "(self, message: 'Any') -> 'Any'",
        "on_start": "(self) -> 'None'",
        "on_stop": "(self) -> 'None'",
        "on_receive": "(self, message: 'Any') -> 'Any'",
        "stop": "(self) -> 'None'",
    }
