"""Everything the product does, in one value: what a web service or a program calls."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core.accounts import (
    ChangePassword,
    DeleteAccount,
    DownloadData,
    EndLapsedSessions,
    EndSession,
    EndSessionsOf,
    ForgetUnused,
    GetSessions,
    GetUsername,
    Identify,
    LogIn,
    LogOut,
    SignUp,
)
from attendance_core.attendance import (
    AnnulMark,
    CheckViewers,
    CountSheet,
    ExportAttendance,
    GetAttendance,
    GetLedger,
    GetMyAttendance,
    MakeBoardLink,
    MarkParticipant,
    RemoveBoardLink,
    WatchAttendance,
)
from attendance_core.browsers import RecogniseBrowser
from attendance_core.events import (
    AddHelper,
    CreateEvent,
    DeleteEvent,
    GetCreatedEvents,
    GetEventByCode,
    GetEventByID,
    GetEvents,
    GetHelpers,
    GetJoinedEvents,
    JoinEvent,
    LeaveEvent,
    RemoveHelper,
    UpdateEvent,
)
from attendance_core.friends import (
    GetFriendList,
    GetFriendRequests,
    RemoveFriend,
    SendFriendRequest,
)
from attendance_core.hosts import Admit, Dismiss, FindAdmitted, Subjects
from attendance_core.limits import BeginTry, CountOne, EndTry, ForgetTallies
from attendance_core.marking.at_once import MarkAtOnce
from attendance_core.marking.commands import ConfirmMarking, PrepareToMark, RefuseToMark
from attendance_core.marking.endings import FindEnding
from attendance_core.marking.glances import GlanceAtRooms
from attendance_core.marking.hang_ups import HangUp
from attendance_core.marking.openings import MarkMe, ReadyToMark
from attendance_core.marking.place_readings import ReadPlaces
from attendance_core.marking.readings import ReadRoom
from attendance_core.marking.upkeep import RenewLease, Sweep, TakeLease
from attendance_core.profiles import (
    AddModerator,
    FindByName,
    ForgetScans,
    GetAuditLog,
    GetConfirmationLog,
    GetModerators,
    GetOwnScan,
    GetPendingConfirmations,
    GetPendingScans,
    GetProfile,
    GetProfileSummaries,
    GetTakenScan,
    JudgeScan,
    ReadScan,
    RemoveModerator,
    ResolveConfirmation,
    ReturnConfirmation,
    TakeConfirmation,
    UpdateProfileInfo,
    UpdateProfilePicture,
    UploadProfileConfirmation,
)
from attendance_core.providers import (
    BeginLogIn,
    FinishLink,
    ForgetLinkRequests,
    GetProviderName,
    GetWaysIn,
    LinkProvider,
    LogInByProvider,
    UnlinkProvider,
)
from attendance_core.recovery import (
    ForgetResetLinks,
    MakeRecoveryCodes,
    MakeResetLink,
    ResetPassword,
    UseRecoveryCode,
)
from attendance_core.tokens import (
    CreateToken,
    EndExpiredTokens,
    ForgetTokens,
    GetTokens,
    RevokeToken,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """One of each, ready to be called; a field is its class's name in snake_case."""

    sign_up: SignUp
    log_in: LogIn
    identify: Identify
    log_out: LogOut
    get_username: GetUsername
    change_password: ChangePassword
    delete_account: DeleteAccount
    download_data: DownloadData
    get_sessions: GetSessions
    end_session: EndSession
    end_lapsed_sessions: EndLapsedSessions
    forget_unused: ForgetUnused
    recognise_browser: RecogniseBrowser
    create_token: CreateToken
    get_tokens: GetTokens
    revoke_token: RevokeToken
    end_expired_tokens: EndExpiredTokens
    forget_tokens: ForgetTokens

    get_provider_name: GetProviderName
    begin_log_in: BeginLogIn
    log_in_by_provider: LogInByProvider
    get_ways_in: GetWaysIn
    link_provider: LinkProvider
    finish_link: FinishLink
    unlink_provider: UnlinkProvider
    forget_link_requests: ForgetLinkRequests

    admit: Admit
    dismiss: Dismiss
    find_admitted: FindAdmitted
    subjects: Subjects

    make_recovery_codes: MakeRecoveryCodes
    use_recovery_code: UseRecoveryCode
    make_reset_link: MakeResetLink
    reset_password: ResetPassword
    forget_reset_links: ForgetResetLinks
    end_sessions_of: EndSessionsOf

    count_one: CountOne
    begin_try: BeginTry
    end_try: EndTry
    forget_tallies: ForgetTallies

    get_profile: GetProfile
    get_profile_summaries: GetProfileSummaries
    update_profile_picture: UpdateProfilePicture
    update_profile_info: UpdateProfileInfo
    upload_profile_confirmation: UploadProfileConfirmation
    find_by_name: FindByName
    get_pending_scans: GetPendingScans
    read_scan: ReadScan
    judge_scan: JudgeScan
    get_own_scan: GetOwnScan
    get_pending_confirmations: GetPendingConfirmations
    take_confirmation: TakeConfirmation
    get_taken_scan: GetTakenScan
    return_confirmation: ReturnConfirmation
    resolve_confirmation: ResolveConfirmation
    get_confirmation_log: GetConfirmationLog
    get_audit_log: GetAuditLog
    add_moderator: AddModerator
    remove_moderator: RemoveModerator
    get_moderators: GetModerators
    forget_scans: ForgetScans

    get_friend_list: GetFriendList
    send_friend_request: SendFriendRequest
    get_friend_requests: GetFriendRequests
    remove_friend: RemoveFriend

    create_event: CreateEvent
    get_event_by_id: GetEventByID
    get_event_by_code: GetEventByCode
    get_events: GetEvents
    join_event: JoinEvent
    leave_event: LeaveEvent
    delete_event: DeleteEvent
    update_event: UpdateEvent
    add_helper: AddHelper
    remove_helper: RemoveHelper
    get_helpers: GetHelpers
    get_created_events: GetCreatedEvents
    get_joined_events: GetJoinedEvents
    get_attendance: GetAttendance
    get_my_attendance: GetMyAttendance
    mark_participant: MarkParticipant
    annul_mark: AnnulMark
    get_ledger: GetLedger
    make_board_link: MakeBoardLink
    remove_board_link: RemoveBoardLink
    watch_attendance: WatchAttendance
    check_viewers: CheckViewers
    count_sheet: CountSheet
    export_attendance: ExportAttendance

    mark_me: MarkMe
    ready_to_mark: ReadyToMark
    hang_up: HangUp
    prepare_to_mark: PrepareToMark
    confirm_marking: ConfirmMarking
    refuse_to_mark: RefuseToMark
    mark_at_once: MarkAtOnce

    take_lease: TakeLease
    renew_lease: RenewLease
    sweep: Sweep
    read_room: ReadRoom
    glance_at_rooms: GlanceAtRooms
    read_places: ReadPlaces
    find_ending: FindEnding
