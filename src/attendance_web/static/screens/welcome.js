/** Signing up and logging in. */

import * as api from "../api.js";
import { CallFailed } from "../calling.js";
import { h, refill } from "../dom.js";
import { clearComplaint, complain, field, form, passwordField, usernameField } from "../forms.js";
import { loginOf, nextLogin } from "../login-name.js";
import { tell } from "../notices.js";
import { heading } from "../parts.js";
import { go, here } from "../router.js";
import { entered } from "../session.js";
import { t } from "../texts.js";
import { span } from "../times.js";
import { stateChip } from "./event-row.js";

const LONG_NAME = 45; // letters, which do not fit into two lines of a phone

/** @returns {import("../router.js").Screen} */
export function welcome() {
  const place = h("div");
  const eventId = /^\/event\/([0-9a-f-]{36})/i.exec(here())?.[1];
  /** @param {boolean} isNew */
  function show(isNew) {
    refill(place, isNew ? signUpForm() : logInForm(), other(isNew), !isNew && forgotten());
  }
  /** @param {boolean} isNew */
  function other(isNew) {
    const label = t(isNew ? "welcome.have" : "welcome.none");
    const name = isNew ? "to-log-in" : "to-sign-up";
    const swap = () => {
      show(!isNew);
      place.querySelector("input")?.focus();
    };
    const given = { class: "quiet wide", type: "button", "data-test": name, onclick: swap };
    return h("button", given, label);
  }
  show(true);
  const view = h(
    "section",
    { class: "narrow welcome" },
    heading(t("welcome.title")),
    eventId ? invitation(eventId) : h("p", { class: "lead" }, t("welcome.lead")),
    place,
  );
  if (api.provider) void import("../oidc/way.js").then(({ way }) => view.append(way()));
  return { view, title: t("welcome.title") };
}

/**
 * What one was sent a link to; its place is kept until it is known, so that nothing moves then.
 * @param {string} eventId
 */
function invitation(eventId) {
  const place = h("div", { class: "card invited" });
  const fill = async () => {
    const event = await api.event(eventId);
    place.dataset.test = "invitation";
    refill(
      place,
      h("strong", { class: event.name.length > LONG_NAME && "long" }, event.name),
      h("p", {}, stateChip(event), " ", h("small", {}, span(event))),
    );
  };
  // The event's own screen will say what is wrong
  void fill().catch(() => refill(place, h("p", {}, t("welcome.lead"))));
  return place;
}

function forgotten() {
  const given = { class: "button quiet wide", href: "#/forgotten", "data-test": "forgotten" };
  return h("a", given, t("welcome.forgotten"));
}

function signUpForm() {
  const name = h("input", {
    name: "name",
    "data-field": "display_name",
    autocomplete: "name",
    autocapitalize: "words",
    maxlength: 100,
    required: true,
  });
  const username = usernameField();
  const password = passwordField("new-password");
  let isOwn = false; // the log-in was typed, or chosen by the browser
  const propose = (/** @type {string} */ login) => {
    username.value = login;
    clearComplaint(username);
  };
  name.addEventListener("input", () => isOwn || propose(loginOf(name.value)));
  username.addEventListener("input", () => (isOwn = username.value !== ""));
  return form(
    { "data-test": "sign-up" },
    async () => {
      try {
        entered(await api.signUp(username.value.trim(), password.value, name.value.trim()));
        tell(t("welcome.codes"), "good", { label: t("welcome.codes.take"), work: () => go("/access") });
      } catch (error) {
        if (isOwn || !(error instanceof CallFailed) || error.code !== "username_taken") throw error;
        const taken = username.value.trim();
        propose(nextLogin(taken));
        complain(username, t("welcome.taken", { taken }));
      }
    },
    field(t("welcome.name"), name),
    field(t("welcome.username"), username, t("welcome.username.help")),
    field(t("welcome.password"), password, t("welcome.password.help")),
    h("button", { class: "main wide", "data-test": "submit" }, t("welcome.signUp")),
  );
}

function logInForm() {
  const username = usernameField();
  const password = passwordField("current-password");
  return form(
    { "data-test": "log-in" },
    async () => entered(await api.logIn(username.value.trim(), password.value)),
    field(t("welcome.username"), username),
    field(t("welcome.password"), password),
    h("button", { class: "main wide", "data-test": "submit" }, t("welcome.logIn")),
  );
}
