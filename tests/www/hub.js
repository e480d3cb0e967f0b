// A hub of models for tests: folders under /owner/name/resolve/revision/, with the headers that a public hub sends, ranges, and trouble on demand.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * @typedef {object} Hub
 * @property {string} base       its address, without "/" at the end
 * @property {string[]} asked    what it was asked, such as "GET tests/t5/resolve/main/config.json bytes=0-65535"
 * @property {{ pace: number, breakAt: number }} trouble   `pace`: ms between pieces of weights; `breakAt`: the connection breaks after so many bytes of weights; 0: neither
 * @property {() => Promise<void>} close
 */

/** Small, so that a slow download of a small model takes many of them. // bytes */
const PIECE = 4096;

/**
 * @param {Record<string, string>} models a folder on this machine for each "owner/name"
 * @param {number} [port] of an earlier hub that comes back
 * @returns {Promise<Hub>}
 */
export async function serveHub(models, port = 0) {
  /** @type {string[]} */
  const asked = [];
  const trouble = { pace: 0, breakAt: 0 };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://127.0.0.1").pathname.slice(1));
    asked.push(`${request.method} ${path}${request.headers.range ? ` ${request.headers.range}` : ""}`);
    const [, name, file] = path.match(/^([^/]+\/[^/]+)\/resolve\/[^/]+\/([^/]+)$/) ?? [];
    const bytes = name in models ? await readFile(join(models[name], file)).catch(() => undefined) : undefined;
    if (!bytes) return void response.writeHead(name in models ? 404 : 401, CORS).end();
    const range = request.headers.range?.match(/^bytes=(\d+)-(\d*)$/);
    const [from, to] = range
      ? [Number(range[1]), Math.min(bytes.length, range[2] ? Number(range[2]) + 1 : bytes.length)]
      : [0, bytes.length];
    const part = bytes.subarray(from, to);
    const headers = { ...CORS, "content-length": part.length, "accept-ranges": "bytes", etag: `"${bytes.length}"` };
    response.writeHead(
      range ? 206 : 200,
      range ? { ...headers, "content-range": `bytes ${from}-${to - 1}/${bytes.length}` } : headers,
    );
    if (request.method === "HEAD") return void response.end();
    const calm = trouble.pace === 0 && trouble.breakAt === 0;
    if (calm || !file.endsWith(".safetensors") || (range && range[2])) return void response.end(part);
    for (let at = 0; at < part.length && !response.destroyed; at += PIECE) {
      if (trouble.breakAt > 0 && from + at >= trouble.breakAt) return void response.destroy();
      await new Promise((resolve) => response.write(part.subarray(at, at + PIECE), resolve));
      if (trouble.pace > 0) await new Promise((resolve) => setTimeout(resolve, trouble.pace));
    }
    response.end();
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    base: `http://127.0.0.1:${address.port}`,
    asked,
    trouble,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "ETag, Accept-Ranges, Content-Range",
};
