"""Account news for clients: updates, summaries, positions, profit and loss."""

from simgateway.config import GatewayConfig
from simgateway.market.base import Instrument
from simgateway.market.clock import GatewayClock
from simgateway.protocol.text import read_int
from simgateway.protocol.wire import Fields
from simgateway.session import Session
from simgateway.trading.account import Ledger
from simgateway.trading.positions import Positions
from simgateway.trading.profits import Profits
from simgateway.trading.summaries import Summaries
from simgateway.trading.updates import Updates


class AccountFeed:
    """All that a client can be told about the account; the parts answer, this one hears what has changed."""

    def __init__(self, config: GatewayConfig, clock: GatewayClock, ledger: Ledger) -> None:
        self._account = config.account
        self.updates = Updates(config, clock, ledger)
        self.summaries = Summaries(config, clock, ledger)
        self.positions = Positions(config.account, ledger)
        self.profits = Profits(config, clock, ledger)

    def forget(self, session: Session) -> None:
        """Drop what a gone connection had asked."""
        for part in (self.updates, self.summaries, self.positions, self.profits):
            part.forget(session)

    def on_booking(self, instrument: Instrument) -> None:
        """Push a position that has changed, and what else has with it."""
        self.positions.booked(instrument)
        self.updates.booked(instrument)
        self.profits.push()

    def on_quotes(self) -> None:
        """Push the profit after quotes have changed, but not more often than configured."""
        self.profits.on_quotes()

    def family_codes(self, session: Session, fields: Fields) -> None:
        """Answer reqFamilyCodes (80): one account, of no family."""
        del fields
        session.send(("78", "1", self._account, ""))

    def user_info(self, session: Session, fields: Fields) -> None:
        """Answer reqUserInfo (104): no white branding."""
        session.send(("107", str(read_int(fields[1])), ""))

    def close(self) -> None:
        """Stop the timers."""
        for part in (self.updates, self.summaries, self.profits):
            part.close()
