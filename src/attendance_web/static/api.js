/** The one place that knows the calls. Contract: 1 to 5, and 7. */

import { language, t } from "./texts.js";

/** @typedef {{user_id: number, display_name: string, pic: string, confirmed: boolean, group?: string}} Person */
/** @typedef {"none" | "pending" | "approved" | "rejected"} Confirmation */
/** @typedef {Person & {bio: string, karma: number, confirmation?: Confirmation}} Profile */
/** @typedef {{event_id: string, name: string, time_from: number, time_to: number}} Event */
/** @typedef {Event & {creator_id: number, code?: string}} EventShown */
/** @typedef {Event & {creator: boolean}} JoinedEvent */
/** @typedef {Event & {marked_by: number | null, marked_at: number | null}} Attended */
/** @typedef {{user_id: number, display_name: string, pending: boolean}} Friend */
/** @typedef {{user_id: number, display_name: string}} Named */
/**
 * @typedef {object} Participant
 * @property {number} user_id
 * @property {string} display_name
 * @property {boolean} confirmed
 * @property {"joined" | "waiting" | "held" | "marked"} state
 * @property {number | null} marked_by
 * @property {number | null} marked_at
 */
/** @typedef {Record<string, string | number | undefined>} Given */

const NOT_LOGGED_IN = 7;
const WITHIN = 15_000; // milliseconds
const PICTURE_WITHIN = 120_000; // 10 MiB from a corridor with bad signal

/** A call that was not done; its message is for the person. */
export class CallFailed extends Error {
  /**
   * @param {string} message
   * @param {number} error the envelope's number; 0 where nobody answered
   */
  constructor(message, error) {
    super(message);
    this.error = error;
  }
}

let loggedOut = () => {};

/**
 * Says what to do when the session turns out to be over.
 * @param {() => void} then
 */
export function onLoggedOut(then) {
  loggedOut = then;
}

function csrfToken() {
  const found = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie);
  return found?.[1] ?? "";
}

/** What is known of a call that nobody answered: online it may have been done after all. */
const unanswered = () => (navigator.onLine ? "not.answered" : "not.sent");

/**
 * @param {string} path
 * @param {RequestInit} how
 * @returns {Promise<any>}
 */
async function ask(path, how) {
  let answer;
  try {
    const headers = { ...how.headers, "X-CSRFToken": csrfToken(), "Accept-Language": language };
    const within = how.body instanceof FormData ? PICTURE_WITHIN : WITHIN;
    const signal = AbortSignal.timeout(within);
    const response = await fetch(path, { ...how, headers, signal, cache: "no-store" });
    answer = await response.json();
  } catch {
    throw new CallFailed(t(how.method === "POST" ? unanswered() : "not.loaded"), 0);
  }
  if (answer.error === 0) return answer.response;
  if (answer.error === NOT_LOGGED_IN) loggedOut();
  throw new CallFailed(answer.error_msg, answer.error);
}

/**
 * @param {string} path
 * @param {Given} [given]
 * @returns {Promise<any>}
 */
function get(path, given = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return ask(query.size ? `${path}?${query}` : path, { method: "GET" });
}

/**
 * @param {string} path
 * @param {Given | FormData} [given]
 * @returns {Promise<any>}
 */
async function post(path, given = {}) {
  if (csrfToken() === "") await currentUser(); // any GET sets it
  const how =
    given instanceof FormData
      ? { body: given }
      : { body: JSON.stringify(given), headers: { "Content-Type": "application/json" } };
  return ask(path, { method: "POST", ...how });
}

/** @returns {Promise<number | null>} */
export const currentUser = async () => (await get("/api/auth/GetCurrentUserId")).user_id;

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
export const profile = (userId) => get("/api/profile/GetProfile", { user_id: userId });

/** @param {string} part @returns {Promise<Named[]>} */
export const findPeople = async (part) =>
  (await get("/api/profile/FindByName", { display_name_part: part, limit: 50 })).users;

/** @param {{display_name: string, bio: string}} info */
export const updateInfo = (info) => post("/api/profile/UpdateProfileInfo", info);

/**
 * @param {Blob} image
 * @param {string} name of the file
 */
export function updatePicture(image, name) {
  const form = new FormData();
  form.set("image", image, name);
  form.set("name", name);
  return post("/api/profile/UpdateProfilePicture", form);
}

/** @param {File} image */
export function uploadScan(image) {
  const form = new FormData();
  form.set("image", image, image.name);
  return post("/api/profile/UploadProfileConfirmation", form);
}

/** @returns {Promise<Attended[]>} newest first */
export const myAttendance = () => get("/api/profile/GetMyAttendance");

/** @returns {Promise<Friend[]>} */
export const friends = async () => (await get("/api/friends/GetFriendList")).friends;

/** @returns {Promise<number[]>} */
export const friendRequests = async () => (await get("/api/friends/GetFriendRequests")).requests;

/** @param {number} userId */
export const befriend = (userId) => post("/api/friends/SendFriendRequest", { user_id: userId });

/** @param {number} userId */
export const unfriend = (userId) => post("/api/friends/RemoveFriend", { user_id: userId });

/**
 * @param {string} name
 * @param {number} timeFrom UNIX seconds
 * @param {number} timeTo UNIX seconds
 * @returns {Promise<string>} its id
 */
export const createEvent = async (name, timeFrom, timeTo) =>
  (await post("/api/events/CreateEvent", { name, time_from: timeFrom, time_to: timeTo })).event_id;

/** @param {string} eventId @returns {Promise<EventShown>} */
export const event = (eventId) => get("/api/events/GetEventByID", { event_id: eventId });

/** @param {string} [name] a part of at least 3 characters @returns {Promise<EventShown[]>} */
export const events = (name) => get("/api/events/GetEvents", { name });

/** @returns {Promise<JoinedEvent[]>} */
export const joinedEvents = () => get("/api/events/GetJoinedEvents");

/** @returns {Promise<Event[]>} */
export const createdEvents = () => get("/api/events/GetCreatedEvents");

/** @param {string} eventId @returns {Promise<Participant[]>} */
export const attendance = async (eventId) =>
  (await get("/api/events/GetAttendance", { event_id: eventId })).participants;

/** @param {string} eventId */
export const joinEvent = (eventId) => post("/api/events/JoinEvent", { event_id: eventId });

/** @param {string} eventId */
export const leaveEvent = (eventId) => post("/api/events/LeaveEvent", { event_id: eventId });

/** @param {string} eventId */
export const deleteEvent = (eventId) => post("/api/events/DeleteEvent", { event_id: eventId });

/** @param {string} eventId */
export const codeAddress = (eventId) => `/events/${eventId}/qr.svg`;
