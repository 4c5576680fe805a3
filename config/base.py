"""What all sections of the settings have in common: frozen, no unknown keys, no guessing at types."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """A part of the settings. Strict: text is not taken for a number, nor 1 for true."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False)


def _as_decimal(value: object) -> object:
    """Return a number as the decimal that was written; anything else as it is, to be refused."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


def _as_tuple(value: object) -> object:
    """Return a list, or a text with commas, as a tuple; anything else as it is, to be refused."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


DecimalNumber = Annotated[Decimal, BeforeValidator(_as_decimal)]
Fraction = Annotated[DecimalNumber, Field(gt=0, le=Decimal("0.5"))]
Listed = BeforeValidator(_as_tuple)
