/**
 * The way of every call: what it says of itself, what is heard with every answer, and what a refusal
 * becomes. Contract: 1.
 */

import { wordsOf } from "./refusals.js";
import { FILE_TIMEOUT_MS, PICTURE_TIMEOUT_MS, send } from "./sending.js";
import { language, t } from "./texts.js";
import { learnTime } from "./times.js";
import { heardVersion } from "./updates.js";

/** @typedef {Record<string, string | number | boolean | string[] | undefined>} Given */
/** @typedef {(part: number) => void} Progress from 0 to 1 */

const NOT_LOGGED_IN = 7;
const OTHER_PERSON = "other_person";
const TIMEOUT_MS = 15_000;
const ANY_GET = "/api/auth/GetCurrentUserId";
/** @type {Record<string, string>} what a refusal is about where the service names no argument */
const FIELDS = {
  bad_username: "username",
  username_taken: "username",
  common_password: "password",
  event_name_taken: "name",
  bad_times: "time_to",
  event_started: "time_from",
  wrong_credentials: "password",
  wrong_password: "password",
  bad_picture: "image",
  heic_picture: "image",
  picture_too_large: "image",
};

/** A call that was not done; its message is for the person. */
export class CallFailed extends Error {
  /**
   * @param {string} message
   * @param {number} error the envelope's number; 0 where nobody answered
   * @param {string} [code] the refusal's stable name
   * @param {string} [field] the argument that is refused, where it is one
   */
  constructor(message, error, code = "", field = "") {
    super(message);
    this.error = error;
    this.code = code;
    this.field = field;
  }
}

/** Whom every call is made for, once that is known. */
let actor = /** @type {number | null} */ (null);
let notThisPerson = () => {};

/**
 * Says whom the page acts for: the service refuses what would be done as anybody else.
 * @param {number | null} userId
 * @param {() => void} otherwise what to do when somebody else, or nobody, is logged in
 */
export function actFor(userId, otherwise) {
  actor = userId;
  notThisPerson = otherwise;
}

function csrfToken() {
  const found = /(?:^|; )csrftoken=([^;]*)/.exec(document.cookie);
  return found?.[1] ?? "";
}

/** What is known of a call that nobody answered: online it may have been done after all. */
const unanswered = () => (navigator.onLine ? "not.answered" : "not.sent");

/** What every call says of itself. */
export function ownHeaders() {
  /** @type {Record<string, string>} */
  const headers = { "X-CSRFToken": csrfToken(), "Accept-Language": language };
  return actor === null ? headers : { ...headers, "X-Attendance-User": String(actor) };
}

/**
 * Sends a call, and heeds what comes with every answer. Raises where nobody answers.
 * @param {string} path
 * @param {Omit<import("./sending.js").Request, "headers">} how
 */
async function call(path, how) {
  const headers = ownHeaders();
  if (typeof how.body === "string") headers["Content-Type"] = "application/json";
  const learned = learnTime();
  const answer = await send(path, { ...how, headers });
  learned(answer.header("X-Attendance-Time"));
  heardVersion(answer.header("X-Attendance-Version"));
  return answer;
}

/**
 * What a call has failed by.
 * @param {{error: number, error_msg: string, code: string, field?: string}} envelope
 * @param {string | null} retryAfter seconds
 * @returns {Promise<CallFailed>}
 */
export async function refusal({ error, error_msg, code, field }, retryAfter) {
  if (actor !== null && (error === NOT_LOGGED_IN || code === OTHER_PERSON)) notThisPerson();
  const text = await wordsOf(code, error_msg, Number(retryAfter));
  return new CallFailed(text, error, code, field ?? FIELDS[code]);
}

/**
 * @param {string} path
 * @param {"GET" | "POST"} method
 * @param {string | FormData} [body]
 * @param {Progress} [progress]
 * @returns {Promise<any>}
 */
async function ask(path, method, body, progress) {
  /** @type {import("./sending.js").Answer} */
  let answer;
  let envelope;
  try {
    const timeout = body instanceof FormData ? PICTURE_TIMEOUT_MS : TIMEOUT_MS;
    answer = await call(path, { method, body, timeout, progress });
    envelope = JSON.parse(answer.text);
  } catch {
    throw new CallFailed(t(method === "POST" ? unanswered() : "not.loaded"), 0);
  }
  if (envelope.error === 0) return envelope.response;
  throw await refusal(envelope, answer.header("Retry-After"));
}

/**
 * @param {string} path
 * @param {Given} [given]
 * @returns {Promise<any>}
 */
export const get = (path, given = {}) => ask(addressOf(path, given), "GET");

/**
 * @param {string} path
 * @param {Given} given
 */
function addressOf(path, given) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const asked = String(query);
  return asked === "" ? path : `${path}?${asked}`;
}

/**
 * @param {string} path
 * @param {Given | FormData} [given]
 * @param {Progress} [progress]
 * @returns {Promise<any>}
 */
export async function post(path, given = {}, progress) {
  await ensureCsrfToken();
  return ask(path, "POST", given instanceof FormData ? given : JSON.stringify(given), progress);
}

/** Whatever any GET is answered sets it. */
async function ensureCsrfToken() {
  if (csrfToken() === "") await get(ANY_GET);
}

/** @typedef {Promise<{file: Blob, name: string}>} Answered a file, with the name it is given */

/**
 * @param {string} path
 * @param {Given} given
 * @param {string} otherwise its name where none is given
 * @returns {Answered}
 */
export const getFile = (path, given, otherwise) =>
  askForFile(addressOf(path, given), "GET", undefined, otherwise);

/**
 * As `getFile`, of a call that takes a proof.
 * @param {string} path
 * @param {Given} given
 * @param {string} otherwise
 * @returns {Answered}
 */
export async function postForFile(path, given, otherwise) {
  await ensureCsrfToken();
  return askForFile(path, "POST", JSON.stringify(given), otherwise);
}

/**
 * @param {string} path
 * @param {"GET" | "POST"} method
 * @param {string | undefined} body
 * @param {string} otherwise
 * @returns {Answered}
 */
async function askForFile(path, method, body, otherwise) {
  let answer;
  let envelope;
  try {
    answer = await call(path, { method, body, timeout: FILE_TIMEOUT_MS, isFile: true });
    const file = answer.file ?? new Blob();
    const named = answer.header("Content-Disposition");
    if (named !== null) return { file, name: fileName(named, otherwise) };
    envelope = JSON.parse(await file.text());
  } catch {
    throw new CallFailed(t("not.loaded"), 0);
  }
  throw await refusal(envelope, answer.header("Retry-After"));
}

/**
 * @param {string} disposition as RFC 6266 has it, with the name in Cyrillic too
 * @param {string} otherwise
 */
function fileName(disposition, otherwise) {
  const [, spelled = ""] = /filename\*=UTF-8''([^;\s]+)/i.exec(disposition) ?? [];
  try {
    return decodeURIComponent(spelled) || otherwise;
  } catch {
    return otherwise;
  }
}
