// A model's files on a server of the test's own.

import { createServer } from "node:http";

/**
 * Reads a model over HTTP.
 * @param {Record<string, string | Uint8Array | number>} contents a file's content, or the status it is refused with
 * @param {(url: string, asked: string[]) => Promise<void>} story
 */
export async function served(contents, story) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? "").split("/").at(-1) ?? "";
    asked.push(`${request.method} ${name}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    const found = contents[name];
    if (found === undefined || typeof found === "number") return void response.writeHead(found ?? 404).end();
    const bytes = Buffer.from(/** @type {any} */ (found));
    const [from, to] = (request.headers.range ?? "bytes=0-").slice("bytes=".length).split("-").map(Number);
    const part = bytes.subarray(from, to ? to + 1 : undefined);
    const range = request.headers.range
      ? { "content-range": `bytes ${from}-${from + part.length - 1}/${bytes.length}` }
      : undefined;
    response
      .writeHead(range ? 206 : 200, { "content-length": part.length, ...range })
      .end(request.method === "HEAD" ? undefined : part);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    await story(`http://127.0.0.1:${port}/models/small`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
