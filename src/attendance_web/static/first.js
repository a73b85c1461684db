/**
 * Says that the page cannot be used here, where it cannot even say so itself: a browser that is too
 * old for it, or files that did not come. Only what every browser knows.
 */

(function () {
  function say() {
    var text = document.getElementById("broken"); // gone once anything is seen
    if (text) text.hidden = false;
  }
  addEventListener("error", say, true);
  addEventListener("unhandledrejection", say);
  if (!("noModule" in document.createElement("script"))) addEventListener("load", say);
})();
