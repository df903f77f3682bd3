#!/usr/bin/env python3
"""Indexes the same channels with towpath, conda-index and rattler-index, side by side, and prints a table.

usage: benches/index.py [--channels small,large] [--repeat 2] [--packages 2000] [--work DIR]

Needs a release build of towpath and, where they are found, the peers:
  conda-index    the Python in $CONDA_INDEX_PYTHON, or what ../shared/peer/setup prints
  rattler-index  $RATTLER_INDEX, or rattler-index on the PATH (cargo install rattler_index)
A peer that is not there is left out of the table, and the script says so.

Every tool works on its own copy (hard links) of the same packages and writes the same documents:
repodata, its .zst, shards. A cell is the least of the repeated runs, which take turns: wall seconds / CPU seconds
of the whole process with its children, and the largest resident size of any of its processes. The ratio is wall time
against towpath's. Absolute numbers mean nothing on another machine.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

from measure import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def tools() -> dict[str, list[str]]:
    towpath = ROOT / "target/release/towpath"
    if not towpath.exists():
        sys.exit("first: cargo build --release --workspace")
    found = {"towpath": [str(towpath), "index", "--quiet", "--zst", "--write-shards"]}
    python = os.environ.get("CONDA_INDEX_PYTHON")
    setup = SHARED / "peer/setup"
    if not python and setup.exists():
        python = subprocess.run([setup], capture_output=True, text=True, check=True).stdout.strip()
    if python:
        found["conda-index"] = [python, "-m", "conda_index", "--threads", "2", "--zst", "--write-shards"]
    rattler = os.environ.get("RATTLER_INDEX") or shutil.which("rattler-index")
    if rattler:
        found["rattler-index"] = [rattler, "-qq", "fs"]
    for peer in ("conda-index", "rattler-index"):
        if peer not in found:
            print(f"{peer} is not here and is left out", file=sys.stderr)
    return found


def make_channel(kind: str, packages: int, path: pathlib.Path) -> None:
    """With the generator that the project's numbers were first taken with, where it is; else with our own."""
    shared = SHARED / "tools/make_sized_channel.py"
    if shared.exists():
        setup = subprocess.run([SHARED / "peer/setup"], capture_output=True, text=True, check=True)
        command = [setup.stdout.strip(), shared, "heavy" if kind == "large" else "small", path, str(packages)]
    else:
        command = [ROOT / "target/release/make-channel", path, str(packages), "--bz2-share", "0.2"]
        command += ["--large"] if kind == "large" else []
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def add_package(channel: pathlib.Path, extra: pathlib.Path) -> None:
    for file in extra.rglob("*"):
        if file.is_file() and not file.name.startswith("."):
            target = channel / file.relative_to(extra)
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(file, target)


def read_all(channel: pathlib.Path) -> None:
    """Nobody shall be the one who waits for the disk."""
    for file in channel.rglob("*"):
        if file.is_file():
            with file.open("rb") as content:
                while content.read(1 << 20):
                    pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channels", default="small,large", help="small, large or both")
    parser.add_argument("--packages", type=int, default=2000, help="packages of the small channel")
    parser.add_argument("--large-packages", type=int, default=150, help="packages of the large channel")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    args = parser.parse_args()

    found = tools()
    args.work.mkdir(parents=True, exist_ok=True)
    extra = args.work / "extra"
    if not extra.exists():
        subprocess.run([ROOT / "target/release/make-channel", extra, "1", "--seed", "4711"], check=True)
    print(f"| channel | step | {' | '.join(found)} |\n| --- | --- | {' | '.join('---' for _ in found)} |")
    for kind in args.channels.split(","):
        count = args.large_packages if kind == "large" else args.packages
        source = args.work / f"{kind}-{count}"
        if not source.exists():
            make_channel(kind, count, source)
        best: dict[tuple[str, str], tuple[float, float, int]] = {}
        for _ in range(args.repeat):
            for tool, command in found.items():
                channel = args.work / f"run-{tool}"
                shutil.rmtree(channel, ignore_errors=True)
                shutil.copytree(source, channel, copy_function=os.link)
                read_all(channel)
                for step in ("cold", "nothing changed", "one added"):
                    if step == "one added":
                        add_package(channel, extra)
                    run = measure([*command, channel], subprocess.DEVNULL)
                    known = best.get((step, tool))
                    best[step, tool] = run if known is None else tuple(map(min, known, run))
                shutil.rmtree(channel)
        for step in ("cold", "nothing changed", "one added"):
            reference = best[step, "towpath"][0]
            cells = [
                f"{wall:.2f} / {cpu:.2f} s, {rss // 1024} MB" + (f" (×{wall / reference:.1f})" if tool != "towpath" else "")
                for tool in found
                for wall, cpu, rss in [best[step, tool]]
            ]
            print(f"| {count} {kind} | {step} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
