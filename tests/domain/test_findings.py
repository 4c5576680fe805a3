from domain.denials import DenialRule, EntryDenied
from domain.findings import Finding, denied
from domain.ids import Symbol
from tests.builders import NOW


def test_a_finding_becomes_a_denial_of_its_symbol_with_both_numbers() -> None:
    finding = Finding(rule=DenialRule.SPREAD, found="3.1 %", limit="2.0 %")

    denial = denied(finding, Symbol("GOOG"), NOW, "GOOG 2026-01-09 750C")

    assert denial == EntryDenied(
        at=NOW,
        symbol=Symbol("GOOG"),
        rule=DenialRule.SPREAD,
        found="3.1 %",
        limit="2.0 %",
        candidate="GOOG 2026-01-09 750C",
    )
