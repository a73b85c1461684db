"""How a worker of pictures ends where it makes none: what it was given, or what became of it."""

from __future__ import annotations

import signal
from typing import Final

EXIT_BAD_PICTURE: Final = 3
EXIT_TOO_LARGE: Final = 4
# One that has used up its time is ended by a signal: what it was given is too much
EXIT_OUT_OF_TIME: Final = -int(getattr(signal, "SIGXCPU", 24))
