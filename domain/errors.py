"""Errors, named for what the bot does next."""


class StopwardError(Exception):
    """Base of every error of ours."""


class ConfigError(StopwardError):
    """Refuse to start: settings or command line are wrong. Shown as one line, exit code 2."""


class BrokerUnavailableError(StopwardError):
    """Back off and open nothing new: the broker cannot be reached."""


class ProtocolError(StopwardError):
    """Resynchronise: the broker said something that cannot be understood."""


class ImpossibleTransitionError(StopwardError):
    """Halt and call a human: a state machine met an event it has no row for."""


class StoreError(StopwardError):
    """Stop entries, go on guarding: the state on disk cannot be read or written."""
