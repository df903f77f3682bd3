// Serves a website and the packages of its channel from one place, as hosts do that give parts of files,
// and as those do that give whole files only.
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

const TYPES = { css: "text/css", html: "text/html; charset=utf-8", js: "text/javascript", json: "application/json", tsv: "text/plain; charset=utf-8" };

/** The file that a path names in the first of these folders that has it. */
async function found(folders, path) {
  if (path.includes("..")) return undefined;
  for (const folder of folders) {
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    if (await stat(file).then((it) => it.isFile(), () => false)) return { file, bytes: await readFile(file) };
  }
  return undefined;
}

/** Starts it: its URL, the requests for packages that came, and how it is stopped. */
export async function servePackages(folders, { ranges }) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const it = await found(folders, decodeURIComponent(pathname));
    if (!it) return response.writeHead(404).end();
    const { file, bytes } = it;
    const headers = { "content-type": TYPES[file.split(".").at(-1)] ?? "application/octet-stream", "cache-control": "no-store" };
    const range = ranges && /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
    if (/\.(conda|bz2)$/.test(file)) asked.push(request.headers.range ?? "all");
    if (!range) return response.writeHead(200, { ...headers, "content-length": bytes.length }).end(bytes);
    const first = range[1] === "" ? Math.max(bytes.length - Number(range[2]), 0) : Number(range[1]);
    const last = range[1] === "" || range[2] === "" ? bytes.length - 1 : Math.min(Number(range[2]), bytes.length - 1);
    const part = bytes.subarray(first, last + 1);
    const contentRange = `bytes ${first}-${last}/${bytes.length}`;
    return response.writeHead(206, { ...headers, "content-range": contentRange, "content-length": part.length }).end(part);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, asked, close };
}
