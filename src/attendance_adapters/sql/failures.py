"""What callers are told of what went wrong in a store, and what they are not."""

from __future__ import annotations

from attendance_core.errors import Unavailable

# They would end a loop or a thread that others share
_ENDS = (StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit)


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
