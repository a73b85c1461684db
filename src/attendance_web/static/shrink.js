/** Pictures made no larger than they need to be, before they are sent. */

import { saidOf } from "./refusals/said.js";

const ENOUGH_PIXELS = 2_400; // of the longer side: a page of small print is read at that
const SMALL_BYTES = 1_000_000; // that may go as they are
const JPEG_QUALITY = 0.85;
const TAKEN_TYPE = /^image\/(jpeg|png|webp)$/; // Contract: 3.4
const HEIC_BRAND = /^ftyp(heic|heix|hevc|heim|heis|hevm|mif1|msf1)/;

/** What a person may choose; a phone that keeps HEIC makes a JPEG of it for these. */
export const FORMATS = "image/jpeg,image/png,image/webp";

/**
 * Makes a picture smaller where it is large. Raises an Error for the person where this browser
 * shows no such picture.
 * @param {File} file
 * @returns {Promise<Blob>}
 */
export async function shrunk(file) {
  const address = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const isTaken = TAKEN_TYPE.test(file.type);
    const { naturalWidth: width, naturalHeight: height } = picture;
    const scale = Math.min(1, ENOUGH_PIXELS / Math.max(width, height));
    if (scale === 1 && file.size <= SMALL_BYTES && isTaken) return file;
    const made = await drawn(picture, Math.round(width * scale), Math.round(height * scale));
    return made && (made.size < file.size || !isTaken) ? made : file;
  } catch {
    throw new Error(await whatIsWrong(file));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * @param {HTMLImageElement} picture
 * @param {number} width
 * @param {number} height
 * @returns {Promise<Blob | null>}
 */
function drawn(picture, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.resolve(null);
  pen.fillStyle = "#fff"; // what is transparent in a PNG
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
}

/**
 * Why a file is not seen: what iPhones keep is told apart, since there is a way out of it.
 * @param {Blob} file
 */
export async function whatIsWrong(file) {
  const head = await file.slice(4, 12).arrayBuffer().catch(() => new ArrayBuffer(0));
  const brand = String.fromCharCode(...new Uint8Array(head));
  return saidOf(HEIC_BRAND.test(brand) ? "heic_picture" : "bad_picture");
}
