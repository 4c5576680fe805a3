"""What every checker of invariants is: it sees each notice before and after the book has taken it in."""

from datetime import datetime

from simgateway.audit.book import Book
from simgateway.audit.findings import AuditLimits, Findings
from simgateway.audit.notices import Notice


class Checker:
    """A checker of some invariants. `at` is the gateway's time of the frame."""

    def __init__(self, book: Book, limits: AuditLimits, findings: Findings) -> None:
        self.book = book
        self.limits = limits
        self.findings = findings

    def before(self, notice: Notice, at: datetime) -> None:
        """See a notice while the book does not know it yet."""

    def after(self, notice: Notice, at: datetime) -> None:
        """See a notice that the book has taken in."""

    def end(self, at: datetime) -> None:
        """See that the log is over."""
