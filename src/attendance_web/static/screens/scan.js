/** The scan of my student record: what became of it, and another one. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { button } from "../parts.js";
import { looks } from "../review/looks.js";
import { REASONS } from "../review/words.js";
import { FORMATS, shrunk } from "../shrink.js";
import { t, textOf } from "../texts.js";
import { progressBar } from "./progress.js";

const STATES = /** @type {const} */ ({
  none: "scan.none",
  pending: "scan.pending",
  approved: "scan.approved",
  rejected: "scan.rejected",
});
const SIGNS = /** @type {const} */ ({
  none: "alert",
  pending: "ended",
  approved: "check",
  rejected: "close",
});

/** @param {() => Promise<void>} sent is called once one has been taken */
export function scan(sent) {
  const state = h("p", { class: "scan-state", "data-test": "scan-state" });
  const progress = progressBar();
  const preview = h("img", { class: "preview", alt: t("scan.preview") });
  preview.hidden = true;
  const wrong = h("p", { class: "bad", role: "alert", "data-test": "wrong-scan" });
  const input = h("input", { type: "file", accept: FORMATS, hidden: true, "data-test": "scan" });
  const choose = button([icon("plus"), t("scan.choose")], () => input.click(), {
    "data-test": "choose-scan",
  });
  input.onchange = async () => {
    const file = input.files?.[0];
    if (!file) return;
    wrong.textContent = "";
    choose.setAttribute("aria-busy", "true");
    try {
      const small = await shrunk(file);
      preview.src = URL.createObjectURL(small);
      preview.hidden = false;
      progress.told(0);
      await api.uploadScan(small, file.name, progress.told);
      tell(t("scan.sent"));
      await sent();
    } catch (error) {
      wrong.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      progress.done();
      URL.revokeObjectURL(preview.src);
      preview.hidden = true;
      preview.removeAttribute("src");
      input.value = ""; // so that the same one can be chosen again
      choose.removeAttribute("aria-busy");
    }
  };
  const view = h(
    "section",
    { "aria-labelledby": "scan" },
    h("h2", { id: "scan" }, t("scan.title")),
    h(
      "div",
      { class: "card" },
      state,
      preview,
      progress.view,
      wrong,
      choose,
      input,
      h("p", {}, h("small", {}, t("scan.help"))),
      looks(),
    ),
  );
  /** @param {api.Profile} mine */
  const show = ({ confirmation: is = "none", reason, note }) => {
    state.dataset.state = is;
    refill(state, icon(SIGNS[is]), h("span", {}, [t(STATES[is]), ...why(reason, note)].join(". ")));
  };
  return { view, show };
}

/**
 * @param {string | null | undefined} reason
 * @param {string | null | undefined} note
 * @returns {string[]}
 */
function why(reason, note) {
  const isKnown = (/** @type {string} */ each) => each in REASONS;
  const said = reason && isKnown(reason) ? textOf(REASONS[/** @type {keyof typeof REASONS} */ (reason)]) : "";
  return [said, note ?? ""].filter(Boolean);
}
