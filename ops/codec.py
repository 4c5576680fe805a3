"""Records of the journal as JSON and back, exactly: what is read equals what was written."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError

from domain.errors import StoreError
from domain.events import Journaled

KINDS: Final[Mapping[str, TypeAdapter[Journaled]]] = {
    member.__name__: TypeAdapter[Any](member) for member in get_args(Journaled)
}


def kind_of(record: Journaled) -> str:
    """Return the name under which this kind of record is kept."""
    return type(record).__name__


def encoded(record: Journaled) -> str:
    """Return the record as JSON, decimals as text. Raises StoreError when it would not read back as it is.

    Reading back costs some microseconds, and finds NaN or a naive time before it is on disk for good.
    """
    kind = kind_of(record)
    if kind not in KINDS:
        raise StoreError(f"{kind} is not for the journal")
    body = KINDS[kind].dump_json(record).decode()
    if decoded(kind, body) != record:
        raise StoreError(f"{kind} would not read back as it is: {body}")
    return body


def decoded(kind: str, body: str) -> Journaled:
    """Return the record. Raises StoreError for an unknown kind or a body that does not fit it."""
    adapter = KINDS.get(kind)
    if adapter is None:
        raise StoreError(f"record of unknown kind {kind}: written by another version?")
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreError(f"{kind} cannot be read: {place}: {first['msg']}") from None
