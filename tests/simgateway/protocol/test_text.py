"""Numbers, days and moments: what clients send, and what only a broken or hostile one does."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from simgateway.protocol.text import ascii7, double, read_day, read_decimal, read_flag, read_int, read_moment

_GREATEST_DECIMAL = str(2**127 - 1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("1", "1"), ("1.0", "1"), ("-0.5", "-0.5"), ("+2", "2"), (".5", "0.5"), ("5.", "5"), ("1e3", "1000")],
        *[("1E-5", "0.00001"), ("999999999999999999", "999999999999999999"), ("0e0", "0"), ("-1.0E1", "-10")],
    ],
)
def test_numbers_are_read_in_every_form(text: str, value: str) -> None:
    assert read_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "Infinity",
            "Infinite",
            "1.7976931348623157E308",
            "1.7976931348623157e+308",
            "2147483647",
            "2147483647.0",
        ),
        *("9223372036854775807", "-9223372036854775808", _GREATEST_DECIMAL, "1797693134862315700" + "0" * 290),
    ],
)
def test_what_clients_send_for_no_value_is_none_and_zero(text: str) -> None:
    assert (read_decimal(text), read_int(text)) == (None, 0)


@pytest.mark.parametrize(
    "text",
    [
        *("1e999999999", "1e400000000", "-1e999999999", "1e-999999999", "1e999", "-1e300", "1e-40", "1e19", "9" * 5000),
        *(
            "NaN",
            "nan",
            "sNaN",
            "-NaN",
            "inf",
            "-Infinity",
            "٣",
            "\N{FULLWIDTH DIGIT ONE}",
            "²",
            "1_000",
            " 1",
            "1 ",
            "1\n",
            "0x10",
            "1,5",
        ),
        *("--1", "e5", ".", "+", "1e", "\udcff", "\0"),
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    for read in (read_decimal, read_int):
        with pytest.raises(ValueError, match=r"not a number|out of range"):
            read(text)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("007", 7), ("3.0", 3), ("-3", -3), ("999999999999999999", 10**18 - 1)]
)
def test_whole_numbers_are_read_as_such(text: str, value: int) -> None:
    assert read_int(text) == value


@pytest.mark.parametrize(
    ("text", "is_set"), [("1", True), ("true", True), ("0", False), ("0.0", False), ("False", False)]
)
def test_flags_are_read_in_every_spelling(text: str, *, is_set: bool) -> None:
    assert read_flag(text) is is_set


@pytest.mark.parametrize(
    "text",
    [
        *("", "20251112", "20251112 10:00", "20251312 10:00:00", "20251112 25:00:00", "20251112 10:00:00 Nowhere/Town"),
        *("20251112 10:00:00 America", "20251112 10:00:00 ../../etc", "20251112 10:00:00 /etc", "99991231 23:59:59"),
        *(
            "20251112 10:00:00 " + "x" * 300,
            "٢٠٢٥١١١٢ 10:00:00",
            "20251112 10:00:00 US/Eastern more",
            "00000101 00:00:00",
        ),
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        read_moment(text)


@pytest.mark.parametrize(
    "text", ["20251112 10:00:00", "20251112  10:00:00", "20251112-15:00:00", "20251112-10:00:00 US/Eastern"]
)
def test_moments_are_read_in_their_zone(text: str) -> None:
    assert read_moment(text) == datetime(2025, 11, 12, 15, 0, tzinfo=UTC)


def test_days_are_read_from_their_digits() -> None:
    assert [read_day(text) for text in ("20251112", "20251112 16:00:00", "202511", "")] == [
        date(2025, 11, 12),
        date(2025, 11, 12),
        None,
        None,
    ]
    assert read_day("٢٠٢٥١١١٢") is None
    with pytest.raises(ValueError, match="month"):
        read_day("20251312")


def test_a_number_without_value_is_the_greatest_double() -> None:
    assert [double(None), double(Decimal("1.50"))] == ["1.7976931348623157E308", "1.5"]


@pytest.mark.parametrize("text", ["plain", "Müller €", "a\\b\\x", "two\nlines", "\N{PILE OF POO}"])
def test_text_in_seven_bits_is_undone_by_unicode_escape(text: str) -> None:
    sent = ascii7(text)

    assert sent.isascii()
    assert sent.encode().decode("unicode-escape") == text
