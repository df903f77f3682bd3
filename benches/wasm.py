#!/usr/bin/env python3
"""Measures what browsers run of towpath beside what runs without one, and prints two tables.

usage: benches/wasm.py [--megabytes 100] [--throughput-only] [--work DIR]

Needs: Node.js, a Python with zstd (3.14, or backports.zstd), and
  cargo build --release -p towpath-tests --bin throughput
  RUSTFLAGS='-C target-feature=+simd128' \
    cargo build --profile wasm --target wasm32-wasip1 -p towpath-tests --no-default-features --bin throughput
  scripts/web

The first table is of decompressing and hashing the payload of a package, in MB of content a second: the same Rust in
WebAssembly (V8, by Node's WASI) and native, and the C libraries that Python has. Their ratio is that of WebAssembly to
native Rust. The second is what the module for browsers takes for a package, in Node. Absolute numbers mean nothing on
another machine.
"""

import argparse
import bz2
import hashlib
import pathlib
import subprocess
import sys
import time
import zipfile

from verify import STEM, make_package, zstd

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "target"
TURNS = 3
# Of the payload, so that bzip2 takes seconds.
CONTENT_BYTES = 32 << 20


def make_content(package: pathlib.Path) -> list[pathlib.Path]:
    """The beginning of the payload, and that compressed with zstd and bzip2 as packages are."""
    paths = [package.parent / name for name in ("content", "content.zst", "content.bz2")]
    if not all(path.exists() for path in paths):
        with zipfile.ZipFile(package) as archive, archive.open(f"pkg-{STEM}.tar.zst") as payload:
            with zstd.ZstdFile(payload) as tarball:
                content = tarball.read(CONTENT_BYTES)
        for path, data in zip(paths, (content, zstd.compress(content, level=19), bz2.compress(content))):
            path.write_bytes(data)
    return paths


def seconds_in_c(paths: list[pathlib.Path]) -> dict[str, float]:
    """The same as the program `throughput`, by libraries in C."""
    content, with_zstd, with_bzip2 = (path.read_bytes() for path in paths)
    work = {
        "zstd": lambda: zstd.decompress(with_zstd),
        "bzip2": lambda: bz2.decompress(with_bzip2),
        "sha256": lambda: hashlib.sha256(content).digest(),
        "md5": lambda: hashlib.md5(content).digest(),
    }
    least = {}
    for what, run in work.items():
        for _ in range(TURNS):
            start = time.perf_counter()
            run()
            least[what] = min(least.get(what, 1e9), time.perf_counter() - start)
    return least


def output_of(command: list) -> dict[str, float]:
    """What a program prints: a name and a number a line."""
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {what: float(number) for what, number in (line.split() for line in lines)}


def throughput(paths: list[pathlib.Path]) -> None:
    runner = ["node", "--no-warnings", ROOT / "tests/in-wasm/run-wasi.mjs"]
    module = TARGET / "wasm32-wasip1/wasm/throughput.wasm"
    in_wasm = output_of([*runner, module, *paths])
    native = output_of([TARGET / "release/throughput", *paths])
    in_c = seconds_in_c(paths)
    size = paths[0].stat().st_size / 1e6
    print(f"{'MB/s':8} {'wasm':>6} {'Rust':>6} {'C':>6}  wasm : Rust")
    for what, seconds in in_wasm.items():
        speeds = [size / taken for taken in (seconds, native[what], in_c[what])]
        print(f"{what:8} {speeds[0]:6.0f} {speeds[1]:6.0f} {speeds[2]:6.0f}  {speeds[0] / speeds[1]:.2f}")


def module_in_node(package: pathlib.Path) -> None:
    command = ["node", ROOT / "benches/wasm_module.mjs", ROOT / "web/pkg/wasm", package]
    runs = [output_of(command) for _ in range(TURNS)]
    print(f"\none .conda of {package.stat().st_size >> 20} MB")
    for what in runs[0]:
        print(f"{what:16} {min(run[what] for run in runs):12.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--throughput-only", action="store_true")
    parser.add_argument("--work", type=pathlib.Path, default=TARGET / "bench/wasm")
    args = parser.parse_args()
    package = make_package(args.work, args.megabytes)
    throughput(make_content(package))
    if not args.throughput_only:
        module_in_node(package)


if __name__ == "__main__":
    sys.exit(main())
