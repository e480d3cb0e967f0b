// The gallery: every element by its tag. A new view is one file in views/ and one line here.

import "./translation.js";
import { Arithmetic } from "./views/arithmetic.js";
import { AttentionLines } from "./views/attention-lines.js";
import { AttentionMap } from "./views/attention-map.js";
import { AttentionTable } from "./views/attention-table.js";
import { BeamLattice } from "./views/beam-lattice.js";
import { BeforeAfter } from "./views/before-after.js";
import { CacheGrid } from "./views/cache-grid.js";
import { Candidates } from "./views/candidates.js";
import { ChangeStrip } from "./views/change-strip.js";
import { ClassBars } from "./views/class-bars.js";
import { CoverageChart } from "./views/coverage-chart.js";
import { DeviceBadge } from "./views/device-badge.js";
import { EpochGrid } from "./views/epoch-grid.js";
import { HeadGrid } from "./views/head-grid.js";
import { Interlinear } from "./views/interlinear.js";
import { HeadMap } from "./views/head-map.js";
import { LensGrid } from "./views/lens-grid.js";
import { Lines } from "./views/lines.js";
import { MaskEditor } from "./views/mask-editor.js";
import { MaskGrid } from "./views/mask-grid.js";
import { Matrix } from "./views/matrix.js";
import { SentenceLines } from "./views/sentence-lines.js";
import { ShaderView } from "./views/shader-view.js";
import { Sketch } from "./views/sketch.js";
import { TokenLines } from "./views/token-lines.js";
import { TokenStrip } from "./views/token-strip.js";
import { TokenTree } from "./views/token-tree.js";
import { Tower } from "./views/tower.js";
import { Field } from "./shell/field.js";
import { Save } from "./shell/save.js";
import { preferredLanguage, speak, words } from "./i18n.js";

const ELEMENTS = {
  "diorama-arithmetic": Arithmetic,
  "diorama-attention-lines": AttentionLines,
  "diorama-attention-map": AttentionMap,
  "diorama-attention-table": AttentionTable,
  "diorama-beam-lattice": BeamLattice,
  "diorama-before-after": BeforeAfter,
  "diorama-cache-grid": CacheGrid,
  "diorama-candidates": Candidates,
  "diorama-change-strip": ChangeStrip,
  "diorama-class-bars": ClassBars,
  "diorama-coverage-chart": CoverageChart,
  "diorama-device-badge": DeviceBadge,
  "diorama-epoch-grid": EpochGrid,
  "diorama-field": Field,
  "diorama-head-grid": HeadGrid,
  "diorama-interlinear": Interlinear,
  "diorama-head-map": HeadMap,
  "diorama-lens-grid": LensGrid,
  "diorama-lines": Lines,
  "diorama-mask-editor": MaskEditor,
  "diorama-mask-grid": MaskGrid,
  "diorama-matrix": Matrix,
  "diorama-save": Save,
  "diorama-sentence-lines": SentenceLines,
  "diorama-shader-view": ShaderView,
  "diorama-sketch": Sketch,
  "diorama-token-lines": TokenLines,
  "diorama-token-strip": TokenStrip,
  "diorama-token-tree": TokenTree,
  "diorama-tower": Tower,
};

/** Defines the elements once, speaking the reader's language unless a page gives them other words. */
export async function registerElements() {
  const language = preferredLanguage(navigator.languages);
  const coming = speak(language);
  if (coming) await coming;
  const say = words(language);
  for (const [tag, View] of Object.entries(ELEMENTS)) {
    if ("say" in View) View.say = say;
    if (!customElements.get(tag)) customElements.define(tag, View);
  }
}
