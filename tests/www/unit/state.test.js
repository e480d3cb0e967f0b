import assert from "node:assert/strict";
import test from "node:test";
import { DEFAULTS, HIDEABLE, begun, formatState, movedTo, parseState } from "../../../www/state.js";

test("an empty hash is the defaults, and the defaults are an empty hash", () => {
  assert.deepEqual(parseState(""), DEFAULTS);
  assert.deepEqual(parseState("#"), DEFAULTS);
  assert.equal(formatState(DEFAULTS), "");
});

test("a state survives the way through the hash", () => {
  const state = {
    ...DEFAULTS,
    task: "date",
    text: "5 mai & 中文 #1 + 2%",
    pair: "et puis",
    edits: new Map([[3, 4]]),
    temperature: 0.7,
    topK: 5,
    topP: 0.9,
    seed: 42,
    beams: 3,
    max: 20,
    pad: 0,
    layer: 3,
    head: 4,
    ids: true,
    lang: "zh",
    theme: /** @type {const} */ ("dark"),
    device: /** @type {const} */ ("webgpu"),
    model: "models/other/",
    hide: ["header", "masks"],
  };
  assert.deepEqual(parseState(`#${formatState(state)}`), state);
});

test("an empty text is a text", () => {
  assert.equal(parseState(formatState({ ...DEFAULTS, text: "" })).text, "");
});

test("another model brings its own example; the reader's text and settings go along", () => {
  const away = movedTo({ ...DEFAULTS, lang: "zh" }, "models/other/");
  assert.deepEqual([away.text, away.task, away.lang, away.model], ["", "", "zh", "models/other/"]);
  const puzzled = movedTo(DEFAULTS, "models/puzzle-tiny/");
  assert.deepEqual(
    [puzzled.layer, puzzled.head, puzzled.temperature, puzzled.pad],
    [2, 4, 0, 0],
    "a head that nobody chose becomes the one that the model's card names",
  );
  assert.equal(movedTo({ ...DEFAULTS, layer: 1 }, "models/puzzle-tiny/").layer, 1, "a layer that the reader chose stays");
  const own = movedTo({ ...DEFAULTS, text: "mine", temperature: 1.5, edits: new Map([[1, 2]]) }, "models/other/");
  assert.deepEqual([own.text, own.temperature, own.edits.size], ["mine", 1.5, 0]);
  assert.deepEqual(movedTo(movedTo(DEFAULTS, "models/other/"), DEFAULTS.model), DEFAULTS);
});

test("a model without a text of its own begins with an example", () => {
  const tasks = [{ id: "read", prefix: "", examples: [{ text: "The cat sat on the mat.", pair: "" }] }];
  assert.equal(begun({ ...DEFAULTS, text: "" }, tasks).text, "The cat sat on the mat.");
  assert.equal(begun(DEFAULTS, tasks).task, "read");
  const own = { ...DEFAULTS, text: "mine" };
  assert.equal(begun(own, tasks), own);
});

test("what cannot be understood falls back or is brought into range", () => {
  const state = parseState(
    "#temperature=hot&topP=7&topK=2.6&pad=-3&theme=neon&device=tpu&lang=fr&hide=header,everything&nonsense=1&__proto__=x",
  );
  assert.equal(state.temperature, DEFAULTS.temperature);
  assert.equal(state.topP, 1);
  assert.equal(state.topK, 3);
  assert.equal(state.pad, 0);
  assert.equal(state.theme, "auto");
  assert.equal(state.device, "auto");
  assert.equal(state.lang, "");
  assert.deepEqual(state.hide, ["header"]);
  assert.deepEqual(Object.keys(state).sort(), Object.keys(DEFAULTS).sort());
});

test("names that every object has are no settings", () => {
  const state = parseState(
    "#constructor=1&__proto__=2&toString=3&b.__proto__=4&b.layer=2&lang=constructor&theme=toString&model=constructor&tool=__proto__&task=valueOf",
  );
  assert.deepEqual(Object.keys(state).sort(), Object.keys(DEFAULTS).sort());
  assert.deepEqual(Object.entries(state.block), [["layer", "2"]]);
  assert.deepEqual([state.lang, state.theme], ["", "auto"]);
});

test("tokens taken by hand stand in the link until the text is another", () => {
  assert.deepEqual(parseState(formatState({ ...DEFAULTS, written: [3, 0, 120] })).written, [3, 0, 120]);
  assert.deepEqual(parseState("#written=1,x,-2,,3").written, [1, 3]);
  assert.deepEqual(movedTo({ ...DEFAULTS, written: [1] }, "models/other/").written, []);
});

test("each part that can be hidden has its rule in the style sheet or its use in the shell", async () => {
  const { readFileSync } = await import("node:fs");
  const text = ["style.css", "shell/output.js"]
    .map((file) => readFileSync(new URL(`../../../www/${file}`, import.meta.url), "utf8"))
    .join("\n");
  for (const part of HIDEABLE) assert.ok(text.includes(`[data-hide~="${part}"]`) || text.includes(`includes("${part}")`), part);
});
