"""Orders and cancels as clients of every version write them."""

from decimal import Decimal

import pytest

from simgateway.protocol.tickets import read_cancel, read_ticket
from simgateway.protocol.wire import LOWEST_VERSION, SERVER_VERSION
from tests.simgateway.protocol.order_rows import place_order

VERSIONS = range(LOWEST_VERSION, SERVER_VERSION + 1)
_GREATEST = "1.7976931348623157e+308"
_EVERY_PART = {
    "combo": ("2", *("1", "1", "BUY", "CBOE", "0", "0", "", "-1") * 2, "1", "1.5", "1", "NonGuaranteed", "1"),
    "dn": ("1", "", "", "", "O", "0", "0", ""),
    "scale": ("0.1", "1", "0.2", "0", "1", "1", "0"),
    "hedgeParam": ("2",),
    "dnContractParts": ("1", "0.5", "10"),
    "algoParams": ("2", "adaptivePriority", "Normal", "x", "y"),
    "pegged": ("1", "0", "0.1", "0.1", "SMART"),
    "conditionParts": (
        *("1", "a", "1", "5.5", "101", "SMART", "0", "3", "o", "1", "20251112 15:00:00", "4", "a", "0", "30"),
        *("5", "a", "STK", "SMART", "ABC", "6", "o", "1", "100", "1", "SMART", "7", "a", "1", "2.5", "1", "SMART"),
        *("1", "0"),
    ),
}
_WITH_EVERY_PART = {
    "secType": "BAG",
    "type": "PEG BENCH",
    "dnType": "MKT",
    "scaleIncr": "0.1",
    "hedge": "D",
    "dnContract": "1",
    "algo": "Adaptive",
    "conditions": "6",
}


def test_a_plain_order_has_as_many_fields_as_the_reference_says() -> None:
    what_if = [place_order(version, whatIf="here").index("here") for version in (157, 176, 177, 178)]

    assert what_if == [85, 85, 84, 84]
    assert [len(place_order(version)) for version in (157, 158, 160, 162, 166, 169, 176, 177)] == [
        *(110, 111, 112, 113, 114, 115, 115, 114)
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_part_of_an_order_is_read_from_its_place(version: int) -> None:
    fields = place_order(
        version,
        action="sell",
        quantity="3.0",
        type="trail limit",
        lmt="1.1",
        aux="0.2",
        tif="gtd",
        ocaGroup="g",
        account="A",
        openClose="O",
        orderRef="r",
        transmit="0",
        parentId="6",
        displaySize="2",
        triggerMethod="4",
        outsideRth="1",
        hidden="1",
        discretionary="0.01",
        goodAfter="20251112 10:00:00",
        goodTill="20251113 10:00:00",
        model="m",
        ocaType="2",
        allOrNone="1",
        minQty="5",
        pctOffset="0.3",
        trailStop="1.5",
        trailPct="2.5",
        algo="",
        whatIf="1",
        lmtOffset="0.05",
        cashQty="1000",
    )

    ticket = read_ticket(fields, version)

    assert (ticket.order_id, ticket.contract.con_id, ticket.contract.strike) == (7, 101, Decimal(100))
    assert (ticket.action, ticket.quantity, ticket.order_type, ticket.tif) == ("SELL", 3, "TRAIL LIMIT", "GTD")
    assert (ticket.limit, ticket.trigger) == (Decimal("1.1"), Decimal("0.2"))
    assert (ticket.oca_group, ticket.oca_type, ticket.account, ticket.open_close) == ("g", 2, "A", "O")
    assert (ticket.order_ref, ticket.transmit, ticket.parent_id, ticket.what_if) == ("r", False, 6, True)
    assert (ticket.display_size, ticket.trigger_method, ticket.outside_rth, ticket.hidden) == (2, 4, True, True)
    assert (ticket.good_after, ticket.good_till) == ("20251112 10:00:00", "20251113 10:00:00")
    assert (ticket.discretionary, ticket.model_code, ticket.percent_offset) == (Decimal("0.01"), "m", Decimal("0.3"))
    assert (ticket.all_or_none, ticket.min_quantity) == (True, 5)
    assert (ticket.trail_stop_price, ticket.trailing_percent) == (Decimal("1.5"), Decimal("2.5"))
    assert (ticket.limit_offset, ticket.cash_quantity) == (Decimal("0.05"), Decimal(1000))
    assert (ticket.algo, ticket.is_combo, ticket.extras) == ("", False, frozenset())


@pytest.mark.parametrize("version", VERSIONS)
def test_optional_parts_shift_what_follows_and_are_named(version: int) -> None:
    fields = place_order(version, _EVERY_PART, **_WITH_EVERY_PART, whatIf=1, cashQty="55", trailPct="2", lmtOffset="3")

    ticket = read_ticket(fields, version)

    assert (ticket.is_combo, ticket.algo, ticket.what_if) == (True, "Adaptive", True)
    assert (ticket.trailing_percent, ticket.limit_offset, ticket.cash_quantity) == (Decimal(2), Decimal(3), Decimal(55))
    assert ticket.extras == {"delta_neutral", "scale", "hedge", "pegged", "conditions"}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_cut_anywhere_is_refused_and_never_misread(version: int) -> None:
    whole = place_order(version, _EVERY_PART, **_WITH_EVERY_PART)

    for length in range(len(whole)):
        with pytest.raises((ValueError, IndexError)):
            read_ticket(whole[:length], version)


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("faGroup", "All", "fa"),
        ("shortSlot", "2", "short_sale_slot"),
        ("block", "1", "block"),
        ("sweep", "1", "sweep"),
        ("tif", "", "no_tif"),
        ("eTrade", "1", "e_trade_only"),
        ("firmQuote", "1", "firm_quote_only"),
        ("volatility", "0.2", "volatility"),
        ("notHeld", "1", "not_held"),
        ("adjusted", "TRAIL", "adjusted"),
    ],
)
def test_what_is_asked_for_beyond_the_usual_is_named(field: str, value: str, name: str) -> None:
    assert read_ticket(place_order(176, None, **{field: value}), 176).extras == {name}


def test_what_open_order_says_of_nothing_asks_for_nothing_when_sent_back() -> None:
    parts = {"dn": ("0", "", "", "", "?", "0", "0", "")}
    fields = place_order(176, parts, dnType="None", adjusted="None", displaySize="2147483647", minQty="2147483647")

    ticket = read_ticket(fields, 176)

    assert (ticket.extras, ticket.display_size, ticket.min_quantity) == (frozenset(), 0, 0)


@pytest.mark.parametrize("unset", ["", _GREATEST, _GREATEST.upper().replace("+", "")])
def test_prices_without_value_are_none(unset: str) -> None:
    ticket = read_ticket(place_order(176, lmt=unset, aux=unset, trailStop=unset, cashQty=unset), 176)

    assert (ticket.limit, ticket.trigger, ticket.trail_stop_price, ticket.cash_quantity) == (None, None, None, None)


@pytest.mark.parametrize(
    ("text", "quantity", "has_fraction"),
    [
        ("2", 2, False),
        ("2.0", 2, False),
        ("2E0", 2, False),
        ("2.5", 2, True),
        ("", 0, False),
        (str(2**127 - 1), 0, False),
    ],
)
def test_a_size_is_whole_or_known_to_be_a_fraction(text: str, quantity: int, *, has_fraction: bool) -> None:
    ticket = read_ticket(place_order(176, quantity=text), 176)

    assert (ticket.quantity, ticket.has_fraction) == (quantity, has_fraction)


@pytest.mark.parametrize("value", ["1e999999999", "NaN", "sNaN", "inf", "٣", "1_0", " 1", "x", "-", "9" * 400])
@pytest.mark.parametrize("field", ["quantity", "lmt", "parentId", "trailStop", "conditions", "scaleIncr"])
def test_what_is_no_number_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|out of range"):
        read_ticket(place_order(176, None, **{field: value}), 176)


@pytest.mark.parametrize("rows", ["-1", "1000000000", "1.5", "1001"])
def test_a_count_that_cannot_be_one_is_refused_at_once(rows: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        read_ticket(place_order(176, {"combo": (rows,)}, secType="BAG"), 176)


def test_an_unknown_kind_of_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="condition"):
        read_ticket(place_order(176, {"conditionParts": ("2", "a", "1", "", "1", "0")}, conditions="1"), 176)


def test_a_cancel_has_a_time_from_version_169_on() -> None:
    assert read_cancel(("4", "1", "7"), 168).manual_time == ""
    assert read_cancel(("4", "1", "7", "20251112 10:00:00"), 169).manual_time == "20251112 10:00:00"
    assert [read_cancel(("4", "1", text), 169).order_id for text in ("7", "7.0")] == [7, 7]
    with pytest.raises(IndexError):
        read_cancel(("4", "1"), 169)
