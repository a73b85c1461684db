/** The calls about tokens, which people give to programs of theirs. Contract: 9.1, 9.3. */

import { get, post } from "../calling.js";

/** @typedef {keyof typeof import("./words.js").SCOPES} Scope */
/**
 * What lets a program in, as it is listed: without its secret. Times in UNIX seconds.
 * @typedef {object} Token
 * @property {string} token_id
 * @property {string} name
 * @property {Scope[]} scopes
 * @property {number} created_at
 * @property {number | null} used_at
 * @property {number} expires_at
 */

/** @returns {Promise<Token[]>} in the order they were made; expired ones for 30 days */
export const tokens = async () => (await get("/api/auth/GetTokens")).tokens;

/**
 * @param {{name: string, scopes: Scope[], expires_in_days: number, password: string | undefined}} given
 * @returns {Promise<string>} its secret, which is told this once
 */
export const createToken = async (given) => (await post("/api/auth/CreateToken", given)).token;

/** @param {string} token_id */
export const revokeToken = (token_id) => post("/api/auth/RevokeToken", { token_id });
