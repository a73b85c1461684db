/** Taking along all that is kept of me: asked for by the password, as whatever is mine alone. */

import { h } from "../dom.js";
import { form } from "../forms.js";
import { button, section, sheet } from "../parts.js";
import { save } from "../saving.js";
import { t, told } from "../texts.js";
import { downloadData } from "./calls.js";
import { proof } from "./proof.js";
import { WORDS } from "./words.js";
import { sayWrong } from "./wrong.js";

export function data() {
  const open = button(told(WORDS.data), ask, { "data-test": "download-data" });
  return section(
    told(WORDS.dataTitle),
    h("p", {}, told(WORDS.dataHelp)),
    h("div", { class: "choices" }, open),
  );
}

function ask() {
  const { asked, password, focus } = proof();
  const body = form(
    {},
    async () => {
      save(await sayWrong("password", WORDS.wrong, () => downloadData(password())));
      dialog.close();
    },
    asked,
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, told(WORDS.data)),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  const dialog = sheet(told(WORDS.data), { "data-test": "data-proof" }, h("p", {}, told(WORDS.dataHelp)), body);
  focus();
}
