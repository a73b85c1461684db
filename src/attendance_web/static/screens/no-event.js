/** A short address of which no event is known: there is none, or nobody has answered. */

import { h } from "../dom.js";
import { button, empty, heading } from "../parts.js";
import { isUnknown } from "../short.js";
import { t } from "../texts.js";

/** @type {import("../router.js").ScreenOf} */
export function noEvent(code = "") {
  const title = t(isUnknown(code) ? "event.unknown" : "not.loaded");
  const again = () => location.assign(`/e/${code}`);
  const view = h(
    "section",
    { class: "narrow", "data-test": "no-event" },
    heading(title, "/"),
    isUnknown(code)
      ? empty("search", t("event.unknown.help"))
      : empty("lost", t("not.loaded"), button(t("again"), again, { "data-test": "again" })),
  );
  return { view, title };
}
