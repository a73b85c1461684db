"""What callers are told of what went wrong in a store, and what they are not."""

from __future__ import annotations

from attendance_core.errors import Unavailable

# They would end a loop or a thread that others share
_ENDS = (StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit)
_DATA = "22"  # the class of states whose very message quotes a value


class StatementFailed(Exception):
    """A statement that PostgreSQL did not carry out, and why, without a value in it.

    The error itself has a DETAIL with whole rows, and those hold names.
    """


def without_values(error: Exception) -> StatementFailed:
    """The kind of an error, the state PostgreSQL gives it and its message; where we were then."""
    driver = getattr(error, "driver_exception", None) or error
    state = getattr(driver, "sqlstate", None) or ""
    first = driver.strerror if isinstance(driver, OSError) else None
    said = "" if state.startswith(_DATA) else str(first or (*driver.args, "")[0])
    words = f"{type(driver).__name__} {state}".strip()
    failed = StatementFailed(f"{words}: {said}" if said else words)
    return failed.with_traceback(error.__traceback__)


def failed(error: BaseException) -> Unavailable:
    """What a failing store is to its callers."""
    unavailable = Unavailable()
    unavailable.__cause__ = error
    return unavailable


def raised(error: BaseException) -> BaseException:
    """What is told of what a transaction function raised: just that, or that it was a bug."""
    if isinstance(error, _ENDS):
        bug = RuntimeError(f"a transaction function raised {type(error).__name__}")
        bug.__cause__ = error
        return bug
    return error
