/** The way of one request, without anything that a browser of some years ago does not know. */

/**
 * @typedef {object} Request
 * @property {"GET" | "POST"} method
 * @property {Record<string, string>} headers
 * @property {string | FormData | undefined} body
 * @property {number} timeout milliseconds in which something has to move
 * @property {((part: number) => void) | undefined} [progress] of the body, from 0 to 1
 * @property {boolean} [isFile] what is answered is to be kept as it is
 */
/**
 * `file` is what was answered where a file is asked for, `text` otherwise.
 * @typedef {{text: string, file: Blob | null, header: (name: string) => string | null}} Answer
 */

/** How long nothing of a picture may move; otherwise it takes as long as it needs. */
export const PICTURE_TIMEOUT_MS = 60_000; // it is looked at before it is answered
/** How long nothing of a file may come, which is made before it is sent. */
export const FILE_TIMEOUT_MS = 60_000;

/**
 * Sends it; where nothing moves for too long it is given up. Raises where nobody answers.
 * @param {string} path
 * @param {Request} request
 * @returns {Promise<Answer>}
 */
export function send(path, { method, headers, body, timeout, progress, isFile = false }) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest(); // `fetch` tells nothing of how far a body is
    let stalled = 0;
    const moved = () => {
      clearTimeout(stalled);
      stalled = window.setTimeout(() => asked.abort(), timeout);
    };
    asked.open(method, path);
    if (isFile) asked.responseType = "blob";
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      moved();
      if (lengthComputable) progress?.(loaded / total);
    };
    asked.onprogress = moved;
    asked.onload = () =>
      resolve({
        text: isFile ? "" : asked.responseText,
        file: isFile ? asked.response : null,
        header: (name) => asked.getResponseHeader(name),
      });
    asked.onerror = asked.onabort = () => reject(new Error("nobody has answered"));
    asked.onloadend = () => clearTimeout(stalled);
    moved();
    asked.send(body ?? null);
  });
}
