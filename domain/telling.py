"""Which lines of a bracket's life the operator is sent as they happen: what was bought, and how it ended."""

from domain.bracket_effects import Say
from domain.commands import SendAlert


def told(line: Say) -> SendAlert | None:
    """Return the alert for a line; None for most. An entry that ended unfilled is no news."""
    fields = line.fields
    if line.event == "entry_filled":
        text = f"bought {fields['quantity']} {fields['contract']} at {fields['price']}, {fields['position']} held"
        return SendAlert(kind="entry", text=text, level="INFO")
    if line.event == "position_closed" and fields["quantity"]:
        pnl = f"P&L {fields['pnl']:.2f} USD after fees {fields['fees']:.2f}"
        return SendAlert(kind="exit", text=f"{fields['contract']} closed by {fields['reason']}, {pnl}", level="INFO")
    return None
