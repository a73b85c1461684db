"""How people come back who have lost their password, or what stood for it. Contract: 9.1."""

from attendance_core.recovery.codes import (
    RECOVERY_CODE_LENGTH,
    MakeRecoveryCodes,
    RecoveryCode,
    UseRecoveryCode,
)
from attendance_core.recovery.resets import (
    RESET_SECONDS,
    ForgetResetLinks,
    MakeResetLink,
    ResetLink,
    ResetPassword,
    reset_id_of,
)

__all__ = [
    "RECOVERY_CODE_LENGTH",
    "RESET_SECONDS",
    "ForgetResetLinks",
    "MakeRecoveryCodes",
    "MakeResetLink",
    "RecoveryCode",
    "ResetLink",
    "ResetPassword",
    "UseRecoveryCode",
    "reset_id_of",
]
