/** Files that are given to whoever asked for them. */

import { h } from "./dom.js";
import { tell } from "./notices.js";
import { t } from "./texts.js";

const KEPT_FOR_MS = 60_000; // for a browser that asks first where to put it

/**
 * Saves a file under its name, and says so.
 * @param {{file: Blob, name: string}} answered
 */
export function save({ file, name }) {
  const href = URL.createObjectURL(file);
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), KEPT_FOR_MS);
  tell(t("attendance.downloaded", { name }));
}
