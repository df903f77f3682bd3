"""Index a channel with wheels through conda-index's Python interface.

usage: wheels.py CHANNEL WHEELS

WHEELS is a JSON object: records by file name. They become part of noarch in the stage "md", as
they do where an index of wheels is turned into a channel; then everything is written with
repodata v3.
"""

import json
import sys

from conda_index.index import ChannelIndex

channel, wheels = sys.argv[1:]
index = ChannelIndex(
    channel,
    None,
    threads=1,
    write_current_repodata=False,
    write_shards=True,
    repodata_v3=True,
    cache_kwargs={"include_stages": ["md"], "package_extensions": (".tar.bz2", ".conda", ".whl")},
)
with index.cache_for_subdir("noarch") as cache:
    cache.store_md_state(
        {"path": name, "mtime": 1_700_000_000, "size": record["size"], "repodata": record}
        for name, record in json.loads(wheels).items()
    )
index.index(None)
