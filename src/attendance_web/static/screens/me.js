/** My profile: what others see of me, my tick, and where I was marked. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { field, form } from "../forms.js";
import { isModerator, moderating } from "../moderating.js";
import { tell } from "../notices.js";
import { button, face, heading, loaded, section, tick } from "../parts.js";
import { meet } from "../people.js";
import { readQueue } from "../review/queue.js";
import { WORDS } from "../review/words.js";
import { leave, session } from "../session.js";
import { counted, t, textOf } from "../texts.js";
import { languages } from "./languages.js";
import { myAttendance } from "./my-attendance.js";
import { choosePicture } from "./picture.js";
import { scan } from "./scan.js";

/** @returns {import("../router.js").Screen} */
export function me() {
  const head = h("div", { class: "profile" });
  const record = scan(readAgain);
  const body = loaded({ "data-test": "me" }, async () => {
    const mine = await api.profile(session.value.userId ?? 0);
    const about = info(mine, readAgain);
    mend = about.mend;
    show(mine);
    return [head, about.view, record.view];
  });
  /** @type {(mine: api.Profile) => void} */
  let mend = () => undefined;
  /** @param {api.Profile} mine whatever changes, a name or a word not saved yet stays as it is typed */
  function show(mine) {
    meet([mine]);
    mend(mine);
    record.show(mine);
    const change = () => choosePicture(() => void readAgain());
    refill(
      head,
      face(mine, "large"),
      h("p", { class: "lead" }, mine.display_name, mine.confirmed && " ", mine.confirmed && tick()),
      h("p", { "data-test": "karma" }, counted("karma", mine.karma)),
      button(t("me.picture"), change, { "data-test": "change-picture" }),
    );
  }
  async function readAgain() {
    show(await api.profile(session.value.userId ?? 0));
  }
  const view = h("section", { class: "narrow" }, heading(t("me")), body.view);
  const attended = myAttendance();
  const out = button(t("me.logOut"), leave, { class: "plain wide", "data-test": "log-out" });
  // What stands below comes with what is above it, so that nothing moves
  void Promise.all([body.first, attended.first, mayReview()]).then(([, , reviews]) => {
    const list = section(t("me.attendance"), attended.view);
    const ways = [reviews && way("/review", textOf(WORDS.title)), way("/access", t("me.access")), out];
    view.append(list, languages(), h("div", { class: "choices" }, ...ways));
  });
  return { view, title: t("me"), tab: "me" };
}

/**
 * @param {"/access" | "/review"} path
 * @param {string} label
 */
function way(path, label) {
  const test = `to-${path.slice(1)}`;
  return h("a", { class: "button plain wide", href: `#${path}`, "data-test": test }, label);
}

/** Whether one may look at scans: the desk lets in nobody else, and is asked once who it is not. */
async function mayReview() {
  if (moderating.value.isAsked && !isModerator()) return false;
  try {
    await readQueue(1);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {api.Profile} mine
 * @param {() => Promise<void>} saved
 */
function info(mine, saved) {
  const name = h("input", {
    name: "name",
    "data-field": "display_name",
    autocomplete: "name",
    value: mine.display_name,
    maxlength: 100,
    required: true,
  });
  const bio = h("textarea", { name: "bio", "data-field": "bio", maxlength: 500, rows: 3 }, mine.bio);
  const tickGoes = h("small", {}, t("me.name.tick"));
  const view = form(
    { class: "card", "data-test": "info" },
    async () => {
      await api.updateInfo({ display_name: name.value, bio: bio.value });
      tell(t("saved"));
      await saved();
    },
    field(t("me.name"), name),
    tickGoes,
    field(t("me.bio"), bio, t("me.bio.help")),
    h("button", { class: "main", "data-test": "save" }, t("save")),
  );
  /** @param {api.Profile} is */
  const mend = ({ confirmed }) => {
    if (confirmed) name.after(tickGoes);
    else tickGoes.remove();
  };
  return { view, mend };
}
