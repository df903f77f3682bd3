"""Stores the metadata of packages in PostgreSQL as conda-index does, one package after the other.

usage: PEER_PYTHON benches/peer_store.py CHANNEL DB_URL COUNT

The metadata comes from CHANNEL's SQLite stores. Prints the seconds that the storing took.
"""

import json
import pathlib
import sqlite3
import sys
import time

from conda_index.index.sqlitecache import PATH_TO_TABLE
from conda_index.postgres.cache import PsqlCache

PATHS = {table: path for path, table in PATH_TO_TABLE.items()}
ROWS = """
    SELECT stat.path, stat.size, stat.mtime, index_json, about, recipe, run_exports, post_install
    FROM stat JOIN index_json USING (path) LEFT JOIN about USING (path) LEFT JOIN recipe USING (path)
    LEFT JOIN run_exports USING (path) LEFT JOIN post_install USING (path)
    WHERE stage = 'fs' ORDER BY stat.path LIMIT ?
"""


def main() -> None:
    channel, url, count = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    seconds = 0.0
    for database in sorted(channel.glob("*/.cache/cache.db")):
        cache = PsqlCache(channel, database.parent.parent.name, db_url=url)
        for path, size, mtime, record, *members in sqlite3.connect(database).execute(ROWS, [count]):
            names = ["about", "recipe", "run_exports", "post_install"]
            members = {PATHS[name]: text for name, text in zip(names, members) if text is not None and name in PATHS}
            record = json.loads(record)
            start = time.monotonic()
            cache.store(path, size, mtime, members, record)
            seconds += time.monotonic() - start
            count -= 1
    print(seconds)


main()
