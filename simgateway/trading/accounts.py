"""Which account a client means."""

from simgateway.protocol import responses
from simgateway.session import Session


def is_known(session: Session, req_id: int, account: str, ours: str) -> bool:
    """Return whether a request names our account, or none, which means it; else the client gets error 321."""
    if account in {"", ours}:
        return True
    text = f"Error validating request.-'bX' : cause - Invalid account code '{account}'."
    session.send(responses.error(req_id, 321, text, session.version))
    return False
