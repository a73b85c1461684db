/** The one place that knows the calls, but for the one that goes on. Contract: 1 to 5, 7 and 8. */

import { get, getFile, post } from "./calling.js";
import { t } from "./texts.js";

/** @typedef {{user_id: number, display_name: string, pic: string, confirmed: boolean, group?: string}} Person */
/** @typedef {"none" | "pending" | "approved" | "rejected"} Confirmation */
/**
 * @typedef {Person & {bio: string, karma: number, confirmation?: Confirmation,
 *   reason?: string | null, note?: string | null, deleted?: boolean}} Profile of a scan only its
 *   owner is told
 */
/** @typedef {"everybody" | "confirmed" | "organisers"} WhoMarks */
/** @typedef {{event_id: string, name: string, time_from: number, time_to: number, code?: string}} Event */
/**
 * What is to be seen of one event; what one may do in it is known to whoever is logged in.
 * @typedef {Event & {creator_id: number, who_marks?: WhoMarks, organiser?: boolean,
 *   may_mark?: boolean}} EventShown
 */
/** @typedef {Event & {creator: boolean, organiser?: boolean}} JoinedEvent */
/** @typedef {"organiser" | "checked" | "peer"} Grade */
/** @typedef {"wrong_person" | "not_present" | "duplicate" | "not_me" | "other"} Reason */
/** @typedef {{at: number, reason: Reason, note: string | null}} Annulled */
/**
 * @typedef {Event & {marked_by: number | null, marked_at: number | null, grade?: Grade | null,
 *   n?: number | null, annulled?: Annulled | null}} AttendedEvent
 */
/** @typedef {{user_id: number, display_name: string, pending: boolean}} Friend */
/** @typedef {{user_id: number, display_name: string}} Named */
/**
 * @typedef {object} Participant
 * @property {number} user_id
 * @property {string} display_name
 * @property {boolean} [deleted]
 * @property {boolean} confirmed
 * @property {"joined" | "waiting" | "held" | "marked" | "left"} state
 * @property {number | null} marked_by
 * @property {number | null} marked_at
 * @property {Grade | null} [grade]
 * @property {number | null} [n]
 * @property {string | null} [marked_as]
 * @property {string} [group]
 * @property {Annulled | null} [annulled] their last mark, where it was
 */
/**
 * @typedef {object} Entry of the ledger
 * @property {number} user_id
 * @property {number} n
 * @property {"marked" | "annulled"} kind
 * @property {number} actor_id
 * @property {number} at
 * @property {"hold" | "hand" | null} origin
 * @property {Grade | null} grade
 * @property {string | null} marked_as
 * @property {Reason | null} reason
 * @property {string | null} note
 */
/**
 * Which part of a list of events is wanted; by when they end or start, in UNIX seconds.
 * @typedef {object} ListQuery
 * @property {number} [limit]
 * @property {number} [offset]
 * @property {number} [ends_after]
 * @property {number} [starts_before]
 * @property {boolean} [newest_first]
 */
/** @typedef {import("./calling.js").Progress} Progress */

/** What people call the university that they may log in by; "" where they may not. */
export let provider = "";

/** @returns {Promise<number | null>} */
export async function currentUser() {
  const told = await get("/api/auth/GetCurrentUserId");
  provider = told.provider ?? "";
  return told.user_id;
}

/**
 * @param {string} username
 * @param {string} password
 * @param {string} [displayName]
 * @returns {Promise<number>}
 */
export const signUp = async (username, password, displayName) =>
  (await post("/accounts/signup/", { username, password, display_name: displayName })).user_id;

/**
 * @param {string} username
 * @param {string} password
 * @returns {Promise<number>}
 */
export const logIn = async (username, password) =>
  (await post("/accounts/login/", { username, password })).user_id;

export const logOut = () => post("/accounts/logout/");

/** @param {number} userId @returns {Promise<Profile>} */
export const profile = async (userId) => named(await get("/api/profile/GetProfile", { user_id: userId }));

/**
 * Whoever has deleted their account has no name any more; lists have a word there.
 * @template {{display_name: string}} P
 * @param {P} person
 * @returns {P & {deleted?: boolean}}
 */
const named = (person) =>
  person.display_name ? person : { ...person, display_name: t("deleted"), deleted: true };

/** @param {string} part @returns {Promise<Named[]>} */
export const findPeople = async (part) =>
  (await get("/api/profile/FindByName", { display_name_part: part, limit: 50 })).users;

/** @param {{display_name: string, bio: string}} info */
export const updateInfo = (info) => post("/api/profile/UpdateProfileInfo", info);

/**
 * @param {Blob} image
 * @param {string} name of the file
 * @param {Progress} [progress]
 */
export function updatePicture(image, name, progress) {
  const form = new FormData();
  form.set("image", image, name);
  form.set("name", name);
  return post("/api/profile/UpdateProfilePicture", form, progress);
}

/**
 * @param {Blob} image
 * @param {string} name of the file
 * @param {Progress} [progress]
 */
export function uploadScan(image, name, progress) {
  const form = new FormData();
  form.set("image", image, name);
  return post("/api/profile/UploadProfileConfirmation", form, progress);
}

/**
 * @param {{limit?: number, offset?: number}} [query]
 * @returns {Promise<AttendedEvent[]>} newest first
 */
export const myAttendance = (query = {}) => get("/api/profile/GetMyAttendance", query);

/** @returns {Promise<Friend[]>} */
export const friends = async () => (await get("/api/friends/GetFriendList")).friends;

/** @returns {Promise<number[]>} */
export const friendRequests = async () => (await get("/api/friends/GetFriendRequests")).requests;

/** @param {number} userId */
export const befriend = (userId) => post("/api/friends/SendFriendRequest", { user_id: userId });

/** @param {number} userId */
export const unfriend = (userId) => post("/api/friends/RemoveFriend", { user_id: userId });

/**
 * @param {{name: string, time_from: number, time_to: number, who_marks?: WhoMarks}} given
 * @returns {Promise<string>} its id
 */
export const createEvent = async (given) =>
  (await post("/api/events/CreateEvent", given)).event_id;

/**
 * @param {string} eventId
 * @param {{name?: string, time_from?: number, time_to?: number, who_marks?: WhoMarks}} change
 */
export const updateEvent = (eventId, change) =>
  post("/api/events/UpdateEvent", { event_id: eventId, ...change });

/** @param {string} eventId @returns {Promise<EventShown>} */
export const event = (eventId) => get("/api/events/GetEventByID", { event_id: eventId });

/**
 * Events that anybody has made; never all there are.
 * @param {ListQuery & {name?: string, limit: number}} query a name has at least 3 characters
 * @returns {Promise<EventShown[]>}
 */
export const events = (query) => get("/api/events/GetEvents", query);

/** @param {ListQuery & {limit: number}} query @returns {Promise<JoinedEvent[]>} */
export const joinedEvents = (query) => get("/api/events/GetJoinedEvents", query);

/**
 * Those I made, and those I help in.
 * @param {ListQuery & {limit: number}} query
 * @returns {Promise<Event[]>}
 */
export const createdEvents = (query) =>
  get("/api/events/GetCreatedEvents", { helping: true, ...query });

/** @param {string} eventId @returns {Promise<Participant[]>} */
export const attendance = async (eventId) =>
  (await get("/api/events/GetAttendance", { event_id: eventId })).participants.map(named);

/**
 * The sheet as a file, its times by the phone's zone.
 * @param {string} eventId
 * @param {"xlsx" | "csv"} format
 */
export function exportAttendance(eventId, format) {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const given = { event_id: eventId, format, tz };
  return getFile("/api/events/ExportAttendance", given, `attendance.${format}`);
}

/**
 * A link to the board, for whoever has it; the one before ends.
 * @param {string} eventId
 * @returns {Promise<string>} its path, with a secret in the fragment
 */
export const makeBoardLink = async (eventId) =>
  (await post("/api/events/MakeBoardLink", { event_id: eventId })).url;

/** @param {string} eventId */
export const removeBoardLink = (eventId) =>
  post("/api/events/RemoveBoardLink", { event_id: eventId });

/**
 * @param {string} eventId
 * @param {{user_id?: number, limit?: number, offset?: number}} [query]
 * @returns {Promise<Entry[]>} newest first; of others for organisers alone
 */
export const ledger = async (eventId, query = {}) =>
  (await get("/api/events/GetLedger", { event_id: eventId, ...query })).entries;

/**
 * @param {string} eventId
 * @param {number} userId
 * @param {number} n the standing mark's
 * @param {Reason} reason
 * @param {string} [note] the person sees it
 */
export const annulMark = (eventId, userId, n, reason, note) =>
  post("/api/events/AnnulMark", { event_id: eventId, user_id: userId, n, reason, note });

/**
 * By hand, as an organiser.
 * @param {string} eventId
 * @param {number} userId
 * @param {string} [note]
 * @returns {Promise<{n: number}>}
 */
export const markParticipant = (eventId, userId, note) =>
  post("/api/events/MarkParticipant", { event_id: eventId, user_id: userId, note });

/** @param {string} eventId @returns {Promise<Named[]>} */
export const helpers = async (eventId) =>
  (await get("/api/events/GetHelpers", { event_id: eventId })).helpers;

/** @param {string} eventId @param {number} userId */
export const addHelper = (eventId, userId) =>
  post("/api/events/AddHelper", { event_id: eventId, user_id: userId });

/** @param {string} eventId @param {number} userId */
export const removeHelper = (eventId, userId) =>
  post("/api/events/RemoveHelper", { event_id: eventId, user_id: userId });

/** @param {string} eventId */
export const joinEvent = (eventId) => post("/api/events/JoinEvent", { event_id: eventId });

/** @param {string} eventId */
export const leaveEvent = (eventId) => post("/api/events/LeaveEvent", { event_id: eventId });

/** @param {string} eventId */
export const deleteEvent = (eventId) => post("/api/events/DeleteEvent", { event_id: eventId });

/** @param {string} eventId */
export const qrCodeAddress = (eventId) => `/events/${eventId}/qr.svg`;

/** @param {string} eventId */
export const boardAddress = (eventId) => `/board/${eventId}`;
