/** The calls that keep an account safe. Contract: 9. */

import { get, post, postForFile } from "../calling.js";

/**
 * Where somebody is logged in.
 * @typedef {object} Session
 * @property {string} session names it, and lets nobody in
 * @property {number} created_at
 * @property {number} used_at
 * @property {string} client
 * @property {boolean} current
 */

/** Who logs in by a university alone has none; until that is known, everybody has. */
export let hasPassword = true;

/** @returns {Promise<Session[]>} */
export async function sessions() {
  const given = await get("/api/auth/GetSessions");
  hasPassword = given.has_password;
  return given.sessions;
}

/** @param {string} session */
export const endSession = (session) => post("/api/auth/EndSession", { session });

export const endOtherSessions = () => post("/api/auth/EndSession", { others: true });

/**
 * @param {string} old_password
 * @param {string} new_password
 */
export const changePassword = (old_password, new_password) =>
  post("/accounts/password/", { old_password, new_password });

/** @param {string | undefined} password @returns {Promise<string[]>} the codes before are void */
export const makeRecoveryCodes = async (password) =>
  (await post("/accounts/recovery/codes/", { password })).codes;

/**
 * @param {string} username
 * @param {string} code
 * @param {string} new_password
 * @returns {Promise<number>} who is logged in now
 */
export const recover = async (username, code, new_password) =>
  (await post("/accounts/recovery/", { username, code, new_password })).user_id;

/**
 * @param {string} token of the link
 * @param {string} new_password
 * @returns {Promise<number>} who is logged in now
 */
export const reset = async (token, new_password) =>
  (await post("/accounts/reset/", { token, new_password })).user_id;

/** @param {string | undefined} password */
export const deleteAccount = (password) => post("/accounts/delete/", { password });

/**
 * All that is kept of me, as a zip.
 * @param {string | undefined} password
 */
export const downloadData = (password) =>
  postForFile("/accounts/data/", { password }, "attendance-data.zip");
