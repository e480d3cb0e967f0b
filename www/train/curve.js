// The loss of a run as a chart: every step, what is held out, and the moment that is looked at.

/** @typedef {import("../blocks/chart.js").Picture} Picture */
/** @typedef {import("./run.js").Run} Run */
/** A run that is over, as it stays in the chart. @typedef {{ name: string, points: [number, number][] }} Earlier */

/** More points than that are not told apart. */
const POINTS = 400;

/**
 * What stays of a run when another one begins.
 * @param {Run} run
 * @param {import("../trace.js").Say} say
 * @returns {Earlier}
 */
export function earlierOf({ steps, recipe, settings }, say) {
  const { seed, rate } = settings;
  const name = say("train.earlier", { rate: rate ?? recipe.options.optimizer?.lr ?? 1e-3, seed });
  return { name, points: thinned(steps.map(({ step, loss }) => [step, loss])) };
}

/**
 * @param {Run} run
 * @param {Earlier[]} earlier
 * @param {number} step that is looked at
 * @param {import("../trace.js").Say} say
 * @returns {Picture}
 */
export function lossPicture(run, earlier, step, say) {
  const { steps, heldOut, settings, training } = run;
  const learned = thinned(steps.map(({ step, loss }) => [step, loss]));
  const held = heldOut.map(({ step, loss }) => /** @type {[number, number]} */ ([step, loss]));
  const entropy = training?.about.entropy;
  const values = [...learned, ...held, ...earlier.flatMap(({ points }) => points)]
    .map(([, loss]) => loss)
    .filter(Number.isFinite);
  const most = Math.max(0.1, ...values) * 1.05;
  const level = (/** @type {string} */ name, /** @type {number | undefined} */ loss) =>
    loss === undefined
      ? []
      : [
          curve(
            name,
            [
              [0, loss],
              [settings.steps, loss],
            ],
            { dashed: true },
          ),
        ];
  return {
    label: say("train.loss"),
    height: 270,
    x: { label: say("train.step"), domain: [0, settings.steps], format: (value) => String(Math.round(value)) },
    y: { label: say("train.loss"), domain: [0, most], format: (value) => value.toFixed(most < 2 ? 2 : 1) },
    curves: [
      ...earlier.map(({ name, points }) => curve(name, points, { faint: true })),
      curve(say("train.learned"), learned, { hue: "decoder", strong: true }),
      ...(held.length > 0 ? [curve(say("train.heldOut"), held, { hue: "encoder", strong: true })] : []),
      ...level(say("train.floor"), entropy),
      ...level(say("train.pairs"), run.pairs),
    ],
    marks: earlier.flatMap(({ name, points }) => {
      const [x, y] = points.at(-1) ?? [];
      return x === undefined || y === undefined ? [] : [{ name, x, y, minor: true, above: true }];
    }),
    cursor: step,
  };
}

/**
 * @param {string} name
 * @param {[number, number][]} points
 * @param {Partial<import("../blocks/chart.js").Curve>} look
 */
function curve(name, points, look) {
  return { name, tag: name, points, ...look };
}

/**
 * Neighbours as their mean, where there are more points than can be told apart.
 * @param {number[][]} points
 * @returns {[number, number][]}
 */
function thinned(points) {
  const width = Math.max(1, Math.ceil(points.length / POINTS));
  return Array.from({ length: Math.ceil(points.length / width) }, (_, i) => {
    const some = points.slice(i * width, (i + 1) * width);
    const mean = (/** @type {number} */ place) => some.reduce((sum, point) => sum + point[place], 0) / some.length;
    return /** @type {[number, number]} */ ([mean(0), mean(1)]);
  });
}
