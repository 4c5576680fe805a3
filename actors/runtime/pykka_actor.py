"""Pykka's Actor as the type checker is to see it.

At run time this is Pykka's class and nothing else. Its `on_start` and `on_stop` return None, ours may be awaited too;
to mypy every override in every subclass would be an error against Pykka's, and none of them against ours.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import threading
    from types import TracebackType

    from pykka import ActorRef
    from pykka._actor import ActorInbox

    class PykkaActor:
        """What we use of `pykka.Actor`; the contract tests hold it to be there."""

        actor_urn: str
        actor_inbox: ActorInbox
        actor_stopped: threading.Event

        @classmethod
        def start(cls, *args: Any, **kwargs: Any) -> ActorRef[Any]: ...  # noqa: D102

        @property
        def actor_ref(self) -> ActorRef[Any]: ...  # noqa: D102

        def on_receive(self, message: Any) -> Any: ...  # noqa: D102

        def on_failure(  # noqa: D102
            self,
            exception_type: type[BaseException] | None,
            exception_value: BaseException | None,
            traceback: TracebackType | None,
        ) -> None: ...

        def _handle_receive(self, message: Any) -> Any: ...
else:
    from pykka import Actor as PykkaActor

__all__ = ["PykkaActor"]
