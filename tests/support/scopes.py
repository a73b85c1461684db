"""What tokens may, call by call, as the contract has it."""

from __future__ import annotations

from typing import Final

# Contract: 9.3, of which scope a token has to be; None: no token may
SCOPES: Final[dict[str, str | None]] = {
    **dict.fromkeys(("SignUp", "LogIn", "LogOut", "ChangePassword", "DeleteAccount"), None),
    **dict.fromkeys(("DownloadData", "GetSessions", "EndSession"), None),
    **dict.fromkeys(("MakeRecoveryCodes", "UseRecoveryCode", "ResetPassword"), None),
    **dict.fromkeys(("CreateToken", "GetTokens", "RevokeToken"), None),
    **dict.fromkeys(("LinkProvider", "UnlinkProvider"), None),
    **dict.fromkeys(("GetCurrentUserId", "GetProfile", "FindByName", "GetMyAttendance"), "read"),
    **dict.fromkeys(
        ("UpdateProfilePicture", "UpdateProfileInfo", "UploadProfileConfirmation"), None
    ),
    **dict.fromkeys(("GetPendingConfirmations", "GetConfirmationLog"), None),
    **dict.fromkeys(("TakeConfirmation", "ReturnConfirmation", "ResolveConfirmation"), None),
    **dict.fromkeys(("GetFriendList", "GetFriendRequests"), "read"),
    **dict.fromkeys(("SendFriendRequest", "RemoveFriend"), None),
    **dict.fromkeys(("GetEventByID", "GetEvents", "GetCreatedEvents", "GetJoinedEvents"), "read"),
    **dict.fromkeys(("GetHelpers", "GetAttendance", "GetLedger", "WatchAttendance"), "read"),
    **dict.fromkeys(("CreateEvent", "JoinEvent", "LeaveEvent", "DeleteEvent"), "events"),
    **dict.fromkeys(("UpdateEvent", "AddHelper", "RemoveHelper"), "events"),
    **dict.fromkeys(("MakeBoardLink", "RemoveBoardLink"), "events"),
    **dict.fromkeys(("MarkParticipant", "AnnulMark"), "mark"),
    "ExportAttendance": "export",
}
