/** How much of a file has gone. */

import { h } from "../dom.js";
import { t } from "../texts.js";

export function progressBar() {
  const view = h("progress", { max: 1, value: 0, "aria-label": t("sending"), "data-test": "progress" });
  view.hidden = true;
  /** @param {number} part from 0 to 1; all of it is looked at yet by the service */
  const told = (part) => {
    view.hidden = false;
    if (part < 1) view.value = part;
    else view.removeAttribute("value");
  };
  const done = () => {
    view.hidden = true;
    view.value = 0;
  };
  return { view, told, done };
}
