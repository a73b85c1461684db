/** The way of one request, without anything that a browser of some years ago does not know. */

/**
 * @typedef {object} Request
 * @property {"GET" | "POST"} method
 * @property {Record<string, string>} headers
 * @property {string | FormData | undefined} body
 * @property {number} timeout milliseconds in which something has to move
 * @property {((part: number) => void) | undefined} progress of the body, from 0 to 1
 */
/** @typedef {{text: string, header: (name: string) => string | null}} Answer */

/** How long nothing of a picture may move; otherwise it takes as long as it needs. */
export const PICTURE_TIMEOUT_MS = 60_000; // it is looked at before it is answered

/**
 * Sends it; where nothing moves for too long it is given up. Raises where nobody answers.
 * @param {string} path
 * @param {Request} request
 * @returns {Promise<Answer>}
 */
export function send(path, { method, headers, body, timeout, progress }) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest(); // `fetch` tells nothing of how far a body is
    let stalled = 0;
    const moved = () => {
      clearTimeout(stalled);
      stalled = window.setTimeout(() => asked.abort(), timeout);
    };
    asked.open(method, path);
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      moved();
      if (lengthComputable) progress?.(loaded / total);
    };
    asked.onprogress = moved;
    asked.onload = () =>
      resolve({ text: asked.responseText, header: (name) => asked.getResponseHeader(name) });
    asked.onerror = asked.onabort = () => reject(new Error("nobody has answered"));
    asked.onloadend = () => clearTimeout(stalled);
    moved();
    asked.send(body ?? null);
  });
}
