"""What callers see of an error in a store, and what is hidden from them."""

from __future__ import annotations

from attendance_core.errors import Unavailable

# They would end a loop or a thread that others share
_ENDS_LOOP_OR_THREAD = (StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit)
_DATA_EXCEPTION = "22"  # the class of states whose very message quotes a value


class StatementFailed(Exception):
    """Raised when PostgreSQL did not carry out a statement; its text has no value in it.

    The driver's own error has a DETAIL with whole rows, and those hold names.
    """


def without_values(error: Exception) -> StatementFailed:
    """Makes an error of the driver's safe to log: its kind, state, message and traceback."""
    state = getattr(error, "sqlstate", None) or ""
    os_message = error.strerror if isinstance(error, OSError) else None
    message = str(os_message or (*error.args, "")[0])
    kind = f"{type(error).__name__} {state}".strip()
    # A value that the driver cannot write is a ValueError, which quotes it
    quotes_value = state.startswith(_DATA_EXCEPTION) or isinstance(error, ValueError)
    is_message_safe = message and not quotes_value
    safe_error = StatementFailed(f"{kind}: {message}" if is_message_safe else kind)
    return safe_error.with_traceback(error.__traceback__)


def unavailable_because(cause: BaseException) -> Unavailable:
    """Makes the error that callers get when a store fails."""
    unavailable = Unavailable()
    unavailable.__cause__ = cause
    return unavailable


def safe_to_raise(error: BaseException) -> BaseException:
    """Returns what work raised, or a RuntimeError where that would end a loop or a thread."""
    if isinstance(error, _ENDS_LOOP_OR_THREAD):
        bug = RuntimeError(f"a transaction function raised {type(error).__name__}")
        bug.__cause__ = error
        return bug
    return error
