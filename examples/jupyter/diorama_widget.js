// A block in a notebook's cell, by anywidget: the Python side names the block and its settings, and hears what the reader chose.

/** @param {{ model: { get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void, on: (event: string, act: () => void) => void }, el: HTMLElement }} cell */
export async function render({ model, el }) {
  const { define } = await import(/* @vite-ignore */ new URL("diorama.js", model.get("site")).href);
  const tag = `diorama-${model.get("block")}`;
  await define(tag);
  const block = document.createElement(tag);
  const dress = () => {
    for (const [name, value] of Object.entries(model.get("settings"))) block.setAttribute(name, String(value));
  };
  dress();
  model.on("change:settings", dress);
  block.addEventListener("diorama-settings", (event) => {
    model.set("chosen", /** @type {CustomEvent} */ (event).detail.settings);
    model.save_changes();
  });
  el.append(block);
  return () => block.remove();
}

export default { render };
