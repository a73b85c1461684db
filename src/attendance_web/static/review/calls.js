/** The calls of the review desk. Contract: 9.8. */

import { get, post } from "../calling.js";

/** @typedef {keyof typeof import("./words.js").REASONS} Reason */
/**
 * @typedef {object} Pending a scan that nobody has judged
 * @property {string} scan
 * @property {number} user_id
 * @property {string} display_name
 * @property {number} uploaded_at
 * @property {number | null} taken_by
 */

/**
 * @typedef {object} Entry of the log
 * @property {number} at
 * @property {keyof typeof import("./words.js").ACTS} what
 * @property {keyof typeof import("./words.js").JUDGES} by
 * @property {number | null} actor_id
 */

/**
 * @param {{limit: number}} query
 * @returns {Promise<Entry[]>} newest first
 */
export const confirmationLog = async (query) =>
  (await get("/api/profile/GetConfirmationLog", query)).entries;

/**
 * @param {{limit: number}} query
 * @returns {Promise<{pending: Pending[], count: number}>} oldest first
 */
export const pendingScans = (query) => get("/api/profile/GetPendingConfirmations", query);

/**
 * @param {string} scan
 * @returns {Promise<{image: string, expires_in: number}>} its image's path, and seconds
 */
export const takeScan = (scan) => post("/api/profile/TakeConfirmation", { scan });

/** @param {string} scan */
export const returnScan = (scan) => post("/api/profile/ReturnConfirmation", { scan });

/** @param {string} scan */
export const approveScan = (scan) =>
  post("/api/profile/ResolveConfirmation", { scan, approve: true });

/**
 * @param {string} scan
 * @param {Reason} reason
 * @param {string} note
 */
export const rejectScan = (scan, reason, note) =>
  post("/api/profile/ResolveConfirmation", {
    scan,
    approve: false,
    reason,
    note: note || undefined,
  });
