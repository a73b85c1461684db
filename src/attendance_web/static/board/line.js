/** A line of numbers, as a drawing. */

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 100;
const MIN_TOP = 4; // so that a single mark is no mountain

/** @param {readonly number[]} numbers two at least, from left to right @returns {string} a path */
export function pathOf(numbers) {
  const top = Math.max(MIN_TOP, ...numbers);
  const points = numbers.map((each, at) => `${at} ${Math.round(HEIGHT * (1 - each / top))}`);
  return `M${points.join("L")}`;
}

export class Line {
  view = document.createElementNS(SVG, "svg");
  #path = document.createElementNS(SVG, "path");

  constructor() {
    this.view.setAttribute("preserveAspectRatio", "none");
    this.view.setAttribute("aria-hidden", "true"); // what it shows last stands beside it
    this.#path.setAttribute("vector-effect", "non-scaling-stroke");
    this.view.append(this.#path);
  }

  /** @param {readonly number[]} numbers */
  draw(numbers) {
    if (numbers.length < 2) return;
    this.view.setAttribute("viewBox", `0 0 ${numbers.length - 1} ${HEIGHT}`);
    this.#path.setAttribute("d", pathOf(numbers));
  }
}
