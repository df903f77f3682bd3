#!/usr/bin/env python3
"""Measures each document of a large channel, and prints a table.

usage: benches/documents.py [--packages 100000] [--repeat 2] [--work DIR]

The channel's stores are filled with generated metadata; there are no package files. Each row is a run that builds
repodata.json and the document in question from the stores: wall seconds, CPU seconds and the largest resident size of
the process, each the least of the repeated runs, which take turns. The ratio is wall time against repodata alone.
Absolute numbers mean nothing on another machine.

Needs: cargo build --release --workspace --features towpath-tests/stores
"""

import argparse
import pathlib
import subprocess
import sys

from measure import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target/release"

DOCUMENTS = {
    "repodata alone": [],
    "listing pages": ["--html"],
    "listing pages with dependencies": ["--html", "--html-dependencies"],
    "run_exports.json": ["--run-exports"],
    "current_repodata.json": ["--current-repodata"],
    "channeldata.json, page and feeds": ["--channeldata", "--html"],
    "shards": ["--write-shards"],
    "v3 (no record needs it)": ["--repodata-next"],
    ".zst": ["--zst"],
    "everything": [
        "--html", "--run-exports", "--current-repodata", "--channeldata", "--write-shards", "--repodata-next", "--zst",
    ],
    "nothing changed since": [],
}


def forget_what_was_published(channel: pathlib.Path) -> None:
    for state in channel.glob("*/.cache/towpath-*.json"):
        state.unlink()


def index(channel: pathlib.Path, options: list[str]) -> tuple[float, float, int]:
    return measure([RELEASE / "towpath", "index", "--quiet", "--no-update-cache", "--no-html", *options, channel])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    args = parser.parse_args()

    channel = args.work / f"store-{args.packages}"
    if not channel.exists():
        print("filling the stores, which takes minutes", file=sys.stderr)
        subprocess.run([RELEASE / "make-store", channel, str(args.packages)], check=True, stdout=subprocess.DEVNULL)
    best: dict[str, tuple[float, float, int]] = {}
    for _ in range(args.repeat):
        for document, options in DOCUMENTS.items():
            if document != "nothing changed since":
                forget_what_was_published(channel)
            else:
                index(channel, options)
            run = index(channel, options)
            best[document] = tuple(map(min, best.get(document, run), run))
    print(f"| document ({args.packages} records) | wall | CPU | memory | ratio |\n| --- | --- | --- | --- | --- |")
    alone = best["repodata alone"][0]
    for document, (wall, cpu, resident) in best.items():
        print(f"| {document} | {wall:.2f} s | {cpu:.2f} s | {resident // 1024} MB | {wall / alone:.1f} |")


if __name__ == "__main__":
    main()
