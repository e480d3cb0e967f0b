// Moments of a run to go back to, within a stated memory: where there would be too many, every second one of the older is let go.

/** @typedef {import("../engine/training/training.js").Snapshot} Snapshot */
/** What was measured at a moment, and all that training changes. @typedef {{ step: number, snapshot: Snapshot, trace: import("../trace.js").Trace, written: string[], score?: import("./scores.js").Best }} Moment */

/** Of all snapshots together. // bytes */
const ROOM = 96 * 2 ** 20;
const MOST = 60;

export class Moments {
  /** In the order of their steps. @type {Moment[]} */
  all = [];

  /** @param {Moment} moment */
  add(moment) {
    this.all.push(moment);
    const bytes = this.all.reduce((sum, { snapshot }) => sum + snapshot.file.byteLength, 0);
    const last = this.all.length - 1;
    if (this.all.length > MOST || bytes > ROOM) this.all = this.all.filter((_, i) => i % 2 === 0 || i === last);
  }

  /** Forgets what came after a moment: the run goes another way from there. @param {number} index */
  cut(index) {
    this.all = this.all.slice(0, index + 1);
  }
}
