"""Which actors do not answer, read off the tree: the heartbeat is sent, and the watchdog fed, while there are none."""

from collections.abc import Iterator
from typing import Final

from actors.runtime.children import ChildState, Standing

MAIL_SECONDS_MAX: Final = 20.0  # Older mail than any ping's deadline: its supervisor would have restarted it.


def silent(tree: ChildState, *, given_up: bool) -> tuple[str, ...]:
    """Return the names of those that are down, or leave their mail lying; from the root downwards.

    What ended in order is not missed. With ``given_up`` a supervisor that used up its restarts counts as well: its
    subtree stays down on purpose, which somebody has to be told, but which no restart of the process should mend,
    for the rest guards on.
    """
    return tuple(_silent(tree, given_up=given_up))


def _silent(state: ChildState, *, given_up: bool) -> Iterator[str]:
    if state.standing is Standing.GAVE_UP:
        if given_up:
            yield state.name
        return
    if state.standing is Standing.ENDED:
        return
    if not state.alive or state.oldest_mail_seconds > MAIL_SECONDS_MAX:
        yield state.name
    for child in state.children:
        yield from _silent(child, given_up=given_up)
