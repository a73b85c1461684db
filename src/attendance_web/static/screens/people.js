/** People: those one searches for, who has asked to be a friend, and friends. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { tellError } from "../notices.js";
import { badge, button, heading, loaded, personLink } from "../parts.js";
import { meet, people, readFriends } from "../people.js";
import { searchLength } from "../search.js";
import { t } from "../texts.js";

const SEARCH_FROM = 4; // Contract: FindByName
const SEARCH_AFTER = 250;

/** @returns {import("../router.js").Screen} */
export function peopleScreen() {
  const found = h("div", { "aria-live": "polite", "data-test": "found" });
  const search = h("input", {
    type: "search",
    placeholder: t("people.search"),
    "aria-label": t("people.search"),
    "data-test": "search",
    oninput: typed,
  });
  let timer = 0;
  let asked = 0;
  function typed() {
    clearTimeout(timer);
    timer = window.setTimeout(look, SEARCH_AFTER);
  }
  async function look() {
    const part = search.value.trim();
    const turn = ++asked;
    if (searchLength(part) < SEARCH_FROM) {
      refill(found, part !== "" && h("p", {}, t("people.searchFrom")));
      return;
    }
    try {
      const some = await api.findPeople(part);
      if (turn !== asked) return; // an answer to what was typed before
      refill(found, ...some.map((each) => personLink(each)), !some.length && h("p", {}, t("nobody")));
    } catch (error) {
      tellError(error);
    }
  }
  const requests = loaded({ "data-test": "requests" }, async () => {
    const ids = await api.friendRequests();
    const asking = await Promise.all(ids.map(known));
    return asking.length ? [h("h2", {}, t("people.requests")), ...asking.map(request)] : [];
  });
  /** @param {api.Person} each */
  function request(each) {
    const answer = async (/** @type {(userId: number) => Promise<unknown>} */ how) => {
      await how(each.user_id);
      await Promise.all([requests.again(), friends.again()]);
    };
    return h(
      "div",
      { class: "row request" },
      personLink(each),
      button(t("people.accept"), () => answer(api.befriend), {
        class: "main",
        "data-test": `accept-${each.user_id}`,
      }),
      button(t("people.decline"), () => answer(api.unfriend), {
        "data-test": `decline-${each.user_id}`,
      }),
    );
  }
  const friends = loaded({ "data-test": "friends" }, async () => {
    const all = await readFriends();
    return [
      h("h2", {}, t("people.friends")),
      ...all.map((each) => personLink(each, each.pending && badge(t("people.pending")))),
      all.length ? null : h("p", { class: "none" }, t("people.noFriends")),
    ];
  });
  const title = heading(t("people"));
  const view = h("section", {}, title, search, found, requests.view, friends.view);
  return { view, title: t("people"), tab: "people", leave: () => clearTimeout(timer) };
}

/**
 * @param {number} userId
 * @returns {Promise<api.Person>}
 */
async function known(userId) {
  const found = people.value.known.get(userId) ?? (await api.profile(userId));
  meet([found]);
  return found;
}
