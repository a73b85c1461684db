/** How others find an event: a link to send or to type, a code to be scanned, both on paper. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { button, openDialog } from "../parts.js";
import { qrPicture, shortAddress } from "../qr.js";
import { linkTo } from "../short.js";
import { t } from "../texts.js";

/** @param {import("../api.js").EventShown} event */
export function share(event) {
  const link = linkTo(event);
  const { shown, copy } = toCopy(link, t("share.link"));
  const send = () => navigator.share({ title: event.name, url: link }).catch(() => undefined);
  const dialog = openDialog(
    event.name,
    { class: "sharing", "data-test": "sharing" },
    qrPicture(event),
    shortAddress(event, "short"),
    shown,
    h(
      "div",
      { class: "choices" },
      button(t("share.copy"), copy, { class: "main", "data-test": "copy" }),
      "share" in navigator && button([icon("share"), t("share.send")], send),
      button([icon("print"), t("share.print")], () => window.print(), { class: "plain" }),
      button(t("close"), () => dialog.close(), { class: "plain", "data-test": "close" }),
    ),
  );
}

/**
 * A link that is shown, and put where one can paste it.
 * @param {string} link
 * @param {string} label
 */
export function toCopy(link, label) {
  const shown = h("input", { readonly: true, value: link, "aria-label": label, "data-test": "link" });
  shown.onfocus = () => shown.select();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      tell(t("share.copied"));
    } catch {
      shown.focus(); // not allowed to: it is selected, to be copied by hand
    }
  };
  return { shown, copy };
}
