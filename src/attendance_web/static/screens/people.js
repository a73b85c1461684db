/** People: those one searches for, who has asked to be a friend, and friends. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { button, empty, heading, loaded, personLink, rows, section } from "../parts.js";
import { meet, people, readFriends } from "../people.js";
import { t } from "../texts.js";
import { personSearch } from "./person-search.js";

/** @returns {import("../router.js").Screen} */
export function peopleScreen() {
  const search = personSearch(link);
  const title = heading(t("people"));
  const requests = loaded({ "data-test": "requests" }, async () => {
    const ids = await api.friendRequests();
    const asking = await Promise.all(ids.map(readPerson));
    if (!asking.length) return [];
    return [section(t("people.requests"), rows({}, ...asking.map(request)))];
  });
  /** @param {api.Person} each */
  function request(each) {
    const answer = async (/** @type {(userId: number) => Promise<unknown>} */ how) => {
      await how(each.user_id);
      await Promise.all([requests.again(), friends.again()]);
      title.querySelector("h1")?.focus({ preventScroll: true }); // the button is gone
    };
    const [accept, decline] = [`accept-${each.user_id}`, `decline-${each.user_id}`];
    return h(
      "div",
      { class: "request" },
      personLink(each),
      h(
        "div",
        { class: "choices" },
        button(t("people.accept"), () => answer(api.befriend), { class: "main", "data-test": accept }),
        button(t("people.decline"), () => answer(api.unfriend), { class: "plain", "data-test": decline }),
      ),
    );
  }
  const friends = loaded({ "data-test": "friends" }, async () => {
    const all = await readFriends();
    const items = all.map((each) => link(each, each.pending && t("people.pending")));
    const list = items.length ? rows({}, ...items) : empty("people", t("people.noFriends"));
    return [section(t("people.friends"), list)];
  });
  const view = h("section", {}, title, search.field, search.found);
  // Both at once, so that nothing moves
  void Promise.all([requests.first, friends.first]).then(() =>
    view.append(requests.view, friends.view),
  );
  return { view, title: t("people"), tab: "people", leave: search.leave };
}

/**
 * @param {api.Named} each
 * @param {string | false | undefined} more
 */
function link(each, more) {
  const met = people.value.known.get(each.user_id);
  const made = personLink({ ...each, pic: met?.pic }, icon("forward"));
  if (more) made.querySelector(".name")?.append(h("small", {}, more));
  return made;
}

/**
 * @param {number} userId
 * @returns {Promise<api.Person>}
 */
async function readPerson(userId) {
  const found = people.value.known.get(userId) ?? (await api.profile(userId));
  meet([found]);
  return found;
}
