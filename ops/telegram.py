"""Telegram's bot API, the little of it that is needed: what was written to the bot, and an answer to one chat.

Calls block, each for a bounded time, and raise RemoteError alone. The token is part of every address: no address is
ever part of an error. See core.telegram.org/bots/api.
"""

import json
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.client import HTTPException, HTTPMessage
from typing import IO, Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from domain.ports import Clock
from domain.remote import RemoteMessage

ANSWER_SECONDS: Final = 10.0
POLL_SECONDS: Final = 25
UPDATES_MAX: Final = 20
BYTES_MAX: Final = 4 * 2**20  # Twenty of the longest texts, each with one as long that it answers, escaped.
REASON_CHARACTERS_MAX: Final = 200
_PIECE_BYTES: Final = 64 * 1024


class RemoteError(Exception):
    """What went wrong, in words without the token; for how long Telegram asks to be left alone, if it does."""

    def __init__(self, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class _Stays(HTTPRedirectHandler):
    """Follows nobody elsewhere: the address has the token in it."""

    def redirect_request(  # noqa: PLR0917 - the base class passes them so
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Return None: the answer is the error it looks like."""
        del req, fp, code, msg, headers, newurl


class TelegramApi:
    """One bot. ``base`` is such as https://api.telegram.org. For one thread; proxies of the environment are used."""

    def __init__(self, base: str, token: str, clock: Clock, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._address = f"{base.rstrip('/')}/bot{token}/"
        self._clock = clock
        self._answer_seconds = answer_seconds
        # One context for all: the machine's list of authorities is read once, not at each question.
        self._opener = build_opener(_Stays, HTTPSHandler(context=ssl.create_default_context()))

    def updates(self, offset: int | None) -> tuple[RemoteMessage, ...]:
        """Return what was written since, after at most `POLL_SECONDS` of waiting there. Raises RemoteError.

        Asking from an offset tells Telegram that everything before it was received.
        """
        asked = {"timeout": POLL_SECONDS, "limit": UPDATES_MAX, "allowed_updates": ["message"]}
        if offset is not None:
            asked["offset"] = offset
        found = self._call("getUpdates", asked, POLL_SECONDS + self._answer_seconds)
        if not isinstance(found, list):
            raise RemoteError("an answer that is no list")
        return tuple(_messages(found))

    def send(self, chat_id: int, text: str) -> None:
        """Write to a chat. Raises RemoteError."""
        asked = {"chat_id": chat_id, "text": text, "link_preview_options": {"is_disabled": True}}
        self._call("sendMessage", asked, self._answer_seconds)

    def name(self) -> str:
        """Return the bot's name: that the token is good. Raises RemoteError."""
        found = self._call("getMe", {}, self._answer_seconds)
        return str(found.get("username", "")) if isinstance(found, dict) else ""

    def _call(self, method: str, asked: Mapping[str, object], seconds: float) -> Any:
        request = Request(  # noqa: S310 - the scheme was checked where the settings were read
            self._address + method,
            data=json.dumps(asked).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "stopward"},
        )
        try:
            with self._opener.open(request, timeout=seconds) as response:
                found = _object(self._read(response, seconds))
        except HTTPError as error:
            with error:
                raise self._refused(error) from None
        except (URLError, OSError, HTTPException) as error:
            raise RemoteError(_short(getattr(error, "reason", error)) or type(error).__name__) from None
        if found.get("ok") is not True:
            raise _said(found, "refused")
        return found.get("result")

    def _refused(self, error: HTTPError) -> RemoteError:
        """Return the error with what the answer says of it, if it says anything."""
        status = f"status {error.code}"
        try:
            return _said(_object(self._read(error, self._answer_seconds)), status)
        except (RemoteError, OSError, HTTPException):
            return RemoteError(status)

    def _read(self, response: Any, seconds: float) -> bytes:
        """Return the whole answer; one that comes drop by drop, or has no end, is none. Raises RemoteError."""
        deadline = self._clock.monotonic() + seconds
        pieces: list[bytes] = []
        left = BYTES_MAX
        while piece := response.read1(_PIECE_BYTES):
            pieces.append(piece)
            left -= len(piece)
            if left < 0 or self._clock.monotonic() > deadline:
                raise RemoteError("an answer without an end")
        return b"".join(pieces)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise RemoteError("an answer that is no JSON") from None
    if not isinstance(found, dict):
        raise RemoteError("an answer that is no object")
    return found


def _said(found: Mapping[str, Any], before: str) -> RemoteError:
    """Return the error that an answer describes: ``description``, and ``parameters.retry_after`` in seconds."""
    description, parameters = found.get("description"), found.get("parameters")
    after = parameters.get("retry_after") if isinstance(parameters, dict) else None
    reason = f"{before}: {_short(description)}" if isinstance(description, str) else before
    return RemoteError(reason, float(after) if isinstance(after, int) and after > 0 else None)


def _messages(found: list[Any]) -> Iterator[RemoteMessage]:
    """Yield what has a number; of an update that is no message of a chat the number alone, for it was received."""
    for update in found:
        number = update.get("update_id") if isinstance(update, dict) else None
        if type(number) is int:
            message = update.get("message")
            yield _message(number, message if isinstance(message, dict) else {})


def _message(update_id: int, message: Mapping[str, Any]) -> RemoteMessage:
    chat, text = message.get("chat"), message.get("text")
    chat_id = chat.get("id") if isinstance(chat, dict) else None
    return RemoteMessage(
        update_id=update_id,
        chat_id=chat_id if type(chat_id) is int else None,
        sent_at=_moment(message.get("date")),
        text=text if isinstance(text, str) else "",
    )


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if type(seconds) is int else None
    except (ValueError, OverflowError, OSError):
        return None


def _short(text: object) -> str:
    return " ".join(str(text).split())[:REASON_CHARACTERS_MAX]
