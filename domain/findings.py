"""What speaks against an entry, before it is addressed to a symbol."""

from dataclasses import dataclass
from datetime import datetime

from domain.denials import DenialRule, EntryDenied
from domain.ids import Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that speaks against an entry: what was found, and the limit, as the operator reads them."""

    rule: DenialRule
    found: str
    limit: str


def denied(finding: Finding, symbol: Symbol, at: datetime, candidate: str = "") -> EntryDenied:
    """Return the denial of an entry in this symbol."""
    return EntryDenied(
        at=at, symbol=symbol, rule=finding.rule, found=finding.found, limit=finding.limit, candidate=candidate
    )
