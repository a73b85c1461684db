"""A program that migrates, a few rows a batch, and kills itself between two batches."""

from __future__ import annotations

import os
import signal
import sys

from sqlalchemy import make_url

from attendance_adapters.sql import migrate, migration_steps

BATCH_SIZE = 10


def main(address: str, dies_after: int) -> None:
    """Migrates, and dies after so many batches as when the power goes; 0 lets it live."""
    migration_steps.BATCH_SIZE = BATCH_SIZE  # type: ignore[misc]
    batches = iter(range(1, dies_after))

    def go_on_or_die(_: object) -> None:
        if dies_after and next(batches, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    migrate.sleep = go_on_or_die  # type: ignore[attr-defined]
    migrate.upgrade(make_url(address))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
