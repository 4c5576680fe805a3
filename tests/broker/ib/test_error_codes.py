import pytest

from broker.ib.error_codes import (
    HISTORY_TEXTS,
    ROWS,
    TABLE,
    ConnectionEffect,
    ends_request,
    order_effect,
    request_failure,
    row_of,
)
from domain.reports import Failure, OrderEffect

F, O, C = Failure, OrderEffect, ConnectionEffect  # noqa: E741 - columns of the table below

# code, what a request gets, what an order gets, what the connection gets; written by hand from the fact sheet.
EXPECTED = [
    (100, F.PACING, O.UNCERTAIN, C.TOO_FAST),
    (101, F.PACING, O.NONE, C.NONE),
    (103, F.REFUSED, O.UNCERTAIN, C.NONE),
    (104, F.REFUSED, O.NOT_CANCELLABLE, C.NONE),
    (105, F.REFUSED, O.UNCERTAIN, C.NONE),
    (109, F.REFUSED, O.REJECTED, C.NONE),
    (110, F.REFUSED, O.REJECTED, C.NONE),
    (135, F.REFUSED, O.NOT_FOUND, C.NONE),
    (161, F.REFUSED, O.NOT_CANCELLABLE, C.NONE),
    (162, F.NO_DATA, O.NONE, C.NONE),
    (163, F.REFUSED, O.REJECTED, C.NONE),
    (165, None, O.NONE, C.NONE),
    (200, F.NO_SUCH_CONTRACT, O.REJECTED, C.NONE),
    (201, F.REFUSED, O.REJECTED, C.NONE),
    (202, None, O.CANCELLED, C.NONE),
    (300, None, O.NONE, C.NONE),
    (320, F.BAD_ANSWER, O.UNCERTAIN, C.NONE),
    (321, F.REFUSED, O.REJECTED, C.NONE),
    (322, F.BAD_ANSWER, O.UNCERTAIN, C.NONE),
    (326, F.DISCONNECTED, O.UNCERTAIN, C.ENDING),
    (329, F.REFUSED, O.UNCERTAIN, C.NONE),
    (354, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (366, None, O.NONE, C.NONE),
    (382, F.REFUSED, O.REJECTED, C.NONE),
    (383, F.REFUSED, O.REJECTED, C.NONE),
    (388, F.REFUSED, O.REJECTED, C.NONE),
    (399, None, O.NONE, C.NONE),
    (404, None, O.NONE, C.NONE),
    (420, F.PACING, O.NONE, C.NONE),
    (434, None, O.REJECTED, C.NONE),
    (436, F.REFUSED, O.REJECTED, C.NONE),
    (451, F.REFUSED, O.REJECTED, C.NONE),
    (460, F.REFUSED, O.REJECTED, C.NONE),
    (461, F.REFUSED, O.REJECTED, C.NONE),
    (463, F.REFUSED, O.REJECTED, C.NONE),
    (478, F.NO_SUCH_CONTRACT, O.REJECTED, C.NONE),
    (481, F.REFUSED, O.UNCERTAIN, C.NONE),
    (492, None, O.NONE, C.NONE),
    (502, F.DISCONNECTED, O.UNCERTAIN, C.NONE),
    (503, F.DISCONNECTED, O.UNCERTAIN, C.NONE),
    (504, F.DISCONNECTED, O.UNCERTAIN, C.NONE),
    (507, F.DISCONNECTED, O.UNCERTAIN, C.NONE),
    (1100, None, O.NONE, C.LOST),
    (1101, None, O.NONE, C.RESTORED_DATA_LOST),
    (1102, None, O.NONE, C.RESTORED),
    (1300, None, O.NONE, C.ENDING),
    (2100, None, O.NONE, C.NONE),
    (2101, None, O.NONE, C.NONE),
    (2102, None, O.UNCERTAIN, C.NONE),
    (2103, None, O.NONE, C.FARM_DOWN),
    (2104, None, O.NONE, C.FARM_UP),
    (2105, None, O.NONE, C.FARM_DOWN),
    (2106, None, O.NONE, C.FARM_UP),
    (2107, None, O.NONE, C.FARM_UP),
    (2108, None, O.NONE, C.FARM_UP),
    (2109, None, O.NONE, C.NONE),
    (2110, None, O.NONE, C.LOST),
    (2119, None, O.NONE, C.FARM_DOWN),
    (2157, None, O.NONE, C.FARM_DOWN),
    (2158, None, O.NONE, C.FARM_UP),
    (2161, None, O.NONE, C.NONE),
    (10006, F.REFUSED, O.REJECTED, C.NONE),
    (10043, F.REFUSED, O.UNCERTAIN, C.NONE),
    (10052, F.REFUSED, O.REJECTED, C.NONE),
    (10089, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (10090, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (10091, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (10147, F.REFUSED, O.NOT_FOUND, C.NONE),
    (10148, F.REFUSED, O.NOT_CANCELLABLE, C.NONE),
    (10149, F.REFUSED, O.NOT_FOUND, C.NONE),
    (10167, None, O.NONE, C.DATA_DENIED),
    (10168, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (10182, F.DISCONNECTED, O.NONE, C.NONE),
    (10186, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (10197, F.NOT_SUBSCRIBED, O.NONE, C.DATA_DENIED),
    (10268, F.REFUSED, O.REJECTED, C.NONE),
    (10311, F.REFUSED, O.UNCERTAIN, C.NONE),
    (10349, None, O.NONE, C.NONE),
]


@pytest.mark.parametrize(("code", "request_effect", "order", "connection"), EXPECTED)
def test_a_code_does_what_its_row_says(
    code: int, request_effect: Failure | None, order: OrderEffect, connection: ConnectionEffect
) -> None:
    row = row_of(code)

    assert (row.request, row.order, row.connection) == (request_effect, order, connection)
    assert order_effect(code) is order
    assert ends_request(code) is (request_effect is not None)


def test_every_row_has_a_test() -> None:
    expected = [code for code, *_ in EXPECTED]

    assert expected == sorted(TABLE)
    assert len(expected) == len(ROWS)


def test_an_unknown_notice_is_a_notice() -> None:
    row = row_of(2199)

    assert (row.request, row.order, row.connection) == (None, O.NONE, C.NONE)


@pytest.mark.parametrize("code", [1, 666, 1999, 2200, 10999])
def test_an_unknown_code_leaves_an_order_to_be_asked_about(code: int) -> None:
    row = row_of(code)

    assert (row.request, row.order) == (F.NO_DATA, O.UNCERTAIN)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("Historical Market Data Service error message:HMDS query returned no data: GOOG@SMART Trades", F.NO_DATA),
        ("Historical Market Data Service error message:Historical data request pacing violation", F.PACING),
        ("Historical Market Data Service error message:No market data permissions for NYSE STK", F.NOT_SUBSCRIBED),
        ("Historical Market Data Service error message:API historical data query cancelled: 12", F.TIMED_OUT),
        ("something new", F.NO_DATA),
    ],
)
def test_the_history_services_one_code_is_read_by_its_text(text: str, failure: Failure) -> None:
    answer = request_failure(162, text)

    assert (answer.failure, answer.code, answer.text) == (failure, 162, text)


def test_every_history_text_is_lower_case() -> None:
    assert all(piece == piece.lower() for piece, _ in HISTORY_TEXTS)


def test_a_request_that_a_notice_ended_has_a_bad_answer() -> None:
    answer = request_failure(366, "no such query")

    assert answer.failure is F.BAD_ANSWER
