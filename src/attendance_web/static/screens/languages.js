/** The two languages, each by its own name. */

import { h } from "../dom.js";
import { LANGUAGES, language, speak, t } from "../texts.js";

const NAMES = { ru: "Русский", en: "English" };

export function languages() {
  return h(
    "div",
    { class: "choices languages", role: "group", "aria-label": t("language") },
    ...LANGUAGES.map((each) =>
      h(
        "button",
        {
          type: "button",
          lang: each,
          "aria-pressed": String(each === language),
          "data-test": `language-${each}`,
          onclick: () => each !== language && speak(each),
        },
        NAMES[each],
      ),
    ),
  );
}
