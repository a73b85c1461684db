/** The way to the university, from where one comes back to what one was sent a link to. */

import { provider } from "../api.js";
import { h } from "../dom.js";
import { keptHere } from "../kept.js";
import { here } from "../router.js";
import { textOf } from "../texts.js";
import { WANTED } from "./wanted.js";
import { WORDS } from "./words.js";

export function way() {
  const given = {
    class: "button wide",
    href: "/accounts/oidc/login/",
    "data-test": "provider",
    onclick: () => keptHere.setText(WANTED, here()),
  };
  return h("a", given, textOf(WORDS.way, { name: provider }));
}
