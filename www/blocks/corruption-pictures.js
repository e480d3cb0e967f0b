// A corrupted text as it is drawn: what the model reads, and below it the truth (solid) and the model's guess (outlined).

import { html, nothing } from "lit";
import { coverage, COPIES } from "../masking/corruption.js";
import { labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../views/interlinear.js").Cell} Cell */

/**
 * @param {Awaited<ReturnType<typeof import("../masking/sampled.js").sampleMasks>>} result
 * @param {Say} say
 */
export function masksPicture({ tokens, answers, counts }, say) {
  const at = new Map(answers.map((answer) => [answer.position, answer]));
  /** @type {Cell[]} */
  const cells = tokens.map((piece, position) => {
    const answer = at.get(position);
    if (!answer) return plain(piece);
    const { deed, read, truth, guess } = answer;
    const right = guess.id === truth.id;
    const spoken = say("corrupt.spoken", {
      read: shown(read),
      deed: say(`corrupt.deed.${deed}`),
      truth: shown(truth),
      guess: shown(guess),
      share: percent(guess.share),
    });
    return {
      text: shown(read),
      mark: deed,
      truth: shown(truth),
      truthShare: truth.share,
      guess: shown(guess),
      guessShare: guess.share,
      right,
      spoken,
    };
  });
  const open = tokens.filter(({ special }) => !special).length;
  const loss = answers.reduce((sum, { truth }) => sum - Math.log(truth.share), 0) / Math.max(1, answers.length);
  return html`<diorama-interlinear
      .cells=${cells}
      .label=${say("corrupt.read")}
      .hue=${"encoder"}
      .say=${say}
    ></diorama-interlinear>
    ${key(["masked", "random", "kept", "truth", "guess"], "encoder", say)}
    <p class="counts" role="status"
      >${say("corrupt.counts", { chosen: answers.length, all: open, ...counts })}
      ${answers.length > 0 ? say("corrupt.loss", { loss: loss.toFixed(2), right: answers.filter(({ truth, guess }) => truth.id === guess.id).length }) : nothing}</p
    >`;
}

/**
 * @param {{ tokens: Piece[], fixed: number[][], fresh: number[][] }} result
 * @param {{ upto: number, theme: string }} how
 * @param {Say} say
 */
export function epochsPicture({ tokens, fixed, fresh }, { upto, theme }, say) {
  const open = Math.max(1, tokens.filter(({ special }) => !special).length);
  const covered = { fixed: coverage(fixed), fresh: coverage(fresh) };
  const now = (/** @type {number[]} */ seen) => seen[upto - 1] ?? 0;
  const lines = [
    { name: say("epochs.fixed"), hue: "decoder", values: covered.fixed.map((seen) => seen / open), dashed: true },
    { name: say("epochs.fresh"), hue: "encoder", values: covered.fresh.map((seen) => seen / open) },
  ];
  const summary = say("epochs.summary", { n: upto, all: open, fixed: now(covered.fixed), fresh: now(covered.fresh) });
  return html`<div class="grids">
      <section
        ><h2
          >${say("epochs.fixed")} <small>${say("epochs.fixed.how", { copies: COPIES, times: fixed.length / COPIES })}</small></h2
        >
        <diorama-epoch-grid
          .epochs=${fixed}
          .tokens=${tokens}
          .upto=${upto}
          .every=${COPIES}
          .label=${say("epochs.fixed")}
          .hue=${"decoder"}
          .theme=${theme}
          .say=${say}
        ></diorama-epoch-grid
      ></section>
      <section
        ><h2>${say("epochs.fresh")} <small>${say("epochs.fresh.how")}</small></h2>
        <diorama-epoch-grid
          .epochs=${fresh}
          .tokens=${tokens}
          .upto=${upto}
          .label=${say("epochs.fresh")}
          .hue=${"encoder"}
          .theme=${theme}
          .say=${say}
        ></diorama-epoch-grid
      ></section>
    </div>
    <p class="caption">${say("epochs.legend")}</p>
    <diorama-coverage-chart .lines=${lines} .upto=${upto} .label=${summary}></diorama-coverage-chart>
    <p class="counts" role="status">${summary}</p>`;
}

/**
 * @param {NonNullable<Awaited<ReturnType<typeof import("../masking/sampled.js").sampleSpans>>>} result
 * @param {Say} say
 */
export function spansPicture({ parts, spans, input, target, answers, answer, words, hidden }, say) {
  /** @type {Cell[]} */
  const cells = parts.flatMap(({ text, sentinel }) => {
    if (!sentinel)
      return text
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => ({ text: word, spoken: word }));
    const guess = answers.get(sentinel) ?? "";
    const spoken = say("corrupt.spans.spoken", { sentinel: short(sentinel), truth: text, guess });
    return [
      {
        text: short(sentinel),
        mark: /** @type {const} */ ("span"),
        truth: text,
        guess: guess || "∅",
        right: guess === text,
        spoken,
      },
    ];
  });
  return html`<diorama-interlinear
      .cells=${cells}
      .label=${say("corrupt.read")}
      .hue=${"cross"}
      .say=${say}
    ></diorama-interlinear>
    ${key(["span", "truth", "guess"], "cross", say)}
    <dl
      ><dt>${say("corrupt.input")}</dt><dd dir="auto" translate="no">${input}</dd><dt>${say("corrupt.target")}</dt
      ><dd dir="auto" translate="no">${target}</dd><dt>${say("corrupt.answer")}</dt
      ><dd dir="auto" translate="no">${answer}</dd></dl
    >
    <p class="counts" role="status">${say("corrupt.spans.counts", { hidden, words, spans: spans.length })}</p>`;
}

/**
 * @param {Awaited<ReturnType<typeof import("../masking/sampled.js").sampleReplacements>>} result
 * @param {Say} say
 */
export function replacementsPicture(result, say) {
  /** @type {Cell[]} */
  const cells = result.map(({ read, truth, drawn, replaced, suspicion }) => {
    if (read.special) return plain(read);
    const spoken = say(replaced ? "corrupt.replaced.spoken" : drawn ? "corrupt.same.spoken" : "corrupt.judged.spoken", {
      read: shown(read),
      truth: shown(truth),
      share: percent(suspicion),
    });
    return {
      text: shown(read),
      mark: replaced ? "replaced" : drawn ? "kept" : "",
      share: suspicion,
      truth: replaced ? shown(truth) : undefined,
      spoken,
    };
  });
  const judged = result.filter(({ read }) => !read.special);
  const caught = judged.filter(({ replaced, suspicion }) => replaced && suspicion > 0.5).length;
  const alarms = judged.filter(({ replaced, suspicion }) => !replaced && suspicion > 0.5).length;
  const counts = {
    drawn: judged.filter(({ drawn }) => drawn).length,
    all: judged.length,
    replaced: judged.filter(({ replaced }) => replaced).length,
    caught,
    alarms,
  };
  return html`<diorama-interlinear
      .cells=${cells}
      .label=${say("corrupt.read")}
      .hue=${"encoder"}
      .say=${say}
    ></diorama-interlinear>
    ${key(["replaced", "same", "original"], "encoder", say)}
    <p class="counts" role="status">${say("corrupt.replacements.counts", counts)}</p>`;
}

/**
 * @param {string[]} signs
 * @param {string} hue
 * @param {Say} say
 */
function key(signs, hue, say) {
  const look = { span: "masked", replaced: "random", same: "kept", original: "truth" };
  return html`<p class="key" style=${`--key:var(--${hue});--key-solid:var(--${hue}-solid)`}
    >${signs.map((sign) => html`<span class=${look[/** @type {"span"} */ (sign)] ?? sign}>${say(`corrupt.key.${sign}`)}</span>`)}</p
  >`;
}

/** @param {Piece} piece */
function plain(piece) {
  return { text: shown(piece), special: piece.special, spoken: shown(piece) };
}

/** @param {{ token: string }} piece */
function shown({ token }) {
  return labelled(token);
}

/** @param {string} sentinel */
function short(sentinel) {
  return sentinel.replace(/^<extra_id_(\d+)>$/, "<$1>");
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
