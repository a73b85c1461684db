/** Leaving for good: asked for with a proof, since nothing brings an account back. */

import { h } from "../dom.js";
import { form } from "../forms.js";
import { button, section, openDialog } from "../parts.js";
import { entered } from "../session.js";
import { t, textOf } from "../texts.js";
import { deleteAccount } from "./calls.js";
import { proof } from "./proof.js";
import { WORDS } from "./words.js";
import { doOrSayWrong } from "./wrong.js";

export function deletion() {
  const open = button(textOf(WORDS.delete), ask, { class: "plain", "data-test": "delete-account" });
  return section(textOf(WORDS.delete), h("p", {}, textOf(WORDS.deleteHelp)), h("div", { class: "choices" }, open));
}

function ask() {
  const { asked, password } = proof();
  const body = form(
    {},
    async () => {
      await doOrSayWrong("password", WORDS.wrong, () => deleteAccount(password()));
      entered(null);
    },
    asked,
    h(
      "div",
      { class: "choices" },
      h("button", { class: "danger", "data-test": "submit" }, textOf(WORDS.delete)),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  const dialog = openDialog(
    textOf(WORDS.delete),
    { "data-test": "deleting" },
    h("p", {}, textOf(WORDS.deleteHelp)),
    body,
  );
}
