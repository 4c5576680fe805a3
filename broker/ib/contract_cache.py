"""One library object per contract: the library recognises contracts by object, not by content."""

from typing import Any

from broker.ib.translate import library_contract
from domain.contracts import Contract
from domain.ids import ConId


class ContractCache:
    """The library's form of every contract used on this connection."""

    def __init__(self) -> None:
        self._by_con_id: dict[ConId, Any] = {}

    def of(self, contract: Contract) -> Any:
        """Return the contract's one library object."""
        found = self._by_con_id.get(contract.con_id)
        if found is None:
            found = self._by_con_id[contract.con_id] = library_contract(contract)
        return found
