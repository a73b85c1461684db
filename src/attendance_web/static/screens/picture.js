/** A new picture of me, cut to a square before it is sent. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { CropPicture } from "../elements/crop-picture.js";
import { tell } from "../notices.js";
import { button } from "../parts.js";
import { t } from "../texts.js";

/** @param {() => void} changed is called once it has been taken */
export function choosePicture(changed) {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    "aria-label": t("crop.choose"),
    "data-test": "picture",
  });
  const crop = new CropPicture();
  crop.hidden = true;
  const save = button(
    t("crop.save"),
    async () => {
      await api.updatePicture(await crop.cut(), "picture.jpg");
      dialog.close();
      tell(t("saved"));
      changed();
    },
    { class: "main", "data-test": "save-picture" },
  );
  save.hidden = true;
  const wrong = h("p", { class: "bad", role: "alert" });
  input.onchange = async () => {
    const file = input.files?.[0];
    input.value = ""; // the same one may be chosen again
    if (!file) return;
    wrong.textContent = "";
    try {
      await crop.show(file);
      crop.hidden = save.hidden = false;
    } catch {
      crop.hidden = save.hidden = true;
      wrong.textContent = t("crop.broken");
    }
  };
  const cancel = button(t("cancel"), () => dialog.close());
  const dialog = h("dialog", { "aria-labelledby": "crop" }, h("h2", { id: "crop" }, t("crop.title")));
  dialog.append(input, wrong, crop, h("div", { class: "choices" }, save, cancel));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
