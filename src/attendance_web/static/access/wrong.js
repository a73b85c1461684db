/** What is said where a password or a code is wrong. */

import { CallFailed } from "../calling.js";
import { Wrong } from "../forms.js";
import { textOf } from "../texts.js";

const WRONG = ["wrong_credentials", "wrong_password", "wrong_recovery_code", "wrong_reset_link"];

/**
 * Does something; where it is refused as wrong, that is said in these words, beside the field of
 * this name where the form has one.
 * @template T
 * @param {string} field
 * @param {Record<import("../texts.js").Language, string>} texts
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function doOrSayWrong(field, texts, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CallFailed) || !WRONG.includes(error.code)) throw error;
    throw new Wrong(field, textOf(texts));
  }
}
