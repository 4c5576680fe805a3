"""One bot for one account, one client id and one state folder: locks that end with the process, however it ends.

Those of account and client id lie in every folder that bots of a machine may share, for none of them is shared by all:
a service may have a /tmp of its own, /run/user is there only while its user is, and /run/lock is not everywhere. Two
that share one of them see each other.
"""

import fcntl
import hashlib
import os
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Final

from domain.errors import StoreError, StoreFault
from ops.store_errors import fault_of

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
STATE_LOCK: Final = "bot.lock"
_OTHERS: Final = "; a bot for another account needs a {} of its own"  # For the same one it would be a second bot.
_MACHINE: Final = Path("/run/lock")  # For lock files of all users: Filesystem Hierarchy Standard, 3.0, 5.9.


def lock_account(account: str, folders: tuple[Path, ...] = ()) -> ExitStack:
    """Return the held lock; keep it open as long as the account is traded. Raises StoreError when another holds it.

    The files lie in the machine's folders for such things, not in the state folder: a second bot with a state of its
    own would count the day's loss for itself.
    """
    name = hashlib.sha256(account.encode()).hexdigest()[:16]  # Account numbers are nobody else's business.
    return _shared(f"stopward-{name}.lock", folders, "this account is traded by another bot on this machine")


def lock_client(host: str, port: int, client_id: int, folders: tuple[Path, ...] = ()) -> ExitStack:
    """Return the held lock of a client id at a gateway. Raises StoreError when another holds it.

    The gateway refuses a second one itself, but not while the first is away: then the first would be refused.
    """
    place = f"{'localhost' if host.lower() in _LOOPBACK else host.lower()}:{port}"
    name = hashlib.sha256(f"{place} {client_id}".encode()).hexdigest()[:16]
    what = f"another bot on this machine uses client id {client_id} at {host}:{port}"
    return _shared(f"stopward-client-{name}.lock", folders, what, _OTHERS.format("broker.client_id"))


def lock_state(state_dir: Path) -> IO[str]:
    """Return the held lock of a state folder, which is made. StoreError when another holds it, or it cannot be."""
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(state_dir, error) from error
    return _held(state_dir)


def look_at_state(state_dir: Path) -> None:
    """Return when a bot could have its state there; nothing is left behind.

    Raises StoreError when another has, or the folder could not be made or written. Root may do everything, so that only
    trying tells: /proc, say, takes nothing from anybody.
    """
    try:
        if (state_dir / STATE_LOCK).is_file():
            _held(state_dir).close()
        places = (state_dir.absolute(), *state_dir.absolute().parents)
        with tempfile.TemporaryDirectory(prefix=".stopward-", dir=next(each for each in places if each.exists())):
            pass
    except OSError as error:
        raise _unusable(state_dir, error) from error


def shared_folders() -> tuple[Path, ...]:
    """Return the folders of this machine in which other bots would look, too; the last one is always there."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    found = (_MACHINE, runtime, Path(tempfile.gettempdir()))
    return tuple(dict.fromkeys(path for path in found if _is_reachable(path)))


def _is_reachable(folder: Path) -> bool:
    """Return whether there is such a folder for us: a service manager may shut off the homes, /run/user with them."""
    try:
        return folder.is_dir()
    except OSError:
        return False


def _shared(name: str, folders: tuple[Path, ...], what: str, otherwise: str = "") -> ExitStack:
    """Hold the lock in each folder that lets us. Raises StoreError when another holds one, or no folder lets us."""
    paths = [folder / name for folder in folders or shared_folders()]
    problems = list[StoreError]()
    with ExitStack() as stack:
        for path in paths:
            try:
                opened = stack.enter_context(_opened(path))
            except OSError as error:
                problems.append(_unusable(path, error))
            else:
                _lock(opened, path, what, otherwise)
        if len(problems) == len(paths):
            raise problems[-1]
        return stack.pop_all()


def _held(state_dir: Path) -> IO[str]:
    path = state_dir / STATE_LOCK
    try:
        opened = _opened(path)
    except OSError as error:
        raise _unusable(path, error) from error
    _lock(opened, path, f"another bot has its state in {state_dir}", _OTHERS.format("paths.state_dir"))
    return opened


def _lock(opened: IO[str], path: Path, what: str, otherwise: str) -> None:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        number = opened.read().strip()
        opened.close()
        who = f"process {number}, " if number else ""
        raise StoreError(f"{what} already ({who}{path}); stop it first{otherwise}", StoreFault.UNAVAILABLE) from error
    with suppress(OSError):  # Another user's file can be locked, and not written.
        os.truncate(path, 0)
        path.write_text(f"{os.getpid()}\n", encoding="ascii")


def _opened(path: Path) -> IO[str]:
    """Open a lock file for reading, which is all that a lock needs: it may be another user's."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
    return path.open(encoding="ascii", errors="replace")


def _unusable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{path}: {error.strerror}; make it writable for this user, or set paths.state_dir to another folder",
        fault_of(error),
    )
