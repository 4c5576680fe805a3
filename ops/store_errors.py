"""What SQLite and the file system raise, as StoreError that tells full, read-only and corrupt apart."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.errors import StoreError, StoreFault

# Primary result codes, sqlite.org/rescode.html; what is not here is UNAVAILABLE.
_BY_CODE: Final[Mapping[int, StoreFault]] = {
    sqlite3.SQLITE_FULL: StoreFault.DISK_FULL,
    sqlite3.SQLITE_READONLY: StoreFault.READ_ONLY,
    sqlite3.SQLITE_PERM: StoreFault.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: StoreFault.CORRUPT,
    sqlite3.SQLITE_NOTADB: StoreFault.CORRUPT,
}
_BY_ERRNO: Final[Mapping[int, StoreFault]] = {
    errno.ENOSPC: StoreFault.DISK_FULL,
    errno.EDQUOT: StoreFault.DISK_FULL,
    errno.EROFS: StoreFault.READ_ONLY,
    errno.EACCES: StoreFault.READ_ONLY,
    errno.EPERM: StoreFault.READ_ONLY,
}
# The same in SQLite's words, for errors that carry no code.
_BY_WORDS: Final[Mapping[str, StoreFault]] = {
    "is full": StoreFault.DISK_FULL,
    "readonly": StoreFault.READ_ONLY,
    "malformed": StoreFault.CORRUPT,
    "not a database": StoreFault.CORRUPT,
}
_PRIMARY: Final = 0xFF  # An extended result code has its primary one in the lowest byte.


def fault_of(error: sqlite3.Error | OSError) -> StoreFault:
    """Return what is wrong with the disk, or the file, that raised this."""
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0, StoreFault.UNAVAILABLE)
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _BY_CODE.get(code & _PRIMARY, StoreFault.UNAVAILABLE)
    found = (fault for words, fault in _BY_WORDS.items() if words in str(error))
    return next(found, StoreFault.UNAVAILABLE)


@contextmanager
def as_store_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into StoreError, naming the file and the fault."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}", fault_of(error)) from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}", fault_of(error)) from error
