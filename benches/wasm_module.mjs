// What the module for browsers takes to read a package, in Node:
//
//   node wasm_module.mjs FOLDER_OF_THE_MODULE PACKAGE
//
// Prints milliseconds: until the module is ready, for the metadata, for it once more, for the record with
// its digests, for all checks. And how many reads of how many bytes the metadata took, and how large the
// module's memory was after it and in the end.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, path] = process.argv.slice(2);
const file = openSync(path, "r");
const read = { count: 0, bytes: 0 };
const source = {
  size: fstatSync(file).size,
  isFar: false,
  read(start, length) {
    const bytes = new Uint8Array(length);
    readSync(file, bytes, 0, length, start);
    read.count += 1;
    read.bytes += length;
    return bytes;
  },
};

const print = (what, value) => console.log(`${what} ${value}`);
const timed = (what, work) => {
  const start = performance.now();
  const result = work();
  print(what, (performance.now() - start).toFixed(1));
  return result;
};

const module = await import(pathToFileURL(resolve(folder, "towpath_inspector.js")));
const wasm = readFileSync(resolve(folder, "towpath_inspector_bg.wasm"));
const { memory } = timed("ready", () => module.initSync({ module: wasm }));
const name = basename(path);
timed("metadata", () => module.inspect(name, source, false));
print("reads", read.count);
print("bytes", read.bytes);
timed("metadata-again", () => module.inspect(name, source, false));
print("memory-metadata", memory.buffer.byteLength);
timed("record", () => module.repodataRecord(name, source));
timed("verify", () => module.verify(name, source, JSON.stringify({ now: Date.now() })));
print("memory-verify", memory.buffer.byteLength);
closeSync(file);
