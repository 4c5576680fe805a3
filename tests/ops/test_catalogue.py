import ast
import string
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ops.catalogue import CATALOGUE, problem_with, sentence
from ops.catalogue_page import page
from ops.events.day import DAY_EVENTS
from ops.events.event import Event
from ops.events.fields import FIELDS
from ops.events.house import HOUSE_EVENTS
from ops.events.orders import ORDER_EVENTS
from ops.lines import line_of
from ops.masking import Masker
from tests.builders import NOW
from tests.house import CHECKOUT, source_files

OPERATORS_GREP_FOR = {
    "cycle_start",
    "cycle_complete",
    "cycle_overrun",
    "symbol_cycle",
    "backoff_skip",
    "eod_summary",
    "historical_request",
    "historical_success",
    "historical_empty_response",
    "historical_fetch_error",
    "historical_data_timeout",
    "historical_retry_sleep",
    "historical_fetch_failed_exhausted",
    "historical_cache_fallback",
    "historical_cache_stale",
    "data_fetch_failed",
    "data_recovered",
    "skip",
    "buying_power_limit",
    "insufficient_buying_power",
    "buying_power_check_error",
    "order_placement",
    "daily_loss_limit",
    "oco_actor_started",
    "oco_actor_dead",
    "oco_adopted",
    "oco_triggered",
    "oco_sibling_cancelled",
    "position_unguarded",
    "position_guarded",
    "position_closed",
    "circuit_breaker_open",
    "circuit_breaker_half_open",
    "circuit_breaker_closed",
}


def used() -> Iterator[tuple[str, str, set[str], bool]]:
    """Return place, event, fields and whether these are all, of each event that the code names."""
    for path in source_files():
        if path.parts[0] in {"tests", "simgateway"}:
            continue
        for node in ast.walk(ast.parse((CHECKOUT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from used_by(node, path)


def used_by(call: ast.Call, path: Path) -> Iterator[tuple[str, str, set[str], bool]]:
    place = f"{path}:{call.lineno}"
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "emit" and call.args and isinstance(call.args[0], ast.Constant):
        yield place, str(call.args[0].value), {key for key in given if key}, None not in given
    if name == "Say":
        fields = given.get("fields")
        keys = fields.keys if isinstance(fields, ast.Dict) else [None]
        for event in ast.walk(given["event"]):
            if isinstance(event, ast.Constant):
                yield (
                    place,
                    str(event.value),
                    {str(k.value) for k in keys if isinstance(k, ast.Constant)},
                    None not in keys,
                )


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.name)
def test_each_field_of_an_event_has_a_meaning(event: Event) -> None:
    fields = (*event.required, *event.optional)

    assert set(fields) <= FIELDS.keys()
    assert len(set(fields)) == len(fields)


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.name)
def test_a_sentence_names_only_fields_that_are_always_there(event: Event) -> None:
    named = {name for _, name, _, _ in string.Formatter().parse(event.text) if name}

    assert named <= set(event.required)


@pytest.mark.parametrize(
    ("event", "fields", "said"),
    [
        ("connection_state", {"state": "ready", "reason": ""}, "connection is ready"),
        (
            "connection_state",
            {"state": "ready", "reason": "2104: all is well"},
            "connection is ready: 2104: all is well",
        ),
        ("symbol_cycle", {"symbol": "SPY", "decision": "no_quote", "reason": ""}, "SPY: no_quote"),
        ("control", {"state": "halted", "reason": ""}, "the operator has it halted, by "),
    ],
)
def test_a_sentence_does_not_end_in_a_colon_where_its_last_field_is_empty(
    event: str, fields: dict[str, object], said: str
) -> None:
    assert sentence(event, fields) == said


@pytest.mark.parametrize(("access", "level"), [("live", "INFO"), ("delayed", "WARNING"), ("none", "WARNING")])
def test_good_news_of_an_entitlement_is_no_warning(access: str, level: str) -> None:
    fields = {"data": "underlying quotes", "access": access}

    assert CATALOGUE["entitlement"].level_of(fields) == level
    assert line_of("entitlement", fields, NOW, Masker()).level == level


def test_the_page_says_when_an_event_is_good_news() -> None:
    assert "| `entitlement` | WARNING, INFO where `access` is live |" in page()


@pytest.mark.parametrize("event", CATALOGUE.values(), ids=lambda event: event.name)
def test_what_makes_good_news_is_a_field_that_is_always_there(event: Event) -> None:
    assert event.good is None or event.good[0] in event.required


def test_no_event_is_in_the_catalogue_twice() -> None:
    assert len(CATALOGUE) == len(DAY_EVENTS) + len(ORDER_EVENTS) + len(HOUSE_EVENTS)


def test_no_meaning_is_left_over() -> None:
    fields = {field for event in CATALOGUE.values() for field in (*event.required, *event.optional)}

    assert FIELDS.keys() - fields == set()


def test_the_names_that_operators_grep_for_are_kept() -> None:
    assert CATALOGUE.keys() >= OPERATORS_GREP_FOR


def test_the_code_keeps_to_the_catalogue() -> None:
    problems = []
    for place, event, fields, complete in used():
        known = {} if complete or event not in CATALOGUE else dict.fromkeys(CATALOGUE[event].required)
        problem = problem_with(event, known | dict.fromkeys(fields))
        if problem:
            problems.append(f"{place}: {event} {problem}")

    assert problems == []


def test_a_missing_field_is_named() -> None:
    assert problem_with("cycle_start", {"cycle": 1}) == "lacks symbols"


def test_a_field_that_the_event_has_not_is_named() -> None:
    assert problem_with("cycle_start", {"cycle": 1, "symbols": 2, "size": 3}) == "has no field size"


def test_a_sentence_with_a_missing_field_is_still_a_sentence() -> None:
    assert sentence("cycle_start", {"cycle": 1}) == "cycle 1 of ? symbols"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("-6.799999999999999822364316060"), "-6.80"),
        (Decimal("400.00000"), "400.00"),
        (6.5, "6.50"),
        (3, "3.00"),
        (0.0425, "0.0425"),
        (float("nan"), "nan"),
    ],
)
def test_an_amount_in_a_sentence_has_its_cents(amount: float | Decimal, text: str) -> None:
    fields = {"exec_id": "e1", "fees": amount}

    assert sentence("fees_charged", fields) == f"fill e1 cost {text} USD"
