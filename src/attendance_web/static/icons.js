/** Small drawings beside words that say the same; nobody needs to see them. */

const SVG = "http://www.w3.org/2000/svg";
const DRAWN = {
  hand: "M7 12V6a1.5 1.5 0 013 0v5-7a1.5 1.5 0 013 0v7-6a1.5 1.5 0 013 0v7-3a1.5 1.5 0 013 0v5c0 4-2.5 7-6.5 7S7 19 4.5 14.5c-1-1.8 1-3 2.5-1.5z",
  check: "M5 13l4.5 4.5L19 7",
  connecting: "M5 12h.01M12 12h.01M19 12h.01",
  lost: "M3 3l18 18M8.5 16.5a5 5 0 016.5-.5M5 12.5a10 10 0 015-2.7M14.5 9.9a10 10 0 014.5 2.6M2 9a15 15 0 014.5-2.8M10.5 5.1A15 15 0 0122 9M12 20h.01",
  ended: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l3.5 2",
  events: "M5 5h14a1 1 0 011 1v14H4V6a1 1 0 011-1zM4 10h16M8.5 3v4M15.5 3v4",
  "my-events": "M4 5h16M4 12h16M4 19h10",
  people: "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2.5 20c0-4 2.5-6 6.5-6s6.5 2 6.5 6M16.5 4.5a3.3 3.3 0 010 6.3M18.5 14.5c2 .7 3 2.5 3 5.5",
  me: "M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20.5c.5-4.5 3-6.5 7.5-6.5s7 2 7.5 6.5",
  sheet: "M9 4.5H6.5A1.5 1.5 0 005 6v14h14V6a1.5 1.5 0 00-1.5-1.5H15M9 3h6v3.5H9zM9 13l2 2 4-4",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  share: "M12 15V3.5M8 7l4-4 4 4M7 11H5v10h14V11h-2",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  board: "M3 5h18v12H3zM12 17v3M8 20.5h8",
  table: "M4 5h16v14H4zM4 9.5h16M4 14.25h16M9.5 9.5V19",
  undo: "M8.5 14.5L4 10l4.5-4.5M4 10h10a5.5 5.5 0 010 11h-3",
  export: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  more: "M5 11.5a.5.5 0 100 1 .5.5 0 000-1zM12 11.5a.5.5 0 100 1 .5.5 0 000-1zM19 11.5a.5.5 0 100 1 .5.5 0 000-1z",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 17a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM20 20l-4.8-4.8",
  close: "M6 6l12 12M18 6L6 18",
  edit: "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM13.5 7l3.5 3.5",
  bin: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13",
  refresh: "M4 12a8 8 0 0114-5.3L20 9M20 4v5h-5M20 12a8 8 0 01-14 5.3L4 15M4 20v-5h5",
  sort: "M7 5v14M3.5 15.5L7 19l3.5-3.5M14 6h7M14 12h5M14 18h3",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  alert: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7.5v5.5M12 16.5h.01",
};

/** @typedef {keyof typeof DRAWN} Drawing */

/**
 * @param {Drawing} name
 * @param {string} [look] its class
 */
export function icon(name, look = "icon") {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("class", look);
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", DRAWN[name]);
  line.setAttribute("pathLength", "1"); // so that a line can draw itself, however long it is
  drawing.append(line);
  return drawing;
}
