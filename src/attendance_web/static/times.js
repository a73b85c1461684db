/**
 * What time it is, by the service's clock and never by the phone's, and times as the person's own
 * country and language show them. UNIX seconds everywhere. Contract: 1.9.
 */

import { language, liked, t } from "./texts.js";

const LOCALE = localeOf(liked());
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
/** @type {Intl.DateTimeFormatOptions} */
const SHORT_DAY = { weekday: "short", day: "numeric", month: "short" };
const DAY = new Intl.DateTimeFormat(LOCALE, SHORT_DAY);
const DAY_AND_YEAR = new Intl.DateTimeFormat(LOCALE, { ...SHORT_DAY, year: "numeric" });
const DAY_IN_WORDS = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long" });
const MINUTE = new Intl.NumberFormat(LOCALE, { style: "unit", unit: "minute" });
const HOUR = new Intl.NumberFormat(LOCALE, { style: "unit", unit: "hour" });

const HALF_A_DAY_SECONDS = 12 * 3600; // what ends later than that says its day
const TO = "–\u2060"; // at which no line ends

/** The one place that looks at the phone's clock. */
const phone = () => Date.now() / 1000;

/** By how many seconds the service's clock is ahead of the phone's. */
let secondsAhead = 0;

/**
 * The habits of one's country where it is known: 16:30 or 4:30 PM.
 * @param {readonly string[]} wanted may have what is no language at all, as some phones say it
 */
export function localeOf(wanted) {
  for (const each of wanted) {
    if (each.toLowerCase().split(/[-_@]/)[0] !== language) continue;
    try {
      return new Intl.DateTimeFormat(each).resolvedOptions().locale;
    } catch {
      continue;
    }
  }
  return language;
}

export const now = () => phone() + secondsAhead;

/**
 * Begins to learn the time from an answer that is asked for now.
 * @returns {(said: string | null) => void} takes the time that came with it, as soon as it is heard
 */
export function learnTime() {
  const sentAt = phone();
  return (said) => {
    const heardAt = phone();
    const at = Number(said);
    if (!(at > 0) || heardAt < sentAt) return;
    // It was said between the two: what was known is mended no further than that asks for
    secondsAhead = Math.min(at - sentAt, Math.max(at - heardAt, secondsAhead));
  };
}

/** @param {number} seconds */
export const clock = (seconds) => CLOCK.format(seconds * 1000);

/** @param {number} seconds */
const dayOf = (seconds) => new Date(seconds * 1000).toDateString();

/**
 * The person's day, from midnight to midnight.
 * @param {number} [days] from today on
 * @returns {{from: number, to: number}}
 */
export function dayFromNow(days = 0) {
  const from = new Date(now() * 1000);
  from.setHours(24 * days, 0, 0, 0);
  const to = new Date(from);
  to.setHours(24, 0, 0, 0); // a day of 23 or 25 hours, too
  return { from: from.getTime() / 1000, to: to.getTime() / 1000 };
}

/**
 * Whether a span touches the person's today.
 * @param {{time_from: number, time_to: number}} span
 */
export function isToday({ time_from, time_to }) {
  const { from, to } = dayFromNow();
  return time_to > from && time_from < to;
}

/** @param {number} seconds */
export function day(seconds) {
  if (dayOf(seconds) === dayOf(now())) return t("today");
  if (dayOf(seconds) === dayOf(dayFromNow(1).from)) return t("tomorrow");
  const isThisYear = new Date(seconds * 1000).getFullYear() === new Date(now() * 1000).getFullYear();
  return (isThisYear ? DAY : DAY_AND_YEAR).format(seconds * 1000);
}

/** @param {number} seconds like "28 November" */
export const dayInWords = (seconds) => DAY_IN_WORDS.format(seconds * 1000);

/**
 * From when to when, like "today, 10:15–11:45", or "today, 23:15–00:45" where it is a night.
 * @param {{time_from: number, time_to: number}} span
 */
export function span({ time_from, time_to }) {
  const isPlain = dayOf(time_from) === dayOf(time_to) || time_to - time_from < HALF_A_DAY_SECONDS;
  const to = isPlain ? TO : ` – ${day(time_to)}, `;
  return `${day(time_from)}, ${clock(time_from)}${to}${clock(time_to)}`;
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

/**
 * What a field of a date and a time shows, by the phone's own zone.
 * @param {number} seconds
 */
export function fieldTime(seconds) {
  const at = new Date(seconds * 1000);
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/**
 * @param {string} value of such a field
 * @returns {number | null} none where it is empty or cut short
 */
export function timeOfField(value) {
  const at = new Date(value).getTime() / 1000;
  return Number.isNaN(at) ? null : at;
}
