// Files dropped on the page, one by one or as a folder.

/**
 * @param {DragEvent} event
 * @returns {Promise<File[]>}
 */
export async function droppedFiles(event) {
  const entries = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map(filesOf))).flat();
}

/**
 * The files of a dropped file or folder, one level deep.
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function filesOf(entry) {
  if (entry instanceof FileSystemFileEntry) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {FileSystemEntry[]} */
  const children = [];
  // A reader hands out a hundred at a time, and at last none.
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some);
  }
  return (await Promise.all(children.filter(({ isFile }) => isFile).map(filesOf))).flat();
}

/**
 * Files over the page: it says that it would take them, and takes them.
 * @param {import("../explore.js").App} app
 * @param {DragEvent} event
 */
export function dragged(app, event) {
  event.preventDefault();
  app.dragging = event.type === "dragover";
  if (event.type === "drop") app.attempt(async () => app.own.openFiles(await droppedFiles(event)));
}
