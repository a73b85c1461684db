/** What a marker is told in passing. */

import { tell } from "../notices.js";
import { person } from "../people.js";
import { saidOf } from "../refusals/said.js";
import { counted, t } from "../texts.js";

/**
 * @param {import("../fold.js").Marking} marking whose `told` is told
 * @param {() => void} undo takes the last mark back
 */
export function speak({ told, undo: offered }, undo) {
  if (!told) return;
  const name = person(told.userId ?? 0)?.display_name ?? "";
  switch (told.what) {
    case "marked": {
      const text = told.paid ? counted("told.paid", told.paid) : "";
      const isOffered = offered?.userId === told.userId;
      const offer = isOffered ? { label: t("told.undo"), work: undo } : undefined;
      return tell(t("told.marked", { name, text }).trim(), "good", offer);
    }
    case "undone":
      return tell(t("told.undone", { name }));
    case "refused":
      return tell(t("told.refused", { name }));
    case "faster":
      return tell(t("told.faster", { name }), "bad");
    case "expired":
      return tell(t("told.expired", { name }), "bad");
    case "notSent":
      return tell(t("not.sent"), "bad");
    case "code": {
      const said = saidOf(told.code ?? "", { name, seconds: told.seconds ?? 0 });
      return tell(said || told.text || t("code.other"), "bad");
    }
  }
}
