/** My profile: what others see of me, my tick, and where I was marked. */

import * as api from "../api.js";
import { h } from "../dom.js";
import "../elements/person-face.js";
import { tell } from "../notices.js";
import { badge, button, eventLink, field, form, heading, loaded } from "../parts.js";
import { meet } from "../people.js";
import { leave, session } from "../session.js";
import { counted, t } from "../texts.js";
import { clock } from "../times.js";
import { languages } from "./languages.js";
import { choosePicture } from "./picture.js";

const STATES = /** @type {const} */ ({
  none: "scan.none",
  pending: "scan.pending",
  approved: "scan.approved",
  rejected: "scan.rejected",
});
const SIGNS = { none: "○", pending: "…", approved: "✓", rejected: "✗" };

/** @returns {import("../router.js").Screen} */
export function me() {
  const body = loaded({ "data-test": "me" }, async () => {
    const mine = await api.profile(session.value.userId ?? 0);
    meet([mine]);
    return [picture(mine), info(mine, () => void body.again()), scan(mine)];
  });
  /** @param {api.Profile} mine */
  function picture(mine) {
    const change = () => choosePicture(() => void body.again());
    return h(
      "div",
      { class: "profile" },
      h("person-face", { src: mine.pic, class: "large" }),
      h("p", { "data-test": "karma" }, counted("karma", mine.karma)),
      button(t("me.picture"), change, { "data-test": "change-picture" }),
    );
  }
  /** @param {api.Profile} mine */
  function scan(mine) {
    const state = mine.confirmation ?? "none";
    const input = h("input", {
      type: "file",
      accept: "image/jpeg,image/png,image/webp",
      hidden: true,
      "data-test": "scan",
    });
    input.onchange = async () => {
      const file = input.files?.[0];
      input.value = ""; // the same one may be chosen again
      if (!file) return;
      choose.setAttribute("aria-busy", "true");
      try {
        await api.uploadScan(file, file.name);
        tell(t("scan.sent"));
        await body.again();
      } catch (error) {
        tell(error instanceof Error ? error.message : String(error), "bad");
      } finally {
        choose.removeAttribute("aria-busy");
      }
    };
    const choose = button(t("scan.choose"), () => input.click());
    return h(
      "section",
      { "aria-labelledby": "scan" },
      h("h2", { id: "scan" }, t("scan.title")),
      h(
        "p",
        { class: "card", "data-test": "scan-state", "data-state": state },
        h("span", { "aria-hidden": "true", class: "sign" }, SIGNS[state]),
        " ",
        t(STATES[state]),
      ),
      h("p", {}, h("small", {}, t("scan.help"))),
      choose,
      input,
    );
  }
  const history = loaded({ "data-test": "my-attendance" }, async () => {
    const attended = await api.myAttendance();
    return [
      ...attended.map((each) =>
        eventLink(
          each,
          each.marked_at === null
            ? badge(t("me.notMarked"))
            : h("span", { class: "good" }, `✓ ${clock(each.marked_at)}`),
        ),
      ),
      attended.length ? null : h("p", { class: "none" }, t("me.noAttendance")),
    ];
  });
  const view = h("section", { class: "narrow" }, heading(t("me")), body.view);
  view.append(
    h("section", {}, h("h2", {}, t("me.attendance")), history.view),
    languages(),
    h("div", { class: "choices" }, button(t("me.logOut"), leave, { "data-test": "log-out" })),
  );
  return { view, title: t("me"), tab: "me" };
}

/**
 * @param {api.Profile} mine
 * @param {() => void} ticked what to do when the tick came or went
 */
function info(mine, ticked) {
  const name = h("input", { name: "name", value: mine.display_name, maxlength: 100, required: true });
  const bio = h("textarea", { name: "bio", maxlength: 500, rows: 3 }, mine.bio);
  return form(
    { "data-test": "info" },
    async () => {
      await api.updateInfo({ display_name: name.value, bio: bio.value });
      const saved = await api.profile(mine.user_id);
      meet([saved]);
      tell(t("saved"));
      if (saved.confirmed !== mine.confirmed) ticked();
    },
    field(t("me.name"), name, mine.confirmed ? t("me.name.tick") : undefined),
    field(t("me.bio"), bio, t("me.bio.help")),
    h("button", { class: "main", "data-test": "save" }, t("save")),
  );
}
