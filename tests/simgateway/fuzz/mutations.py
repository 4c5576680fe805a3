"""Ways to break a request: its fields, its frame, its bytes."""

import struct
from collections.abc import Callable
from random import Random

from simgateway.protocol.wire import Fields, encode
from tests.simgateway.fuzz.corpus import a_request

_LENGTH = struct.Struct(">I")
_NASTY = (
    "", " ", "-1", "0", "1", "-0", "1.0", "0.5", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
    "9223372036854775808", "1" * 400, "1e308", "1e999999", "-1e999999", "1e-999999", "1.7976931348623157E308", "NaN",
    "nan", "sNaN", "-inf", "Infinity", "inf", "1_000", "\uff10\uff11\uff12", "٣", "½", "0x10", "--1", "+5", "1e",
    "e1", ".", "-",
    "True", "None", "null", "\ufeff1", "🂡", "é" * 50, "\u202e", "\x01", "\n", "\r\n", "%s%n", "{0}", "../../etc",
    "20251112", "20251332", "99999999", "00000000", "20251112 25:61:61", "20251112-15:00:00", "20251112 10:00:00 Mars",
    "20251112 10:00:00 ../UTC", "20251112 10:00:00 America", "20251102 01:30:00 US/Eastern", "1 secs", "1 min", "0 D",
    "99999999999 D", "-1 D", "1 Y", "86400 S", "BUY", "LMT", "DAY", "C", "P", "STK", "BAG", "SMART", "ABC", "x" * 5000,
)  # fmt: skip


def broken_bytes(draw: Random, version: int) -> bytes:
    """Return the bytes of a request, whole or broken in one of many ways."""
    kind = draw.randrange(20)
    if kind < 7:
        return encode(a_request(draw, version))
    if kind < 18:
        fields = a_request(draw, version)
        for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
            fields = draw.choice(_OF_FIELDS)(fields, draw)
        return encode(fields)
    return draw.choice(_OF_BYTES)(encode(a_request(draw, version)), draw)


def unreadable_bytes(draw: Random, _: int) -> bytes:
    """Return a frame that no gateway can take for a request: its number is none, or its fields are cut off."""
    number = draw.choice(("", "0", "-3", "999", "1e3", "x", "\x7f", "\uff13", "None"))
    fields = tuple(draw.choice(_NASTY) for _ in range(draw.randrange(6)))
    cut = draw.choice((("1", "11"), ("3", "17"), ("20", "5", "1"), ("9", "8", "4"), ("62", "1"), ("92",), ("50", "3")))
    return encode(draw.choice(((number, *fields), cut)))


def _replace(fields: Fields, draw: Random) -> Fields:
    row = list(fields)
    row[draw.randrange(len(row))] = draw.choice(_NASTY)
    return tuple(row)


def _replace_value(fields: Fields, draw: Random) -> Fields:
    """As above, but the request stays of its kind."""
    return (fields[0], *_replace(fields[1:], draw)) if len(fields) > 1 else fields


def _truncate(fields: Fields, draw: Random) -> Fields:
    return fields[: max(1, draw.randrange(len(fields) + 1))]


def _swap(fields: Fields, draw: Random) -> Fields:
    row = list(fields)
    one, other = draw.randrange(len(row)), draw.randrange(len(row))
    row[one], row[other] = row[other], row[one]
    return tuple(row)


def _repeat(fields: Fields, draw: Random) -> Fields:
    place = draw.randrange(len(fields))
    return fields[:place] + (fields[place],) * draw.choice((2, 3, 50)) + fields[place + 1 :]


def _drop(fields: Fields, draw: Random) -> Fields:
    place = draw.randrange(len(fields))
    return fields[:place] + fields[place + 1 :] or ("",)


def _insert(fields: Fields, draw: Random) -> Fields:
    place = draw.randrange(len(fields) + 1)
    return (*fields[:place], draw.choice(_NASTY), *fields[place:])


def _number(fields: Fields, draw: Random) -> Fields:
    return (str(draw.randrange(-5, 250)), *fields[1:])


def _random_text(fields: Fields, draw: Random) -> Fields:
    row = list(fields)
    row[draw.randrange(len(row))] = "".join(chr(draw.randrange(1, 0xD7FF)) for _ in range(draw.randrange(20)))
    return tuple(row)


def _join(fields: Fields, draw: Random) -> Fields:
    return fields + a_request(draw, 176)


def _flip(data: bytes, draw: Random) -> bytes:
    row = bytearray(data)
    for _ in range(draw.choice((1, 1, 4, 20))):
        row[draw.randrange(4, len(row))] = draw.randrange(256)
    return bytes(row)


def _nuls(data: bytes, draw: Random) -> bytes:
    payload = data[4:] + b"\0" * draw.choice((1, 3, 100))
    return _LENGTH.pack(len(payload)) + payload


def _no_nul(data: bytes, _: Random) -> bytes:
    payload = data[4:-1]
    return _LENGTH.pack(len(payload)) + payload


def _wrong_length(data: bytes, draw: Random) -> bytes:
    length = draw.choice((0, 1, len(data), len(data) - 5, 70_000, 1_000_001, 2**31, 2**32 - 1))
    return _LENGTH.pack(max(0, length)) + data[4:]


def _garbage(_: bytes, draw: Random) -> bytes:
    return draw.randbytes(draw.choice((1, 3, 4, 8, 100, 3000)))


def _cut(data: bytes, draw: Random) -> bytes:
    return data[: draw.randrange(1, len(data))]


def _empty(_: bytes, draw: Random) -> bytes:
    return _LENGTH.pack(0) * draw.choice((1, 2, 50))


def _many(data: bytes, draw: Random) -> bytes:
    return data * draw.choice((2, 5, 60))


_OF_FIELDS: tuple[Callable[[Fields, Random], Fields], ...] = (
    *(_replace, _replace_value, _replace_value, _replace_value, _truncate, _truncate),
    *(_swap, _repeat, _drop, _insert, _number, _random_text, _join),
)
_OF_BYTES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flip, _flip, _flip, _nuls, _no_nul, _wrong_length, _garbage, _cut, _empty, _many),
)
