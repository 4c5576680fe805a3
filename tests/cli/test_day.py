"""The bot's own books, added up from what the journal has of a day."""

from dataclasses import replace
from decimal import Decimal

from cli.day import OwnBooks, own_books
from domain.events import FillCorrected, LegFilled
from domain.ids import ConId, IntentId
from ops.memory_journal import MemoryJournal
from tests.builders import INTENT, NOW
from tests.domain.ledger_builders import bought, fees, sold


def a_correction(fill: LegFilled, price: str, revision: int) -> FillCorrected:
    return FillCorrected(at=NOW, fill=replace(fill, price=Decimal(price), revision=revision))


def test_buys_and_sales_of_all_intents_come_to_a_flow_of_cash_fees_and_what_is_held() -> None:
    journal, other = MemoryJournal(), IntentId("other")
    journal.append(f"bracket:{INTENT}", [bought(2, "2.00"), sold(2, "2.50"), fees(bought(2, "2.00"), "1.30")])
    journal.append(f"bracket:{other}", [bought(1, "1.00", intent=other, exec_id="b")])

    own = own_books(journal, [INTENT, other])

    assert own == OwnBooks(flow=Decimal(0), fees=Decimal("1.30"), held={ConId(101): 1})


def test_a_fill_counts_as_it_was_corrected_last_in_whatever_order_that_was_told() -> None:
    journal, fill = MemoryJournal(), bought(2, "2.00")
    journal.append(f"bracket:{INTENT}", [fill, a_correction(fill, "2.20", 3), a_correction(fill, "2.10", 2)])

    own = own_books(journal, [INTENT])

    assert own.flow == -440
