/** How many are marked a minute, of what one has seen. */

const MAX_MINUTES = 60;

export class Pace {
  /** @type {{minute: number, marked: number}[]} how many were marked at the end of each minute */
  #seen = [];

  /**
   * That so many are marked. To be told every minute at least while one knows it: what lies between
   * two tellings is taken to have come evenly.
   * @param {number} marked
   * @param {number} at UNIX seconds
   */
  see(marked, at) {
    const minute = Math.floor(at / 60);
    const last = this.#seen.at(-1);
    if (!last) this.#seen.push({ minute: minute - 1, marked }, { minute, marked });
    else if (minute <= last.minute) last.marked = marked;
    else this.#seen.push({ minute, marked });
    this.#seen = this.#seen.slice(-MAX_MINUTES - 1);
  }

  /** @returns {number[]} of each minute, the last one not over yet; an annulled mark is none less */
  get perMinute() {
    const all = this.#seen.slice(1).flatMap((each, index) => {
      const before = this.#seen[index] ?? each;
      const minutes = each.minute - before.minute;
      const rate = Math.max(0, each.marked - before.marked) / minutes;
      return Array(Math.min(minutes, MAX_MINUTES)).fill(rate);
    });
    return all.slice(-MAX_MINUTES);
  }
}
