"""From a signal to one option: chain, what is listed, quotes, choice. Asks; the domain decides.

The share is quoted together with the options that are candidates at its newest bar's close, which saves a round trip.
Where the share turns out to be elsewhere, what is missing is quoted then; the choice goes by the quoted price alone.
"""

from asyncio import gather
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from actors.runtime.clock import Clock
from domain.chains import candidates, choose_expiry
from domain.choice_report import filters_text, greeks_text, rejected_text
from domain.commands import RequestChain, RequestListed, RequestQuote
from domain.contracts import Chain, OptionContract, Right, Underlying
from domain.denials import DenialRule, EntryDenied
from domain.findings import Finding, denied
from domain.option_choice import Choice, choose
from domain.pacing import QUEUE_SECONDS_MAX
from domain.ports import EventLog
from domain.quotes import display_price
from domain.reports import ChainReport, Failure, ListedReport, RequestFailed, SnapshotReport
from domain.strategies.protocol import Signal
from domain.symbol_settings import SymbolSettings
from domain.trading_day import new_york

ANSWER_SECONDS = QUEUE_SECONDS_MAX + 20


class Asker(Protocol):
    """The actor on whose behalf is asked."""

    @property
    def clock(self) -> Clock:
        """Return its clock."""
        ...

    async def ask_or_none(self, name: str, message: Any, *, timeout_seconds: float) -> Any:
        """Return the answer, or None when there is none in time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The option to buy."""

    choice: Choice
    spot: Decimal


class EntrySearch:
    """Runs on its actor's loop. Only called on a signal: everything here costs requests."""

    def __init__(self, actor: Asker, *, settings: SymbolSettings, log: EventLog) -> None:
        self._actor = actor
        self._settings = settings
        self._log = log

    async def option_for(
        self, signal: Signal, underlying: Underlying, close: float | None
    ) -> Found | tuple[EntryDenied, ...]:
        """Return the option to buy, or why there is none: each candidate with the rule it broke.

        ``close`` is the share's newest completed bar's, USD; None when there is none.
        """
        right = signal.action.right
        assert right is not None, "a HOLD looks for no option"
        chain = await self._chain(underlying)
        if isinstance(chain, EntryDenied):
            return (chain,)
        today = new_york(self._actor.clock.now()).date()
        expiry = choose_expiry(self._settings.expiry, chain.expiries, today)
        if expiry is None:
            return (self._denied(DenialRule.NO_EXPIRY, f"{len(chain.expiries)} expiries", self._settings.expiry.kind),)
        listed = await self._listed(underlying, chain, expiry, right)
        if isinstance(listed, EntryDenied):
            return (listed,)
        return await self._among(underlying, listed, right, None if close is None else Decimal(str(close)))

    async def _among(
        self, underlying: Underlying, listed: tuple[OptionContract, ...], right: Right, guess: Decimal | None
    ) -> Found | tuple[EntryDenied, ...]:
        likely = () if guess is None else self._candidates(listed, guess, right)
        spot, answers = await gather(self._spot(underlying), self._quotes(likely))
        if isinstance(spot, EntryDenied):
            return (spot,)
        wanted = self._candidates(listed, spot, right)
        if not wanted:
            return (self._denied(DenialRule.NO_STRIKE, f"{len(listed)} strikes", str(spot)),)
        answers |= await self._quotes(contract for contract in wanted if contract not in answers)
        return self._chosen(wanted, [answers[contract] for contract in wanted], spot)

    def _chosen(
        self, wanted: tuple[OptionContract, ...], answers: Sequence[Any], spot: Decimal
    ) -> Found | tuple[EntryDenied, ...]:
        refused = next((answer for answer in answers if _is_refused(answer)), None)
        if refused is not None:
            return (self._denied(DenialRule.DELAYED_DATA, _why(refused), "live option quotes"),)
        quotes = [answer.quote if isinstance(answer, SnapshotReport) else None for answer in answers]
        now = self._actor.clock.now()
        found = choose(list(zip(wanted, quotes, strict=True)), self._settings.filters, wanted[0], now)
        if not isinstance(found, Choice):
            return found
        self._say(found, spot)
        return Found(choice=found, spot=spot)

    def _candidates(
        self, listed: tuple[OptionContract, ...], spot: Decimal, right: Right
    ) -> tuple[OptionContract, ...]:
        return candidates(listed, spot, right, self._settings.moneyness, self._settings.strike_count)

    def _say(self, choice: Choice, spot: Decimal) -> None:
        now = self._actor.clock.now()
        self._log.emit(
            "option_chosen",
            symbol=choice.contract.symbol,
            contract=choice.contract.label,
            bid=choice.quote.bid,
            ask=choice.quote.ask,
            spread_pct=round(choice.spread_pct, 2),
            spot=spot,
            greeks=greeks_text(choice, spot, now),
            filters=filters_text(choice, self._settings.filters, now),
            rejected=rejected_text(choice),
        )

    async def _spot(self, underlying: Underlying) -> Decimal | EntryDenied:
        answer = await self._ask(
            RequestQuote(contract=underlying, timeout_seconds=self._settings.quote_timeout_seconds)
        )
        price = display_price(answer.quote) if isinstance(answer, SnapshotReport) else None
        return price if price is not None else self._denied(DenialRule.NO_QUOTE, _why(answer), "underlying's price")

    async def _chain(self, underlying: Underlying) -> Chain | EntryDenied:
        answer = await self._ask(RequestChain(underlying=underlying))
        if isinstance(answer, ChainReport) and answer.chain.expiries:
            return answer.chain
        return self._denied(DenialRule.NO_CHAIN, _why(answer), "listed options")

    async def _listed(
        self, underlying: Underlying, chain: Chain, expiry: date, right: Right
    ) -> tuple[OptionContract, ...] | EntryDenied:
        request = RequestListed(underlying=underlying, trading_class=chain.trading_class, expiry=expiry, right=right)
        answer = await self._ask(request)
        if isinstance(answer, ListedReport):
            return answer.contracts
        return self._denied(DenialRule.NO_CHAIN, _why(answer), f"contracts of {expiry}")

    async def _quotes(self, contracts: Iterable[OptionContract]) -> dict[OptionContract, Any]:
        wanted = tuple(contracts)
        timeout = self._settings.quote_timeout_seconds
        requests = (RequestQuote(contract=contract, timeout_seconds=timeout) for contract in wanted)
        return dict(zip(wanted, await gather(*map(self._ask, requests)), strict=True))

    async def _ask(self, message: Any) -> Any:
        return await self._actor.ask_or_none("broker", message, timeout_seconds=ANSWER_SECONDS)

    def _denied(self, rule: DenialRule, found: str, limit: str) -> EntryDenied:
        return denied(Finding(rule=rule, found=found, limit=limit), self._settings.symbol, self._actor.clock.now())


def _is_refused(answer: Any) -> bool:
    return isinstance(answer, RequestFailed) and answer.failure is Failure.NOT_SUBSCRIBED


def _why(answer: Any) -> str:
    if isinstance(answer, RequestFailed):
        return f"{answer.failure.value} {answer.text}".strip()
    return "no answer" if answer is None else "nothing"
