"""The broker's library that is installed here, ib_insync or ib_async: the same names in both, typed in part only."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

NAME: Final = "ib_async" if find_spec("ib_async") is not None else "ib_insync"
_library: Any = import_module(NAME)
IB: Any = _library.IB
Contract: Any = _library.Contract
LimitOrder: Any = _library.LimitOrder
MarketOrder: Any = _library.MarketOrder
Option: Any = _library.Option
Stock: Any = _library.Stock
StopLimitOrder: Any = _library.StopLimitOrder
