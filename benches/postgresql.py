#!/usr/bin/env python3
"""Measures a channel's metadata on its way into PostgreSQL and back to documents, beside conda-index.

usage: benches/postgresql.py [--packages 30000] [--peer PYTHON] [--peer-stores 3000] [--work DIR]

In: `towpath db copy` from SQLite stores with generated metadata, against conda-index's own way to store the same
metadata, of which --peer-stores packages are stored and the time of all is told from their rate. No package is read by
either. The server waits for the disk, as one that people trust does. Out: both tools make repodata.json of the same database, without looking at packages. Both ways use a server
that this script starts and removes; the tools take turns. Absolute numbers mean nothing on another machine.

Needs: cargo build --release --workspace --features towpath-tests/stores, PostgreSQL's programs, and conda-index with SQLAlchemy and psycopg2 in PYTHON.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

from measure import measure

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target/release"
TOWPATH = RELEASE / "towpath"


def fresh_copy(stores: pathlib.Path, channel: pathlib.Path) -> None:
    """A channel with the same stores, and with nothing that was published."""
    shutil.rmtree(channel, ignore_errors=True)
    for database in stores.glob("*/.cache/cache.db"):
        target = channel / database.relative_to(stores)
        target.parent.mkdir(parents=True)
        os.link(database, target)


def forget_what_was_published(channel: pathlib.Path) -> None:
    for path in [*channel.glob("*/.cache/towpath-*.json"), *channel.glob("*/repodata*.json")]:
        path.unlink()


def run(work: pathlib.Path, packages: int, peer: str, peer_stores: int) -> None:
    server = subprocess.Popen([TOWPATH, "db", "temp", "--setting", "fsync=on"], stdout=subprocess.PIPE, text=True)
    try:
        compare(work, packages, peer, peer_stores, server.stdout.readline().strip())
    finally:
        server.kill()


def compare(work: pathlib.Path, packages: int, peer: str, peer_stores: int, url: str) -> None:
    stores = work / f"store-{packages}"
    if not stores.exists():
        print("filling the stores, which takes minutes", file=sys.stderr)
        subprocess.run([RELEASE / "make-store", stores, str(packages)], check=True, stdout=subprocess.DEVNULL)
    server, user = url.rsplit("/", 1)[0], "towpath"
    host = server.split("@")[1].replace("%2F", "/")
    ours, theirs = f"{server}/ours", f"postgresql+psycopg2://{user}@/theirs?host={host}"
    for name in ["ours", "theirs"]:
        subprocess.run([TOWPATH, "db", "create", "--db-url", f"{server}/{name}"], check=True)
    channel = work / "postgresql-channel"
    fresh_copy(stores, channel)

    subprocess.run([TOWPATH, "db", "upgrade", "--db-url", ours], check=True, stderr=subprocess.DEVNULL)
    wall, cpu, size = measure([
        TOWPATH, "db", "copy", channel, "--from", "sqlite3", "--to", "postgresql", "--db-url", ours,
    ], subprocess.DEVNULL)
    stored = min(packages, peer_stores)
    seconds = float(subprocess.run(
        [peer, ROOT / "benches/peer_store.py", channel, theirs, str(stored)], check=True, capture_output=True, text=True,
    ).stdout)
    their_wall = seconds * packages / stored
    print(f"in, {packages:,} packages: towpath {wall:.1f} s wall, {cpu:.1f} s CPU, {size / 1024:.0f} MB; "
          f"conda-index {their_wall:.0f} s wall by the rate of {stored:,}; ratio {their_wall / wall:.0f}")

    as_conda_index = f"postgresql+psycopg2://{user}@/ours?host={host}"
    options = ["--no-update-cache", "--db", "postgresql", "--db-url"]
    figures = {"towpath": [], "conda-index": []}
    for _ in range(2):
        for tool, command in {
            "towpath": [TOWPATH, "index", "--quiet", "--no-html", "--no-indexed-timestamp", *options, ours],
            "conda-index": [peer, "-m", "conda_index", "--threads", "1", *options, as_conda_index],
        }.items():
            forget_what_was_published(channel)
            figures[tool].append(measure([*command, channel], subprocess.DEVNULL))
    best = {tool: min(runs) for tool, runs in figures.items()}
    for tool, (wall, cpu, size) in best.items():
        print(f"out, {packages:,} packages: {tool} {wall:.1f} s wall, {cpu:.1f} s CPU, {size / 1024:.0f} MB")
    print(f"ratio {best['conda-index'][0] / best['towpath'][0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=int, default=30_000)
    parser.add_argument("--peer", default=sys.executable)
    parser.add_argument("--peer-stores", type=int, default=3_000)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    args = parser.parse_args()
    run(args.work, args.packages, args.peer, args.peer_stores)


if __name__ == "__main__":
    main()
