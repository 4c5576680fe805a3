"""How far what the broker holds agrees with what our fills come to: said at each reconciliation, whatever it is."""

from collections.abc import Mapping

from domain.ledger import Ledger
from domain.others import Foreign
from domain.reports import BookReport


def agreement(book: BookReport, ledger: Ledger, found: tuple[Foreign, ...]) -> Mapping[str, int]:
    """Return the fields of the line about it, counts.

    ``found`` is what no intent of ours explains, settled or not; the ledger has counted the book's executions. A short
    position is never ours. What lacks may be a position that is told late: only its guard can tell.
    """
    told: dict[int, int] = {}
    for row in book.positions:
        told[row.con_id] = told.get(row.con_id, 0) + row.quantity
    held: dict[int, int] = {}
    for exposure in ledger.exposures.values():
        held[exposure.con_id] = held.get(exposure.con_id, 0) + exposure.held
    return {
        "generation": book.generation,
        "positions": sum(row.quantity != 0 for row in book.positions),
        "open_orders": len(book.open_orders),
        "executions": len(book.executions),
        "foreign": len(found),
        "short": sum(quantity < 0 for quantity in told.values()),
        "lacking": sum(max(0, count - max(0, told.get(con_id, 0))) for con_id, count in held.items()),
    }
