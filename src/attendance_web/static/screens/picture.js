/** A new picture of me, cut to a square before it is sent. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { CropPicture } from "../elements/crop-picture.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { button, openDialog } from "../parts.js";
import { FORMATS, whatIsWrong } from "../shrink.js";
import { t } from "../texts.js";
import { progressBar } from "./progress.js";

/** @param {() => void} changed is called once it has been taken */
export function choosePicture(changed) {
  const input = h("input", { type: "file", accept: FORMATS, hidden: true, "data-test": "picture" });
  const choose = button([icon("plus"), t("crop.choose")], () => input.click(), { class: "wide" });
  const crop = new CropPicture();
  const progress = progressBar();
  const save = button(
    t("crop.save"),
    async () => {
      try {
        await api.updatePicture(await crop.cut(), "picture.jpg", progress.told);
      } finally {
        progress.done();
      }
      dialog.close();
      tell(t("saved"));
      changed();
    },
    { class: "main", "data-test": "save-picture" },
  );
  crop.hidden = save.hidden = true;
  const wrong = h("p", { class: "bad", role: "alert", "data-test": "wrong-picture" });
  input.onchange = async () => {
    const file = input.files?.[0];
    input.value = ""; // so that the same one can be chosen again
    if (!file) return;
    wrong.textContent = "";
    try {
      await crop.show(file);
      crop.hidden = save.hidden = false;
    } catch {
      crop.hidden = save.hidden = true;
      wrong.textContent = await whatIsWrong(file);
    }
  };
  const cancel = button(t("cancel"), () => dialog.close(), { class: "plain" });
  const dialog = openDialog(
    t("crop.title"),
    { class: "cropping", "data-test": "cropping" },
    choose,
    input,
    h("p", {}, h("small", {}, t("crop.formats"))),
    wrong,
    crop,
    progress.view,
    h("div", { class: "choices" }, save, cancel),
  );
}
