/** Times as the person's own clock and language show them. UNIX seconds everywhere. */

import { language, t } from "./texts.js";

// With the habits of one's country where it is known: 16:30 or 4:30 PM
const LOCALE = navigator.languages.find((each) => each.startsWith(language)) ?? language;
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", month: "short" });
const MINUTE = new Intl.NumberFormat(LOCALE, { style: "unit", unit: "minute" });
const HOUR = new Intl.NumberFormat(LOCALE, { style: "unit", unit: "hour" });

export const now = () => Date.now() / 1000;

/** @param {number} seconds */
export const clock = (seconds) => CLOCK.format(seconds * 1000);

/** @param {number} seconds */
const dayOf = (seconds) => new Date(seconds * 1000).toDateString();

/**
 * Whether a span touches the person's today.
 * @param {{time_from: number, time_to: number}} span
 */
export function isToday({ time_from, time_to }) {
  const midnight = new Date().setHours(0, 0, 0, 0) / 1000;
  return time_to > midnight && time_from < midnight + 86_400;
}

/** @param {number} seconds */
export function day(seconds) {
  if (dayOf(seconds) === dayOf(now())) return t("today");
  if (dayOf(seconds) === dayOf(now() + 86_400)) return t("tomorrow");
  return DAY.format(seconds * 1000);
}

/**
 * From when to when, like "today, 10:15–11:45".
 * @param {{time_from: number, time_to: number}} span
 */
export function span({ time_from, time_to }) {
  const end = dayOf(time_from) === dayOf(time_to) ? "" : `${day(time_to)}, `;
  return `${day(time_from)}, ${clock(time_from)}–${end}${clock(time_to)}`;
}

/**
 * How long, roughly.
 * @param {number} seconds
 */
export function length(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return t("moment");
  if (minutes < 60) return MINUTE.format(minutes);
  const rest = minutes % 60;
  const hours = HOUR.format(Math.floor(minutes / 60));
  return rest === 0 ? hours : `${hours} ${MINUTE.format(rest)}`;
}
