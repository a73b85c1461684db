"""Over how many ledgers made by chance karma is compared with the fold: `make karma` has 1 000."""

from __future__ import annotations

import os

KARMA_LEDGERS = int(os.environ.get("KARMA_LEDGERS", "80"))
