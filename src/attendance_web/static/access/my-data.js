/** Taking along all that is kept of me: asked for by the password, as whatever is mine alone. */

import { h } from "../dom.js";
import { form } from "../forms.js";
import { button, section, openDialog } from "../parts.js";
import { save } from "../saving.js";
import { t, textOf } from "../texts.js";
import { downloadData } from "./calls.js";
import { proof } from "./proof.js";
import { WORDS } from "./words.js";
import { doOrSayWrong } from "./wrong.js";

export function myDataSection() {
  const open = button(textOf(WORDS.data), ask, { "data-test": "download-data" });
  return section(
    textOf(WORDS.dataTitle),
    h("p", {}, textOf(WORDS.dataHelp)),
    h("div", { class: "choices" }, open),
  );
}

function ask() {
  const { asked, password, focus } = proof();
  const body = form(
    {},
    async () => {
      save(await doOrSayWrong("password", WORDS.wrong, () => downloadData(password())));
      dialog.close();
    },
    asked,
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, textOf(WORDS.data)),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  const dialog = openDialog(textOf(WORDS.data), { "data-test": "data-proof" }, h("p", {}, textOf(WORDS.dataHelp)), body);
  focus();
}
