"""What goes wrong with PostgreSQL, and whether the same work may be run again then."""

from __future__ import annotations

import logging

import asyncpg

from attendance_adapters.sql.failures import unavailable_because, without_values

logger = logging.getLogger(__name__)

RERUN_STATES = frozenset({"40001", "40P01"})  # a serialization failure, a deadlock


class LostRace(Exception):
    """Raised when somebody else was faster; the same work, run again, sees what they did."""


class NeedsTransaction(Exception):
    """Raised when a look that was tried as a single read is more than that."""


class NoConnectionFree(Exception):
    """Raised when no connection became free for as long as anybody waits for one."""


class ConnectionLost(Exception):
    """Raised when a connection went away before COMMIT was sent."""


class UnknownOutcome(Exception):
    """Raised when COMMIT was sent and not answered: nobody knows whether it was done."""


# What a transaction or a look ends with by the doing of the store, and not of its function
STORE_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    LostRace,
    NoConnectionFree,
    ConnectionLost,
    UnknownOutcome,
)
# What a driver says whose connection went away, or that did not understand the server's goodbye
_LOSSES = (asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
# What is a bug of ours, in a statement or in what it was given
_BUGS = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.DataError,
    ValueError,  # a value that the driver cannot write as what the column is
)


def is_loss(error: Exception) -> bool:
    """Tells whether the driver gave up, whatever it knows of the connection."""
    is_of_value = isinstance(error, ValueError)  # that it cannot write as what the column is
    return isinstance(error, _LOSSES) and not is_of_value


def is_of_old_schema(error: Exception) -> bool:
    """Tells whether a statement had been prepared before a migration."""
    return isinstance(error, asyncpg.InvalidCachedStatementError)


def may_be_run_again(error: Exception) -> bool:
    """Tells whether nothing was committed, and another run may succeed."""
    return (
        isinstance(error, LostRace | ConnectionLost)
        or is_of_old_schema(error)
        or getattr(error, "sqlstate", None) in RERUN_STATES
    )


def error_for_caller(error: Exception) -> Exception:
    """Chooses what the caller gets: a bug of ours as a bug, all else as Unavailable."""
    cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
    safe_error = without_values(cause)
    if isinstance(error, UnknownOutcome):
        logger.error("nobody knows whether a transaction was committed: %s", safe_error)
    elif isinstance(error, _BUGS):
        return safe_error
    else:
        logger.error("a transaction or a look failed: %s", safe_error)
    return unavailable_because(safe_error)
