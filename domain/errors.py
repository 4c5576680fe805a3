"""Errors, named for what the bot does next."""

from enum import StrEnum


class StopwardError(Exception):
    """Base of every error of ours."""


class ConfigError(StopwardError):
    """Refuse to start: settings or command line are wrong. Shown as one line, exit code 2."""


class GatewayAwayError(ConfigError):
    """Likewise, or wait: the gateway is not there, or its log-on is not done; the settings may be right."""


class BrokerUnavailableError(StopwardError):
    """Back off and open nothing new: the broker cannot be reached."""


class ProtocolError(StopwardError):
    """Resynchronise: the broker said something that cannot be understood."""


class ImpossibleTransitionError(StopwardError):
    """Halt and call a human: a state machine met an event it has no row for."""


class StoreFault(StrEnum):
    """What is wrong with the state on disk."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    CORRUPT = "corrupt"
    UNAVAILABLE = "unavailable"  # Anything else of the disk: locked by another program, an I/O error, gone.
    RECORD = "record"  # Not the disk: what was to be written, or was read, does not fit.


class StoreError(StopwardError):
    """Stop entries, go on guarding: the state on disk cannot be read or written."""

    def __init__(self, text: str, fault: StoreFault = StoreFault.RECORD) -> None:
        super().__init__(text)
        self.fault = fault
