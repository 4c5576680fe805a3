import pytest

from actors.broker_reports import ORDERS_TOLD_MAX, Router
from domain.ids import ConId, Generation, OrderId, OrderRef, PermId
from domain.reports import BrokerStatus, OrderStatusReport
from tests.actors.stage import Stage
from tests.builders import NOW


def status(number: int, *, ref: OrderRef | None = None, filled: int = 0, generation: int = 1) -> OrderStatusReport:
    return OrderStatusReport(
        generation=Generation(generation),
        at=NOW,
        order_id=OrderId(number),
        perm_id=PermId(0),
        ref=ref,
        status=BrokerStatus.SUBMITTED,
        filled=filled,
        remaining=2 - filled,
        average_price=None,
    )


def nobody(con_id: ConId) -> tuple[str, ...]:
    del con_id
    return ()


@pytest.fixture
def router(stage: Stage) -> Router:
    return Router(stage.directory, stage.log)


def test_a_status_is_written_down_when_it_is_news(stage: Stage, router: Router) -> None:
    mine, more = OrderRef("a.T.0"), OrderRef("a.S.0")

    for report in (status(1, ref=mine), status(2, ref=more), status(1, ref=mine), status(1, ref=mine, filled=1)):
        router.route(report, nobody)
    router.route(status(7, ref=mine, filled=1, generation=2), nobody)

    lines = [(line["ref"], line["filled"]) for line in stage.log.named("order_status")]
    assert lines == [(mine, 0), (more, 0), (mine, 1)]


def test_orders_of_others_are_told_apart(stage: Stage, router: Router) -> None:
    for number in (1, 2, 1, 2):
        router.route(status(number), nobody)

    assert len(stage.log.named("order_status")) == 2


def test_it_remembers_so_many_orders_and_forgets_what_was_silent_longest(stage: Stage, router: Router) -> None:
    for number in (*range(ORDERS_TOLD_MAX), 0, ORDERS_TOLD_MAX):
        router.route(status(number), nobody)

    before = len(stage.log.named("order_status"))
    router.route(status(0), nobody)
    router.route(status(1), nobody)

    assert (before, len(stage.log.named("order_status"))) == (ORDERS_TOLD_MAX + 1, ORDERS_TOLD_MAX + 2)
