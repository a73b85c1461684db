/** How others find an event: a link to send or to type, a code to be scanned, both on paper. */

import { codeAddress } from "../api.js";
import { h } from "../dom.js";
import { tell } from "../notices.js";
import { button } from "../parts.js";
import { linkTo } from "../short.js";
import { t } from "../texts.js";

/** @param {import("../api.js").EventShown} event */
export function share(event) {
  const link = linkTo(event);
  const shown = h("input", { readonly: true, value: link, "aria-label": t("share.link") });
  shown.dataset.test = "link";
  shown.onfocus = () => shown.select();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      tell(t("share.copied"));
    } catch {
      shown.focus(); // not allowed to: it is selected, to be copied by hand
    }
  };
  const send = () => navigator.share({ title: event.name, url: link }).catch(() => undefined);
  const dialog = h("dialog", { "aria-labelledby": "share", "data-test": "sharing" });
  const close = () => dialog.close();
  dialog.append(
    h("h2", { id: "share" }, event.name),
    h("img", { class: "code", src: codeAddress(event.event_id), alt: t("share.code") }),
    h("p", { class: "short", "data-test": "short" }, link.replace(/^https?:\/\//, "")),
    shown,
    h(
      "div",
      { class: "choices" },
      button(t("share.copy"), copy, { class: "main", "data-test": "copy" }),
      "share" in navigator && button(t("share.send"), send),
      button(t("share.print"), () => window.print()),
      button(t("close"), close, { "data-test": "close" }),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
