// Runs a program for WASI, with the folders that it is to read:
//
//   node run-wasi.mjs PROGRAM.wasm FOLDER…
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const [program, ...folders] = process.argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: [program, ...folders],
  preopens: Object.fromEntries(folders.map((folder) => [folder, folder])),
});
const { instance } = await WebAssembly.instantiate(readFileSync(program), wasi.getImportObject());
process.exitCode = wasi.start(instance);
