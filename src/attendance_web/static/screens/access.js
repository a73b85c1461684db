/** How I get in: my password, recovery codes, devices, tokens; what is kept of me, and the way out. */

import { changePassword, hasPassword } from "../access/calls.js";
import { askForRecoveryCodes } from "../access/recovery-codes.js";
import { myDataSection } from "../access/my-data.js";
import { deletion } from "../access/deletion.js";
import { devices } from "../access/devices.js";
import { WORDS } from "../access/words.js";
import { doOrSayWrong } from "../access/wrong.js";
import { h } from "../dom.js";
import { field, form, passwordField } from "../forms.js";
import { tell } from "../notices.js";
import { linkSection } from "../oidc/links.js";
import { button, heading, section } from "../parts.js";
import { textOf } from "../texts.js";
import { tokenSection } from "../tokens/list.js";

/** @returns {import("../router.js").Screen} */
export function access() {
  const title = textOf(WORDS.title);
  const list = devices(() => byPassword.forEach((each) => (each.hidden = !hasPassword)));
  // A code, too, is told beside a user name, and whoever comes from a university has none
  const byPassword = [
    section(textOf(WORDS.password), passwordForm(() => void list.again())),
    section(
      textOf(WORDS.codes),
      h("p", {}, textOf(WORDS.codesHelp)),
      h(
        "div",
        { class: "choices" },
        button(textOf(WORDS.makeCodes), askForRecoveryCodes, { "data-test": "make-codes" }),
      ),
    ),
  ];
  const view = h(
    "section",
    { class: "narrow", "data-test": "access" },
    heading(title, "/me"),
    ...byPassword,
    linkSection(),
    section(textOf(WORDS.devices), list.view),
    tokenSection(),
    myDataSection(),
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
      await doOrSayWrong("old_password", WORDS.wrong, () => changePassword(old.value, new_.value));
      made.reset();
      tell(textOf(WORDS.changed));
      changed();
    },
    field(textOf(WORDS.old), old),
    field(textOf(WORDS.new), new_, textOf(WORDS.newHelp)),
    h("button", { class: "main", "data-test": "submit" }, textOf(WORDS.change)),
  );
  return made;
}
