"""Settings of the strategies: which are used, and the numbers of each."""

import re
from typing import Annotated, Any, Final

from pydantic import Field, field_validator, model_validator

from config.base import Listed, Section

BUILT_IN: Final = ("scalp", "whale")
_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)


class ScalpSettings(Section):
    """Bars of one minute: EMA crossing, VWAP side and an RSI band."""

    bars_min: int = Field(default=30, ge=22, le=390, description="Completed bars needed, count, 22-390.")
    rsi_bars: int = Field(default=14, ge=2, le=100, description="Length of RSI (Wilder), bars, 2-100.")
    ema_fast_bars: int = Field(default=8, ge=2, le=100, description="Length of the fast EMA, bars, 2-100.")
    ema_slow_bars: int = Field(default=21, ge=3, le=200, description="Length of the slow EMA, bars, 3-200.")
    call_rsi_low: float = Field(default=45, ge=0, le=100, description="RSI from which a call is bought, 0-100.")
    call_rsi_high: float = Field(default=70, ge=0, le=100, description="RSI up to which a call is bought, 0-100.")
    put_rsi_low: float = Field(default=30, ge=0, le=100, description="RSI from which a put is bought, 0-100.")
    put_rsi_high: float = Field(default=55, ge=0, le=100, description="RSI up to which a put is bought, 0-100.")

    @model_validator(mode="after")
    def _hold_together(self) -> "ScalpSettings":
        if self.ema_fast_bars >= self.ema_slow_bars:
            raise ValueError("ema_fast_bars must be below ema_slow_bars")
        if self.call_rsi_low >= self.call_rsi_high or self.put_rsi_low >= self.put_rsi_high:
            raise ValueError("an RSI band needs its low below its high")
        return self


class WhaleSettings(Section):
    """Bars of one hour: a breakout on volume."""

    bars_min: int = Field(default=20, ge=3, le=60, description="Completed bars needed, count, 3-60.")
    bars_max: int = Field(default=60, ge=3, le=400, description="Completed bars used at most, count, 3-400.")
    volume_factor: float = Field(
        default=1.5, ge=1, le=20, description="Last volume over the mean before, factor, 1-20."
    )
    once_in_days: int = Field(default=3, ge=0, le=30, description="A symbol gives one signal in, days, 0-30.")

    @model_validator(mode="after")
    def _hold_together(self) -> "WhaleSettings":
        if self.bars_min > self.bars_max:
            raise ValueError("bars_min is above bars_max")
        return self


class StrategiesSettings(Section):
    """Written in short as a list of names, or with the numbers of each."""

    use: Annotated[tuple[str, ...], Listed] = Field(
        default=BUILT_IN,
        min_length=1,
        max_length=20,
        description="Names: scalp, whale, or the dotted path of a class of yours.",
    )
    scalp: ScalpSettings = Field(default=ScalpSettings(), description="Numbers of scalp.")
    whale: WhaleSettings = Field(default=WhaleSettings(), description="Numbers of whale.")
    own: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Keyword arguments of your own strategies, by dotted path."
    )

    @model_validator(mode="before")
    @classmethod
    def _read_short_form(cls, value: object) -> object:
        """Return ``[scalp]`` or ``scalp`` as ``{use: [scalp]}``."""
        return {"use": value} if isinstance(value, list | str) else value

    @field_validator("use")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names. Raises ValueError for one that is neither ours nor a dotted path, or comes twice."""
        for name in value:
            if name not in BUILT_IN and not _DOTTED.fullmatch(name):
                raise ValueError(
                    f"{name!r} is neither {' nor '.join(BUILT_IN)} nor a dotted path such as mine.Breakout"
                )
        if len(set(value)) != len(value):
            raise ValueError("a strategy is named twice")
        return value
