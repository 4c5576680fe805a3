"""How a request that cannot be served is told so."""

from typing import Final

SERVICE: Final = "Historical Market Data Service error message:"
VALIDATING: Final = "Error validating request.-'bM' : cause - "
PROCESSING: Final = "Error processing request.-'bM' : cause - "
BAD_KIND: Final = "What to show field is missing or incorrect."


class RefusedError(Exception):
    """A request that gets an error: the code and the text for the client."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
