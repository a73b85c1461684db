/** How I get in: my password, codes for the day it is forgotten, where I am logged in, and tokens. */

import { changePassword, hasPassword } from "../access/calls.js";
import { askForCodes } from "../access/codes.js";
import { data } from "../access/data.js";
import { deletion } from "../access/deletion.js";
import { devices } from "../access/devices.js";
import { WORDS } from "../access/words.js";
import { sayWrong } from "../access/wrong.js";
import { h } from "../dom.js";
import { field, form, passwordField } from "../forms.js";
import { tell } from "../notices.js";
import { provider } from "../oidc/links.js";
import { button, heading, section } from "../parts.js";
import { told } from "../texts.js";
import { tokenSection } from "../tokens/list.js";

/** @returns {import("../router.js").Screen} */
export function access() {
  const title = told(WORDS.title);
  const list = devices(() => byPassword.forEach((each) => (each.hidden = !hasPassword)));
  // A code, too, is told beside a user name, and whoever comes from a university has none
  const byPassword = [
    section(told(WORDS.password), passwordForm(() => void list.again())),
    section(
      told(WORDS.codes),
      h("p", {}, told(WORDS.codesHelp)),
      h(
        "div",
        { class: "choices" },
        button(told(WORDS.makeCodes), askForCodes, { "data-test": "make-codes" }),
      ),
    ),
  ];
  const view = h(
    "section",
    { class: "narrow", "data-test": "access" },
    heading(title, "/me"),
    ...byPassword,
    provider(),
    section(told(WORDS.devices), list.view),
    tokenSection(),
    data(),
    deletion(),
  );
  return { view, title, tab: "me" };
}

/** @param {() => void} changed is called once it is */
function passwordForm(changed) {
  const old = passwordField("current-password", "old_password");
  const new_ = passwordField("new-password", "new_password");
  const made = form(
    { class: "card", "data-test": "change-password" },
    async () => {
      await sayWrong("old_password", WORDS.wrong, () => changePassword(old.value, new_.value));
      made.reset();
      tell(told(WORDS.changed));
      changed();
    },
    field(told(WORDS.old), old),
    field(told(WORDS.new), new_, told(WORDS.newHelp)),
    h("button", { class: "main", "data-test": "submit" }, told(WORDS.change)),
  );
  return made;
}
