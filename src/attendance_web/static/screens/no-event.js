/** A short address of which no event is known: there is none, or nobody has answered. */

import { h } from "../dom.js";
import { button, heading } from "../parts.js";
import { isUnknown } from "../short.js";
import { t } from "../texts.js";

/** @type {import("../router.js").ScreenOf} */
export function noEvent(code = "") {
  const title = t(isUnknown(code) ? "event.unknown" : "not.loaded");
  const view = h(
    "section",
    { class: "narrow", "data-test": "no-event" },
    heading(title, "/"),
    isUnknown(code)
      ? h("p", {}, t("event.unknown.help"))
      : button(t("again"), () => location.assign(`/e/${code}`), { "data-test": "again" }),
  );
  return { view, title };
}
