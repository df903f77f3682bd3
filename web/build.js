// Puts together what scripts/web has compiled: checks the types, bundles the scripts, writes declarations.
import { cp, readFile } from "node:fs/promises";
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

await cp("pkg/wasm/towpath_inspector_bg.wasm", "pkg/inspector.wasm");
await cp("pkg/wasm/towpath_records_bg.wasm", "pkg/records.wasm");
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

await bundle("page/main.ts", "dist/inspector.js");
for (const file of ["inspector.wasm", "worker.js"]) await cp(`pkg/${file}`, `dist/${file}`);

for (const file of ["dist/inspector.wasm", "dist/worker.js", "dist/inspector.js", "pkg/records.wasm", "pkg/records-worker.js"]) {
  const bytes = await readFile(file);
  console.log(`${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} compressed`);
}
