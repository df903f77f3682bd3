// Runs a program for WASI. It may read what its arguments name: folders, and files in folders.
//
//   node run-wasi.mjs PROGRAM.wasm PATH…
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { WASI } from "node:wasi";

// Node 20 writes to where the program's memory was before it grew, and dies, when it calls WASI's
// functions the fast way.
setFlagsFromString("--no-turbo-fast-api-calls");

const [program, ...paths] = process.argv.slice(2);
const folders = paths.map((path) => (statSync(path).isDirectory() ? path : dirname(path)));
const wasi = new WASI({
  version: "preview1",
  args: [program, ...paths],
  preopens: Object.fromEntries(folders.map((folder) => [folder, folder])),
});
const { instance } = await WebAssembly.instantiate(readFileSync(program), wasi.getImportObject());
process.exitCode = wasi.start(instance);
