"""Install packages from a channel as a client of today does, with py-rattler.

usage: client.py URL WAY PREFIX SPEC...
       client.py FILE explicit PREFIX

WAY says what the client may fetch: "json", "zst" (and json), "sharded" (and both). Its cache is a
folder beside PREFIX. Prints a line for each package that the solver chose; exits 1 with the solver's
reason if there is no solution. With "explicit" it installs what the explicit list FILE names, and
checks the digests in it.
"""

import asyncio
import os
import pathlib
import sys
import traceback

from rattler import Gateway, PackageRecord, RepoDataRecord, SourceConfig, install, solve
from rattler.exceptions import SolverError


def explicit_records(path):
    from rattler.package.build_string import BuildString

    for line in pathlib.Path(path).read_text().splitlines():
        if not line.startswith(("http:", "https:", "file:")):
            continue
        url, _, digest = line.partition("#")
        channel, subdir, file_name = url.rsplit("/", 2)
        name, version, build = file_name.removesuffix(".conda").removesuffix(".tar.bz2").rsplit("-", 2)
        sha256 = bytes.fromhex(digest.removeprefix("sha256:"))
        record = PackageRecord(name, version, BuildString(build), 0, subdir, noarch=None, sha256=sha256)
        yield RepoDataRecord(record, file_name, url, channel)


async def main(url, way, prefix, *specs):
    cache = pathlib.Path(prefix).with_name("client-cache")
    if way == "explicit":
        records = list(explicit_records(url))
        await install(records, prefix, cache_dir=cache / "packages", show_progress=False)
        for record in sorted(records, key=lambda record: record.file_name):
            print(record.file_name)
        return 0
    config = SourceConfig(
        sharded_enabled=way == "sharded",
        zstd_enabled=way != "json",
        bz2_enabled=False,
        cache_action="no-cache",
    )
    gateway = Gateway(cache_dir=cache / "repodata", default_config=config)
    try:
        records = await solve([url], list(specs), gateway=gateway, platforms=["linux-64", "noarch"])
    except SolverError as error:
        print(f"no solution: {error}", file=sys.stderr)
        return 1
    await install(records, prefix, cache_dir=cache / "packages", show_progress=False)
    for record in sorted(records, key=lambda record: record.file_name):
        print(record.file_name)
    return 0


try:
    status = asyncio.run(main(*sys.argv[1:]))
except BaseException:
    traceback.print_exc()
    status = 2
sys.stdout.flush()
sys.stderr.flush()
# py-rattler 0.28 has threads that use Python while it shuts down: in every tenth run an ordinary
# end is a crash. By now everything that is looked at is written.
os._exit(status)
