/** Small drawings beside words that say the same; nobody needs to see them. */

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = {
  hand: "M7 12V6a1.5 1.5 0 013 0v5-7a1.5 1.5 0 013 0v7-6a1.5 1.5 0 013 0v7-3a1.5 1.5 0 013 0v5c0 4-2.5 7-6.5 7S7 19 4.5 14.5c-1-1.8 1-3 2.5-1.5z",
  check: "M5 13l4.5 4.5L19 7",
  connecting: "M5 12h.01M12 12h.01M19 12h.01",
  lost: "M4 12a8 8 0 0114-5.3L20 9M20 4v5h-5M20 12a8 8 0 01-14 5.3L4 15M4 20v-5h5",
  ended: "M7 7h10v10H7z",
  events: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  people: "M9 11a3 3 0 100-6 3 3 0 000 6zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 11a2.5 2.5 0 100-5M17 14c2.5.3 4 2.3 4 6",
  me: "M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c.5-5 3.5-7 8-7s7.5 2 8 7",
};

/** @typedef {keyof typeof DRAWN} Drawing */

/** @param {Drawing} name */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", DRAWN[name]);
  drawing.append(line);
  return drawing;
}
