"""Solve environments with py-rattler over repodata in a folder.

usage: solve.py FOLDER < CASES

FOLDER has SUBDIR/repodata.json. CASES is JSON: a list of objects with "platform", "specs",
"virtual_packages" (each NAME=VERSION=BUILD) and "exclude_newer" (RFC 3339, or null). Prints JSON: for
each case the chosen files as SUBDIR/FILE, sorted, or null if there is no solution.
"""

import asyncio
import datetime
import json
import os
import pathlib
import sys
import traceback

from rattler import Channel, GenericVirtualPackage, PackageName, SparseRepoData, Version, solve_with_sparse_repodata
from rattler.channel import ChannelPriority
from rattler.exceptions import SolverError
from rattler.package import BuildString


def virtual_package(text):
    name, version, build = text.split("=")
    return GenericVirtualPackage(PackageName(name), Version(version), BuildString(build))


async def solved(folder, case):
    channel = Channel("https://conda.example/conda-forge")
    subdirs = [case["platform"], "noarch"]
    newest = case["exclude_newer"]
    try:
        records = await solve_with_sparse_repodata(
            case["specs"],
            [SparseRepoData(channel, subdir, folder / subdir / "repodata.json") for subdir in subdirs],
            virtual_packages=[virtual_package(text) for text in case["virtual_packages"]],
            channel_priority=ChannelPriority.Strict,
            exclude_newer=newest and datetime.datetime.fromisoformat(newest),
        )
    except SolverError:
        return None
    return sorted(f"{record.subdir}/{record.file_name}" for record in records)


async def main(folder):
    cases = json.load(sys.stdin)
    print(json.dumps([await solved(pathlib.Path(folder), case) for case in cases]))


try:
    asyncio.run(main(*sys.argv[1:]))
    status = 0
except BaseException:
    traceback.print_exc()
    status = 2
sys.stdout.flush()
sys.stderr.flush()
# As in client.py: an ordinary end may be a crash.
os._exit(status)
