import assert from "node:assert/strict";
import test from "node:test";
import { Own } from "../../../www/own.js";
import { DEFAULTS } from "../../../www/state.js";

test("a first run that takes long does not wipe out the next name that is typed meanwhile", async () => {
  for (const [typed, left] of [
    ["another/model", "another/model"],
    ["some/model", ""],
  ]) {
    let finish = () => {};
    const run = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    const own = new Own(
      /** @type {any} */ ({
        state: DEFAULTS,
        keep() {},
        requestUpdate() {},
        note() {},
        say: String,
        loadModel: async () => {},
        run,
      }),
    );
    own.write("some/model");
    const loaded = own.load("http://hub.example/some/model/", /** @type {any} */ ({ tokenizer: [] }));
    await new Promise(setImmediate);
    if (typed !== own.text) own.write(typed);
    finish();
    await loaded;
    assert.equal(own.text, left);
  }
});
