"""The web service: HTTP calls, sockets and the command line."""

from attendance_core.version import __version__

__all__ = ["__version__"]
