"""What answers have in common that are sent piece by piece, and may have to be cut off."""

from __future__ import annotations

import logging
from typing import Any

from litestar.response.base import ASGIResponse

from attendance_core.errors import Refusal, Unavailable
from attendance_web.http.exception_handlers import cause_of
from attendance_web.wire.log_fields import log_fields_of

logger = logging.getLogger(__name__)


class LongAnswer(ASGIResponse):
    """An answer, or its head, whose length is given as a header or known to nobody."""

    _should_set_content_length = False


def note_cut(what: str, error: Exception, scope: Any) -> None:
    """Notes that an answer has no end, so that nobody takes it for a whole one."""
    code = error.code if isinstance(error, Refusal) else Unavailable.code
    cause = cause_of(error) if isinstance(error, Unavailable) else code
    logger.warning("%s was cut off: %s", what, cause)
    log_fields_of(scope)["code"] = code
