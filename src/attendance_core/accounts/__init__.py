"""How people come in, and how it is known who they are. Contract: 2, 9."""

from attendance_core.accounts.account import (
    MAX_PASSWORD_LENGTH,
    MAX_USERNAME_LENGTH,
    MIN_PASSWORD_LENGTH,
    Account,
    GetUsername,
)
from attendance_core.accounts.data import DataReading, DownloadData, KeptFile, Records
from attendance_core.accounts.deletion import DeleteAccount
from attendance_core.accounts.log_ins import LogIn, SignUp
from attendance_core.accounts.operator import EndSessionsOf
from attendance_core.accounts.own_sessions import EndSession, GetSessions, SessionSeen
from attendance_core.accounts.passwords import ChangePassword
from attendance_core.accounts.proof import PROOF_SECONDS, Proof, prove
from attendance_core.accounts.sessions import (
    LONGEST_SESSION_SECONDS,
    MAX_CLIENT_LENGTH,
    MAX_SESSIONS,
    SESSION_SECONDS,
    USE_NOTED_EVERY,
    Actor,
    CredentialKind,
    EndLapsedSessions,
    Identify,
    LoggedIn,
    LogOut,
    Session,
    session_end,
    session_id_of,
)
from attendance_core.accounts.upkeep import ForgetUnused

__all__ = [
    "LONGEST_SESSION_SECONDS",
    "MAX_CLIENT_LENGTH",
    "MAX_PASSWORD_LENGTH",
    "MAX_SESSIONS",
    "MAX_USERNAME_LENGTH",
    "MIN_PASSWORD_LENGTH",
    "PROOF_SECONDS",
    "SESSION_SECONDS",
    "USE_NOTED_EVERY",
    "Account",
    "Actor",
    "ChangePassword",
    "CredentialKind",
    "DataReading",
    "DeleteAccount",
    "DownloadData",
    "EndLapsedSessions",
    "EndSession",
    "EndSessionsOf",
    "ForgetUnused",
    "GetSessions",
    "GetUsername",
    "Identify",
    "KeptFile",
    "LogIn",
    "LogOut",
    "LoggedIn",
    "Proof",
    "Records",
    "Session",
    "SessionSeen",
    "SignUp",
    "prove",
    "session_end",
    "session_id_of",
]
