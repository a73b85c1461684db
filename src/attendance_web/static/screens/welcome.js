/** Signing up and logging in. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { field, form, heading } from "../parts.js";
import { here } from "../router.js";
import { entered } from "../session.js";
import { t } from "../texts.js";
import { span } from "../times.js";

/** @returns {import("../router.js").Screen} */
export function welcome() {
  const place = h("div");
  const invited = h("div");
  const eventId = /^\/event\/([0-9a-f-]{36})/i.exec(here())?.[1];
  if (eventId) void invite(eventId, invited);
  /** @param {boolean} isNew */
  function show(isNew) {
    refill(place, isNew ? signUpForm() : logInForm(), other(isNew));
  }
  /** @param {boolean} isNew */
  function other(isNew) {
    const label = t(isNew ? "welcome.have" : "welcome.none");
    const name = isNew ? "to-log-in" : "to-sign-up";
    const swap = () => {
      show(!isNew);
      place.querySelector("input")?.focus();
    };
    return h("button", { class: "quiet", type: "button", "data-test": name, onclick: swap }, label);
  }
  show(true);
  const view = h(
    "section",
    { class: "narrow" },
    heading(t("welcome.title")),
    h("p", { class: "lead" }, t("welcome.lead")),
    invited,
    place,
  );
  return { view, title: t("welcome.title") };
}

/**
 * @param {string} eventId
 * @param {HTMLElement} place
 */
async function invite(eventId, place) {
  try {
    const event = await api.event(eventId);
    refill(
      place,
      h("p", { class: "card", "data-test": "invitation" }, h("strong", {}, event.name), span(event)),
    );
  } catch {
    place.replaceChildren(); // the event's own screen will say what is wrong
  }
}

function signUpForm() {
  const name = h("input", { name: "name", autocomplete: "name", maxlength: 100, required: true });
  const username = usernameInput("username");
  const password = passwordInput("new-password");
  return form(
    { "data-test": "sign-up" },
    async () => {
      const given = name.value.trim() || undefined;
      entered(await api.signUp(username.value.trim(), password.value, given));
    },
    field(t("welcome.name"), name, t("welcome.name.help")),
    field(t("welcome.username"), username, t("welcome.username.help")),
    field(t("welcome.password"), password, t("welcome.password.help")),
    h("button", { class: "main", "data-test": "submit" }, t("welcome.signUp")),
  );
}

function logInForm() {
  const username = usernameInput("username");
  const password = passwordInput("current-password");
  return form(
    { "data-test": "log-in" },
    async () => entered(await api.logIn(username.value.trim(), password.value)),
    field(t("welcome.username"), username),
    field(t("welcome.password"), password),
    h("button", { class: "main", "data-test": "submit" }, t("welcome.logIn")),
  );
}

/** @param {string} autocomplete */
function usernameInput(autocomplete) {
  const plain = { autocapitalize: "none", spellcheck: "false", maxlength: 64, required: true };
  return h("input", { name: "username", autocomplete, ...plain });
}

/** @param {string} autocomplete */
function passwordInput(autocomplete) {
  const type = { type: "password", minlength: 8, maxlength: 256, required: true };
  return h("input", { name: "password", autocomplete, ...type });
}
