// What the oldest browsers know (`browserslist` in package.json) is all that the page may use.

import compat from "eslint-plugin-compat";
import es from "eslint-plugin-es-x";

// Newer than ES2021, and there in all of them: Safari 15.4, Chrome 92, Firefox 102
const KNOWN = [
  "class-instance-fields",
  "class-static-fields",
  "class-private-fields",
  "class-private-methods",
  "array-prototype-at",
  "string-prototype-at",
];
const NEWER = es.configs["flat/restrict-to-es2021"];
// They are called like those of arrays, and nothing tells the two apart
const ALIKE = Object.keys(NEWER.rules).filter((name) => name.startsWith("es-x/no-iterator-prototype-"));

export default [
  {
    files: ["src/attendance_web/static/**/*.js"],
    ignores: ["src/attendance_web/static/first.js"],
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
    plugins: { compat, "es-x": es },
    settings: {
      "es-x": { aggressive: true },
      // Asked for before they are used
      polyfills: ["navigator.wakeLock", "navigator.userActivation", "navigator.serviceWorker"],
    },
    rules: {
      ...compat.configs["flat/recommended"].rules,
      ...NEWER.rules,
      ...Object.fromEntries(KNOWN.map((name) => [`es-x/no-${name}`, "off"])),
      ...Object.fromEntries(ALIKE.map((name) => [name, "off"])),
    },
  },
  {
    files: ["src/attendance_web/static/first.js"], // says so to browsers that know nothing of it all
    languageOptions: { ecmaVersion: 5, sourceType: "script" },
  },
];
