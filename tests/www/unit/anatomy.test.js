// An architecture read off a graph: parts in order, sums with what goes around them, parameters counted once.

import assert from "node:assert/strict";
import test from "node:test";
import { anatomyOf, needsOf } from "../../../www/anatomy/anatomy.js";
import { chainOf } from "../../../www/anatomy/chain.js";
import { shapeText } from "../../../www/anatomy/nodes.js";
import { planeOf } from "../../../www/anatomy/plane.js";
import { graphOf } from "./graphs.js";

const D = /** @type {[string, any]} */ (["d_model", 4]);
const pos = /** @type {[string, any][]} */ ([
  ["batch", "batch"],
  ["pos", "source"],
]);

/** Two layers after the manner of BERT; with `shared`, both use one set of weights. @param {boolean} shared */
function encoder(shared) {
  const g = graphOf();
  g.input("ids", pos);
  g.input("attention_mask", [
    ["batch", "batch"],
    ["key_pos", "source"],
  ]);
  g.weight("words", [["d_vocab", 10], D]);
  g.op("hook_embed", "embed", ["ids", "words"], [...pos, D]);
  let h = "hook_embed";
  for (const l of [0, 1]) {
    const own = (/** @type {string} */ name) => (shared ? name : `${l}.${name}`);
    const weight = (/** @type {string} */ name) =>
      g.weight(own(name), [
        ["out", 4],
        ["in", 4],
      ]);
    const at = (/** @type {string} */ name) => `blocks.${l}.${name}`;
    const op = (
      /** @type {string} */ name,
      /** @type {string} */ word,
      /** @type {string[]} */ inputs,
      /** @type {[string, any][]} */ axes,
      more = {},
    ) => g.op(name, word, inputs, axes, { place: { stack: "blocks", layer: l }, ...more });
    const attention = (
      /** @type {string} */ name,
      /** @type {string} */ word,
      /** @type {string[]} */ inputs,
      /** @type {[string, any][]} */ axes,
      more = {},
    ) => op(name, word, inputs, axes, { place: { stack: "blocks", layer: l, part: "attn" }, ...more });
    for (const part of ["q", "k", "v"])
      attention(
        at(`attn.hook_${part}`),
        "linear",
        [h, weight(`w${part}`)],
        [...pos, [part === "q" ? "head" : "kv_head", 2], ["d_head", 2]],
      );
    const square = /** @type {[string, any][]} */ ([
      ["batch", "batch"],
      ["head", 2],
      ["query_pos", "source"],
      ["key_pos", "source"],
    ]);
    attention(at("attn.hook_attn_scores_unmasked"), "attn_scores", [at("attn.hook_q"), at("attn.hook_k")], square, {
      scale: 0.5,
    });
    attention(at("attn.hook_attn_scores"), "mask", [at("attn.hook_attn_scores_unmasked"), "attention_mask"], square, {
      mask: "padding",
    });
    attention(at("attn.hook_pattern"), "softmax", [at("attn.hook_attn_scores")], square);
    attention(at("attn.hook_z"), "attn_mix", [at("attn.hook_pattern"), at("attn.hook_v")], [...pos, ["head", 2], ["d_head", 2]]);
    attention(at("hook_attn_out"), "linear", [at("attn.hook_z"), weight("wo")], [...pos, D]);
    op(at("attn_sum"), "add", [h, at("hook_attn_out")], [...pos, D]);
    op(
      at("ln1.hook_normalized"),
      "layer_norm",
      [at("attn_sum"), g.weight(own("g1"), [D]), g.weight(own("b1"), [D])],
      [...pos, D],
      { eps: 0.25 },
    );
    op(at("mlp.hook_pre"), "linear", [at("ln1.hook_normalized"), weight("wi")], [...pos, ["d_mlp", 4]]);
    op(at("mlp.hook_post"), "activation", [at("mlp.hook_pre")], [...pos, ["d_mlp", 4]], { activation: "relu" });
    op(at("hook_mlp_out"), "linear", [at("mlp.hook_post"), weight("w2")], [...pos, D]);
    op(at("mlp_sum"), "add", [at("ln1.hook_normalized"), at("hook_mlp_out")], [...pos, D]);
    op(
      at("ln2.hook_normalized"),
      "layer_norm",
      [at("mlp_sum"), g.weight(own("g2"), [D]), g.weight(own("b2"), [D])],
      [...pos, D],
      { eps: 0.25 },
    );
    h = at("ln2.hook_normalized");
  }
  g.op("logits", "linear", [h, "words"], [...pos, ["d_vocab", 10]]);
  g.op("first", "first", [h], [["batch", "batch"], D]);
  g.op(
    "nsp_logits",
    "linear",
    [
      "first",
      g.weight("nsp", [
        ["out", 2],
        ["in", 4],
      ]),
    ],
    [
      ["batch", "batch"],
      ["label", 2],
    ],
  );
  return g.nodes;
}

test("parts stand in the paper's order, and a sum knows what goes around", () => {
  const graph = encoder(false);
  const { stacks, parameters } = anatomyOf(graph, "encoder");
  assert.deepEqual(
    stacks.map(({ name }) => name),
    ["encoder"],
  );
  const [{ before, groups, after }] = stacks;
  assert.deepEqual(
    before.map(({ kind }) => kind),
    ["embed"],
  );
  assert.equal(groups.length, 1);
  const [{ parts }] = groups[0].layers;
  assert.deepEqual(
    parts.map(({ kind }) => kind),
    ["attention", "add", "norm", "mlp", "add", "norm"],
  );
  assert.deepEqual(
    parts.map(({ residual }) => residual),
    [undefined, -1, undefined, undefined, 2, undefined],
    "around the attention from what enters, around the rest from the first norm",
  );
  assert.deepEqual(
    after.map(({ kind, id }) => [kind, id]),
    [
      ["head", "logits"],
      ["head", "nsp_logits"],
    ],
  );
  const all = graph
    .filter(({ op }) => op === "weight")
    .reduce((sum, { dims }) => sum + dims.reduce((/** @type {number} */ n, dim) => n * Number(dim), 1), 0);
  assert.equal(parameters, all);
});

test("layers of one make are one group; shared weights count once, tied ones where they come first", () => {
  const apart = anatomyOf(encoder(false), "encoder").stacks[0];
  assert.deepEqual(
    apart.groups.map(({ layers, shared }) => [layers.length, shared]),
    [[2, false]],
  );
  assert.equal(apart.groups[0].parameters, 2 * (6 * 16 + 4 * 4));
  const graph = encoder(true);
  const { stacks, parts } = anatomyOf(graph, "encoder");
  assert.equal(stacks[0].groups[0].shared, true);
  assert.equal(stacks[0].groups[0].parameters, 6 * 16 + 4 * 4);
  assert.equal(parts.get("blocks.1.hook_attn_out")?.parameters, 0);
  assert.deepEqual(
    parts.get("blocks.1.hook_attn_out")?.uses.map(({ first }) => first),
    new Array(4).fill("blocks.0.hook_attn_out"),
  );
  assert.deepEqual(
    parts.get("logits")?.uses.map(({ first, size }) => [first, size]),
    [["hook_embed", 40]],
  );
});

test("what must be captured: hooks that are read, and behind nodes without a hook their own inputs", () => {
  const graph = encoder(false);
  const { hooked, weights } = needsOf(
    graph,
    graph.findIndex(({ name }) => name === "blocks.0.ln1.hook_normalized"),
  );
  assert.deepEqual(
    hooked.map((node) => graph[node].name),
    ["blocks.0.ln1.hook_normalized", "hook_embed", "blocks.0.hook_attn_out"],
  );
  assert.deepEqual(
    weights.map((node) => graph[node].name),
    ["0.g1", "0.b1"],
  );
});

test("an attention's nodes are found from any of them", () => {
  const graph = encoder(false);
  const at = (/** @type {string} */ name) => graph.findIndex((node) => node.name === `blocks.1.attn.${name}`);
  const chain = {
    scores: at("hook_attn_scores_unmasked"),
    masked: at("hook_attn_scores"),
    pattern: at("hook_pattern"),
    mix: at("hook_z"),
  };
  for (const node of Object.values(chain)) assert.deepEqual(chainOf(graph, node), chain);
  assert.equal(chainOf(graph, at("hook_q")), undefined);
});

test("shapes have the names of their axes, and a plane is one head of them", () => {
  const graph = encoder(false);
  const q = /** @type {import("../../../www/anatomy/nodes.js").GraphNode} */ (
    graph.find(({ name }) => name === "blocks.0.attn.hook_q")
  );
  assert.equal(shapeText(q, { source: 3, target: 0 }), "pos 3 · head 2 · d_head 2");
  const plane = planeOf(
    q,
    [1, 3, 2, 2],
    Array.from({ length: 12 }, (_, i) => i),
    { head: 1, from: 0 },
  );
  assert.deepEqual([plane.rows, plane.columns, [...plane.data]], [3, 2, [2, 3, 6, 7, 10, 11]]);
  assert.equal(plane.at(2, 1), 11);
});
