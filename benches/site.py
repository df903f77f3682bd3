#!/usr/bin/env python3
"""Measures the making of a website of a large channel, and prints a table.

usage: benches/site.py [--packages 100000] [--versions 3] [--repeat 2] [--work DIR]

The channel's store is filled with generated metadata of about packages / versions names; there are no package files.
Each row is a run of `towpath site`: wall seconds, CPU seconds and the largest resident size of the process, each the
least of the repeated runs. The ratio is wall time against `towpath index` making repodata.json alone of the same
store, in turns with it. Absolute numbers mean nothing on another machine. Then: how large the website is, against the
1 GB that GitHub Pages takes.

Needs: cargo build --release --workspace --features towpath-tests/stores
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

from measure import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target/release"
GITHUB_PAGES = 1 << 30

Run = tuple[float, float, int]


def index(channel: pathlib.Path) -> Run:
    for state in channel.glob("*/.cache/towpath-*.json"):
        state.unlink()
    return measure([RELEASE / "towpath", "index", "--quiet", "--no-update-cache", "--no-html", channel])


def site(channel: pathlib.Path, out: pathlib.Path, *options: str) -> Run:
    command = [RELEASE / "towpath", "site", "--quiet", channel, "-o", out, "--copy", "nothing"]
    return measure([*command, "--channel-url", "https://conda.example/bench", *options])


def largest(out: pathlib.Path, pattern: str) -> tuple[int, int]:
    """The median and the largest size of the files."""
    sizes = sorted(path.stat().st_size for path in out.glob(pattern))
    return sizes[len(sizes) // 2], sizes[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=int, default=100_000)
    parser.add_argument("--versions", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    args = parser.parse_args()

    channel = args.work / f"store-{args.packages}-of-{args.versions}"
    if not channel.exists():
        print("filling the store, which takes minutes", file=sys.stderr)
        command = [RELEASE / "make-store", channel, str(args.packages), "--versions", str(args.versions)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # A folder for each repetition, all removed at the end: where many files were removed a moment ago, ext4 makes
    # new ones slowly.
    outs = [args.work / f"site-{number}" for number in range(args.repeat)]
    best: dict[str, Run] = {}
    for out in outs:
        if out.exists():
            sys.exit(f"{out} is in the way: remove it, and wait some minutes")
        runs = {
            "index: repodata.json alone": lambda: index(channel),
            "site, first run": lambda: site(channel, out),
            "site, nothing changed": lambda: site(channel, out),
            "site, other data, same pages": lambda: site(channel, out, "--max-size", "700.1MB"),
            "site, all pages changed": lambda: site(channel, out, "--title", f"bench {os.getpid()}"),
        }
        for name, run in runs.items():
            taken = run()
            best[name] = tuple(map(min, best.get(name, taken), taken))
    print(f"| {args.packages} builds | wall | CPU | memory | ratio |\n| --- | --- | --- | --- | --- |")
    alone = best["index: repodata.json alone"][0]
    for name, (wall, cpu, resident) in best.items():
        print(f"| {name} | {wall:.2f} s | {cpu:.2f} s | {resident // 1024} MB | {wall / alone:.1f} |")

    summary = json.loads(subprocess.check_output(
        [RELEASE / "towpath", "site", "--json", channel, "-o", out, "--copy", "nothing", "--title", f"bench {os.getpid()}",
         "--channel-url", "https://conda.example/bench"]))
    size, files = summary["website"]["bytes"], summary["website"]["files"]
    print(f"\n{files} files, {size / 1e6:.0f} MB: {100 * size / GITHUB_PAGES:.0f} % of what GitHub Pages takes")
    for name, pattern in [("page of a package", "p/*/index.html"), ("page of a build", "p/*/*/*-*.html")]:
        if any(out.glob(pattern)):
            median, most = largest(out, pattern)
            print(f"{name}: {median / 1e3:.1f} kB, {most / 1e3:.1f} kB at most")
    for out in outs:
        shutil.rmtree(out)


if __name__ == "__main__":
    main()
