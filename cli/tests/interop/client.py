"""Install packages from a channel as a client of today does, with py-rattler.

usage: client.py URL WAY PREFIX SPEC...

WAY says what the client may fetch: "json", "zst" (and json), "sharded" (and both). Its cache is a
folder beside PREFIX. Prints a line for each package that the solver chose; exits 1 with the solver's
reason if there is no solution.
"""

import asyncio
import os
import pathlib
import sys
import traceback

from rattler import Gateway, SourceConfig, install, solve
from rattler.exceptions import SolverError


async def main(url, way, prefix, *specs):
    cache = pathlib.Path(prefix).with_name("client-cache")
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
