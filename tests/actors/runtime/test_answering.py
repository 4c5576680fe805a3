import pytest

from actors.runtime.answering import MAIL_SECONDS_MAX, silent
from actors.runtime.children import ChildState, Standing


def child(
    name: str, standing: Standing = Standing.RUNNING, *, mail: float = 0.0, children: tuple[ChildState, ...] = ()
) -> ChildState:
    return ChildState(
        name=name,
        standing=standing,
        epoch=1,
        restarts=0,
        mailbox_depth=0,
        oldest_mail_seconds=mail,
        last_failure=None,
        children=children,
    )


def test_a_tree_in_which_everyone_is_up_has_no_silent_one() -> None:
    assert silent(child("root", children=(child("broker"), child("risk"))), given_up=True) == ()


@pytest.mark.parametrize("standing", [Standing.STARTING, Standing.RESTARTING])
def test_one_that_is_between_two_lives_is_silent(standing: Standing) -> None:
    tree = child("root", children=(child("guarding", children=(child("broker", standing),)),))

    assert silent(tree, given_up=False) == ("broker",)


def test_a_bracket_that_ended_in_order_is_not_missed() -> None:
    assert silent(child("root", children=(child("oco:1", Standing.ENDED),)), given_up=True) == ()


def test_one_that_leaves_its_mail_lying_is_silent() -> None:
    lazy = child("risk", mail=MAIL_SECONDS_MAX + 0.1)

    assert silent(child("root", children=(lazy, child("broker", mail=MAIL_SECONDS_MAX))), given_up=False) == ("risk",)


def test_a_subtree_that_gave_up_is_told_to_people_and_kills_no_process_that_still_guards() -> None:
    down = child("trading", Standing.GAVE_UP, children=(child("risk", Standing.RESTARTING),))
    tree = child("root", children=(down, child("guarding")))

    assert silent(tree, given_up=True) == ("trading",)
    assert silent(tree, given_up=False) == ()
