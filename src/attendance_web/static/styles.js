/** The styles that a first visit does without: they come with the screens that are seen in them. */

const FOLDER = new URL("./style/", import.meta.url);
/** @type {Map<string, Promise<void>>} */
const asked = new Map();

/**
 * A screen's module, once what it is seen in is here, too.
 * @template T
 * @param {Promise<T>} coming
 * @param {...string} names of files in `style/`
 * @returns {Promise<T>} raises where any of it cannot be loaded
 */
export async function withStyles(coming, ...names) {
  const [screen] = await Promise.all([coming, ...names.map(style)]);
  return screen;
}

/** @param {string} name */
function style(name) {
  const known = asked.get(name);
  if (known) return known;
  const coming = bring(name);
  asked.set(name, coming);
  return coming;
}

/** @param {string} name */
async function bring(name) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL(`${name}.css`, FOLDER).href;
  try {
    await new Promise((resolve, reject) => {
      link.onload = resolve;
      link.onerror = () => reject(new Error(`no style: ${name}`));
      document.querySelector("link[media=print]")?.before(link); // what is for paper has the last word
    });
  } catch (error) {
    asked.delete(name); // so that it is asked for again
    link.remove();
    throw error;
  }
}
