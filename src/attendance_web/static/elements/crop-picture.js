/** `<crop-picture>`: a square cut out of a picture, moved by finger, mouse or keyboard. */

import { h } from "../dom.js";
import { t } from "../texts.js";

const SIDE = 512; // pixels of what is cut out
const MAX_ZOOM = 4;
const STEP_PIXELS = 16; // by which an arrow key moves it
const JPEG_QUALITY = 0.9;

export class CropPicture extends HTMLElement {
  #canvas = h("canvas", {
    width: SIDE,
    height: SIDE,
    tabindex: 0,
    role: "img",
    "aria-label": t("crop.label"),
    "data-test": "crop",
  });
  #zoom = h("input", { type: "range", min: 1, max: MAX_ZOOM, step: 0.05, value: 1 });
  /** @type {ImageBitmap | null} */
  #picture = null;
  #x = 0.5; // the middle of what is seen, as a part of the picture
  #y = 0.5;
  #isDragged = false;

  connectedCallback() {
    this.replaceChildren(this.#canvas, h("label", {}, t("crop.closer"), this.#zoom));
    this.#zoom.oninput = () => this.#draw();
    this.#canvas.onpointerdown = (event) => {
      this.#canvas.setPointerCapture(event.pointerId);
      this.#isDragged = false;
    };
    this.#canvas.onpointermove = (event) => {
      if (!this.#canvas.hasPointerCapture(event.pointerId)) return;
      if (event.movementX === 0 && event.movementY === 0) return;
      this.#isDragged = true;
      const scale = SIDE / this.#canvas.clientWidth;
      this.#move(-event.movementX * scale, -event.movementY * scale);
    };
    this.#canvas.onclick = (event) => {
      if (this.#isDragged) return;
      const scale = SIDE / this.#canvas.clientWidth; // for those who cannot drag: to the middle
      this.#move(event.offsetX * scale - SIDE / 2, event.offsetY * scale - SIDE / 2);
    };
    this.#canvas.onkeydown = (event) => {
      const x = { ArrowLeft: -STEP_PIXELS, ArrowRight: STEP_PIXELS }[event.key] ?? 0;
      const y = { ArrowUp: -STEP_PIXELS, ArrowDown: STEP_PIXELS }[event.key] ?? 0;
      if (x === 0 && y === 0) return;
      event.preventDefault();
      this.#move(x, y);
    };
  }

  /** @param {Blob} file raises where it is no picture */
  async show(file) {
    this.#picture = await createImageBitmap(file);
    this.#x = this.#y = 0.5;
    this.#zoom.value = "1";
    this.#draw();
  }

  /** @returns {Promise<Blob>} */
  cut() {
    return new Promise((resolve, reject) => {
      this.#canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error(t("crop.broken")))),
        "image/jpeg",
        JPEG_QUALITY,
      );
    });
  }

  /**
   * @param {number} x pixels of the canvas
   * @param {number} y
   */
  #move(x, y) {
    if (!this.#picture) return;
    const side = this.#side(this.#picture);
    this.#x += ((x / SIDE) * side) / this.#picture.width;
    this.#y += ((y / SIDE) * side) / this.#picture.height;
    this.#draw();
  }

  /** @param {ImageBitmap} picture */
  #side(picture) {
    return Math.min(picture.width, picture.height) / Number(this.#zoom.value);
  }

  #draw() {
    if (!this.#picture) return;
    const { width, height } = this.#picture;
    const side = this.#side(this.#picture);
    this.#x = clamp(this.#x, side / 2 / width);
    this.#y = clamp(this.#y, side / 2 / height);
    const [left, top] = [this.#x * width - side / 2, this.#y * height - side / 2];
    const pen = this.#canvas.getContext("2d");
    if (!pen) return;
    pen.fillStyle = "#fff"; // what is transparent in a PNG
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.drawImage(this.#picture, left, top, side, side, 0, 0, SIDE, SIDE);
  }
}

/**
 * @param {number} middle
 * @param {number} margin
 */
function clamp(middle, margin) {
  return Math.min(1 - margin, Math.max(margin, middle));
}

customElements.define("crop-picture", CropPicture);
