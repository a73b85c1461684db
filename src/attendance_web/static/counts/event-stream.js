/** Events out of a stream, in whatever pieces it comes: the part of `text/event-stream` that is used. */

/** @typedef {{name: string, data: string}} Said */

export class EventStream {
  #decoder = new TextDecoder();
  #rest = ""; // of a line that has no end yet
  #name = "";
  /** @type {string[]} */
  #data = [];

  /**
   * @param {Uint8Array} piece that may end within an event, a line, or a letter
   * @returns {Said[]} those that are whole now
   */
  take(piece) {
    const lines = (this.#rest + this.#decoder.decode(piece, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line.replace(/\r$/, "")) ?? []);
  }

  /**
   * @param {string} line
   * @returns {Said | null} where it ends an event
   */
  #line(line) {
    if (line === "") return this.#whole();
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === "event") this.#name = value;
    if (field === "data") this.#data.push(value);
    return null;
  }

  #whole() {
    const said = { name: this.#name, data: this.#data.join("\n") };
    const isEvent = this.#data.length > 0; // else it was a comment, which begins with a colon
    this.#name = "";
    this.#data = [];
    return isEvent ? said : null;
  }
}
