/** Somebody's profile, and what we are to each other. */

import * as api from "../api.js";
import { h, say } from "../dom.js";
import { tell } from "../notices.js";
import { badge, button, face, heading, loaded, tick } from "../parts.js";
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
    const isFriend = friend?.pending === false;
    if (found.deleted) return [face(found, "large")];
    return [
      face(found, "large"),
      h("p", {}, counted("karma", found.karma)),
      h(
        "p",
        { class: "signs" },
        isFriend && badge(t("friend"), "good"),
        found.confirmed && h("span", { class: "good" }, tick(), " ", t("confirmed")),
      ),
      found.bio && h("p", { class: "bio card" }, found.bio),
      userId !== session.value.userId &&
        h("div", { class: "choices" }, ...bond(friend, requests.includes(userId))),
    ];
  });
  /**
   * @param {api.Friend | undefined} friend
   * @param {boolean} hasAsked
   */
  function bond(friend, hasAsked) {
    if (friend?.pending) {
      return [
        h("p", { class: "none" }, t("people.asked")),
        act("person.withdraw", api.unfriend, "person.withdrawn", "plain"),
      ];
    }
    if (friend) return [act("person.unfriend", api.unfriend, "person.unfriended", "plain")];
    if (!hasAsked) return [act("person.befriend", api.befriend, "person.asked", "main")];
    return [
      act("people.accept", api.befriend, "person.accepted", "main"),
      act("people.decline", api.unfriend, "person.declined", "plain"),
    ];
  }
  /**
   * @param {import("../texts.js").Key} label
   * @param {(userId: number) => Promise<unknown>} how
   * @param {import("../texts.js").Key} done
   * @param {string} look
   */
  function act(label, how, done, look) {
    const work = async () => {
      await how(userId);
      tell(t(done));
      await body.again();
      title.querySelector("h1")?.focus({ preventScroll: true }); // the button is gone
    };
    return button(t(label), work, { "data-test": label.split(".").at(-1), class: look });
  }
  const view = h("section", { class: "narrow" }, title, body.view);
  return { view, title: t("person"), tab: "people" };
}
