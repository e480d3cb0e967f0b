// The page follows its address: a link, an edited hash, back, undo.

import { formatState, parseState } from "../state.js";
import { followAddress } from "./tools.js";
import { rewrite } from "./writing.js";

/** @typedef {import("../explore.js").App} App */

/** @param {App} app */
export function follow(app) {
  const before = app.state;
  const state = (app.state = parseState(location.hash));
  app.trail.note(formatState(state));
  followAddress(app);
  const reload = before.model !== state.model || before.device !== state.device || before.moment !== state.moment;
  app.attempt(async () => {
    if (reload) await app.own.go(state);
    await app.player.set(app.state);
    await rewrite(app, before);
  });
}
