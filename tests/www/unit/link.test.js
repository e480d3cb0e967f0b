// The link between a page and the engines in its worker: who listens hears, what is stopped is told so, and what it leaves is idle before anything else is asked.

import assert from "node:assert/strict";
import test from "node:test";

/** The worker's global, and the page's handle of it: what one posts, the other hears. */
const inside = new EventTarget();
/** @type {EventTarget | undefined} */
let handle;
const tell = (/** @type {EventTarget | undefined} */ side, /** @type {unknown} */ data) =>
  setImmediate(() => side?.dispatchEvent(Object.assign(new Event("message"), { data: structuredClone(data) })));
class FakeWorker extends EventTarget {
  constructor() {
    super();
    handle = this;
    ended = new AbortController();
  }

  /** @param {unknown} data */
  postMessage(data) {
    tell(inside, data);
  }

  terminate() {
    if (handle === this) handle = undefined;
    ended.abort();
  }
}

/** Aborts when the worker ends: then its locks are free. */
let ended = new AbortController();
/** What a worker holds; who asks for the same is given it when the worker has ended. @type {Set<string>} */
const held = new Set();
const locks = {
  /** @param {string} name @param {any} options @param {() => unknown} [given] */
  async request(name, options, given = options) {
    if (!held.has(name)) return held.add(name) && given();
    await new Promise((resolve) => ended.signal.addEventListener("abort", resolve));
    if (!options.signal.aborted) given();
  },
};
Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
Object.assign(globalThis, {
  self: Object.assign(inside, { postMessage: (/** @type {unknown} */ data) => tell(handle, data) }),
  Worker: FakeWorker,
  location: { origin: "null" },
});

const { Room, WorkerLink } = await import("../../../www/engine/link.js");
const { EngineLost } = await import("../../../www/engine/loss.js");
const { serve } = await import("../../../www/engine/serve.js");
const { turns } = await import("../../../www/engine/turns.js");

/** What the host was asked, and how it ended. @type {string[]} */
let log = [];
/** An engine whose pass takes a hundred turns. */
class Host {
  /** @param {number} most @param {(share: number) => void} [onShare] @param {AbortSignal} [signal] */
  async run(most, onShare, signal) {
    const give = turns(onShare, signal);
    for (let n = 1; n <= most; n++) {
      if (await give(n / most)) continue;
      log.push(`stopped after ${n}`);
      throw new Error("stopped: the pass was ended before it was done; ask again");
    }
    log.push("done");
    return most;
  }

  /** @param {string} word */
  async say(word) {
    log.push(word);
    return word;
  }

  dispose() {
    log.push("disposed");
  }
}
serve(() => new Host());

test.beforeEach(() => (log = []));

test("a call that reports is heard, turn by turn", async () => {
  const link = new WorkerLink(new Room());
  /** @type {number[]} */
  const shares = [];
  assert.equal(await link.call("run", [5], { onProgress: (share) => shares.push(share) }), 5);
  assert.deepEqual(shares, [0.2, 0.4, 0.6, 0.8, 1]);
  link.close();
});

test("an aborted call is told to stop, and answers when it has ended", async () => {
  const link = new WorkerLink(new Room());
  const stop = new AbortController();
  const running = link.call("run", [1000], { signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(running, /^Error: stopped: /);
  assert.equal(log.length, 1, `it has ended: ${log}`);
  assert.match(log[0], /^stopped after \d+$/);
  assert.equal(await link.call("say", ["next"]), "next");
  link.close();
});

test("a signal ends its own call only, and nothing once that is over", async () => {
  const link = new WorkerLink(new Room());
  const [one, other] = [new AbortController(), new AbortController()];
  const both = Promise.allSettled([
    link.call("run", [50], { signal: one.signal, onProgress: () => one.abort() }),
    link.call("run", [50], { signal: other.signal }),
  ]);
  assert.deepEqual(
    (await both).map(({ status }) => status),
    ["rejected", "fulfilled"],
  );
  other.abort();
  assert.equal(await link.call("say", ["after"]), "after");
  assert.deepEqual(log.slice(1), ["done", "after"]);
  link.close();
});

test("who has aborted before is not even sent", async () => {
  const link = new WorkerLink(new Room());
  await assert.rejects(link.call("say", ["never"], { signal: AbortSignal.abort() }), { name: "AbortError" });
  await link.call("say", ["first"]);
  assert.deepEqual(log, ["first"]);
  link.close();
});

test("an engine that is left beside others stops, and goes when it has stopped", async () => {
  const room = new Room();
  const [stays, goes] = [new WorkerLink(room), new WorkerLink(room)];
  const left = new Promise((resolve) => {
    const running = goes.call("run", [1000], { onProgress: () => goes.close() });
    running.catch(resolve);
  });
  assert.match(String(await left), /disposed of/);
  while (!log.includes("disposed")) await stays.call("say", ["…"]);
  const told = log.filter((line) => line !== "…");
  assert.match(told[0], /^stopped after \d+$/);
  assert.deepEqual(told.slice(1), ["disposed"]);
  stays.close();
});

test("a worker that ends is noticed at once, and the next link has another", async () => {
  const room = new Room();
  const [link, idle] = [new WorkerLink(room), new WorkerLink(room)];
  await link.call("say", ["here"]);
  const running = link.call("run", [1e6]);
  // As self.close() does: no event tells the page of it.
  const gone = handle;
  handle = undefined;
  ended.abort();
  await assert.rejects(running, (error) => error instanceof EngineLost && error.loss === "engine");
  await assert.rejects(idle.call("say", ["never"]), EngineLost);
  const next = new WorkerLink(room);
  assert.equal(await next.call("say", ["again"]), "again");
  assert.notEqual(handle, gone);
  next.close();
});
