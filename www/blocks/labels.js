// Where names stand beside their points: right, left, above or below, and nowhere where all of these are taken.

/** `above` asks for the place over the point first: along a curve, names to its right would lie on it. @typedef {{ x: number, y: number, text: string, minor?: boolean, above?: boolean }} Named */
/** @typedef {{ x: number, y: number, anchor: "start" | "end" | "middle" }} Label */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */

/** Size of the type, and room around a point. // px */
const HEIGHT = 13;
const GAP = 8;

/**
 * Those that are not minor choose first. Widths are estimated: a wide character counts twice.
 * @param {Named[]} points
 * @param {Box} frame
 * @returns {(Label | undefined)[]} one for each point
 */
export function placed(points, frame) {
  /** @type {Box[]} */
  const taken = points.map(({ x, y }) => ({ left: x - 5, right: x + 5, top: y - 5, bottom: y + 5 }));
  /** @type {(Label | undefined)[]} */
  const labels = points.map(() => undefined);
  const order = points.map((_, i) => i).sort((a, b) => Number(points[a].minor ?? false) - Number(points[b].minor ?? false));
  for (const i of order) {
    const { x, y, text, above } = points[i];
    if (!text) continue;
    const width = [...text].reduce((sum, character) => sum + (character > "\u2e80" ? 13 : 6.8), 0);
    const tries = /** @type {(Label & { box: Box })[]} */ ([
      { x: x + GAP, y: y + 4, anchor: "start", box: { left: x + GAP, right: x + GAP + width, top: y - 7, bottom: y + 6 } },
      { x: x - GAP, y: y + 4, anchor: "end", box: { left: x - GAP - width, right: x - GAP, top: y - 7, bottom: y + 6 } },
      {
        x,
        y: y - GAP - 1,
        anchor: "middle",
        box: { left: x - width / 2, right: x + width / 2, top: y - GAP - HEIGHT, bottom: y - GAP + 1 },
      },
      {
        x,
        y: y + GAP + HEIGHT - 3,
        anchor: "middle",
        box: { left: x - width / 2, right: x + width / 2, top: y + GAP, bottom: y + GAP + HEIGHT },
      },
    ]);
    if (above) tries.unshift(...tries.splice(2, 1));
    const free = tries.find(
      ({ box }) =>
        box.left >= frame.left &&
        box.right <= frame.right &&
        box.top >= frame.top &&
        box.bottom <= frame.bottom &&
        !taken.some((other) => overlap(other, box)),
    );
    if (!free) continue;
    const { box, ...label } = free;
    taken.push(box);
    labels[i] = label;
  }
  return labels;
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
