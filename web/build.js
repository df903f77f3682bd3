// Puts together what scripts/web has compiled: checks the types, bundles the scripts, writes declarations.
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
process.chdir(here);

const tsc = (...args) => execFileSync("npx", ["--no-install", "tsc", ...args], { stdio: "inherit" });
const bundle = (entry, outfile) =>
  build({ absWorkingDir: here, entryPoints: [entry], outfile, bundle: true, format: "esm", target: "es2022", minify: true, charset: "utf8", legalComments: "none" });

tsc("-p", "package/src/worker");
tsc("-p", "page");
tsc("-p", "package", "--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--outDir", "pkg", "--rootDir", "package/src", "--stripInternal");

// Functions of similar names are similar, and compression finds what is near. Code itself is not optimised
// once more: the module would be smaller, and what is compressed of it larger.
const passes = ["--duplicate-function-elimination", "--reorder-functions-by-name", "--strip-debug"];
for (const module of ["inspector", "records"]) {
  execFileSync("npx", ["--no-install", "wasm-opt", ...passes, `pkg/wasm/towpath_${module}_bg.wasm`, "-o", `pkg/${module}.wasm`]);
}
await bundle("package/src/worker/worker.ts", "pkg/worker.js");
await bundle("package/src/worker/records-worker.ts", "pkg/records-worker.js");
await build({
  absWorkingDir: here,
  entryPoints: ["package/src/index.ts"],
  outfile: "pkg/index.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
});
for (const file of ["package.json", "README.md", "example"]) await cp(`package/${file}`, `pkg/${file}`, { recursive: true });

// The command line embeds these: it is not built anew for files that are the same.
await bundle("page/main.ts", "pkg/page/inspector.js");
await mkdir("dist", { recursive: true });
for (const [file, built] of [["inspector.wasm", "pkg"], ["worker.js", "pkg"], ["inspector.js", "pkg/page"]]) {
  const bytes = await readFile(`${built}/${file}`);
  const before = await readFile(`dist/${file}`).catch(() => undefined);
  if (!before?.equals(bytes)) await writeFile(`dist/${file}`, bytes);
}
await rm("pkg/page", { recursive: true });

for (const file of ["dist/inspector.wasm", "dist/worker.js", "dist/inspector.js", "pkg/records.wasm", "pkg/records-worker.js"]) {
  const bytes = await readFile(file);
  console.log(`${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} compressed`);
}
