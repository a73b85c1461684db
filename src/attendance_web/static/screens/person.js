/** Somebody's profile, and what we are to each other. */

import * as api from "../api.js";
import { h, say } from "../dom.js";
import "../elements/person-face.js";
import { tell } from "../notices.js";
import { button, heading, loaded, tick } from "../parts.js";
import { meet, readFriends } from "../people.js";
import { session } from "../session.js";
import { counted, t } from "../texts.js";

/** @type {import("../router.js").ScreenOf} */
export function personScreen(id = "") {
  const userId = Number(id);
  const title = heading("…", "/people");
  const body = loaded({ class: "profile", "data-test": "profile" }, async () => {
    const [found, friends, requests] = await Promise.all([
      api.profile(userId),
      readFriends(),
      api.friendRequests(),
    ]);
    meet([found]);
    say(/** @type {Element} */ (title.querySelector("h1")), found.display_name);
    document.title = found.display_name;
    const friend = friends.find((each) => each.user_id === userId);
    return [
      h("person-face", { src: found.pic, class: "large" }),
      found.confirmed && h("p", { class: "good" }, tick(), " ", t("confirmed")),
      h("p", {}, counted("karma", found.karma)),
      found.bio && h("p", { class: "bio" }, found.bio),
      userId !== session.value.userId &&
        h("div", { class: "choices" }, ...bond(friend, requests.includes(userId))),
    ];
  });
  /**
   * @param {api.Friend | undefined} friend
   * @param {boolean} hasAsked
   */
  function bond(friend, hasAsked) {
    if (friend?.pending) return [act("person.withdraw", api.unfriend, "withdraw")];
    if (friend) return [act("person.unfriend", api.unfriend, "unfriend")];
    const ask = act(hasAsked ? "people.accept" : "person.befriend", api.befriend, "befriend");
    return hasAsked ? [ask, act("people.decline", api.unfriend, "decline")] : [ask];
  }
  /**
   * @param {import("../texts.js").Key} label
   * @param {(userId: number) => Promise<unknown>} how
   * @param {string} test
   */
  function act(label, how, test) {
    const work = async () => {
      await how(userId);
      tell(t("saved"));
      await body.again();
    };
    return button(t(label), work, { "data-test": test, class: how === api.befriend && "main" });
  }
  const view = h("section", { class: "narrow" }, title, body.view);
  return { view, title: t("person"), tab: "people" };
}
