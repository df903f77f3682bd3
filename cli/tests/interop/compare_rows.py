"""Compare what two channels' caches hold of their packages, row by row.

usage: compare_rows.py EXPECTED ACTUAL

Every table of conda-index's schema is compared, JSON as values. Prints one line per difference and
exits 1 if there is any.
"""

import json
import pathlib
import sqlite3
import sys

COLUMNS = {
    "about": "about",
    "icon": "icon_png",
    "index_json": "index_json",
    "post_install": "post_install",
    "recipe": "recipe",
    "recipe_log": "recipe_log",
    "run_exports": "run_exports",
    "stat": "json_array(mtime, typeof(mtime), size, sha256, md5, last_modified, etag)",
}
KEYS = {"stat": "stage || ' ' || path"}


def rows(database, table):
    query = f"SELECT {KEYS.get(table, 'path')}, {COLUMNS[table]}, typeof({COLUMNS[table]}) FROM {table}"
    connection = sqlite3.connect(database)
    found = {}
    for key, value, kind in connection.execute(query):
        found[key] = (kind, value if kind == "blob" else json.loads(value))
    connection.close()
    return found


def main():
    expected, actual = map(pathlib.Path, sys.argv[1:])
    compared, differences = 0, []
    for database in sorted(expected.glob("*/.cache/cache.db")):
        place = database.relative_to(expected)
        for table in COLUMNS:
            theirs, ours = rows(database, table), rows(actual / place, table)
            for key in sorted(theirs.keys() | ours.keys()):
                compared += 1
                if theirs.get(key) == ours.get(key):
                    continue
                one, other = (repr(side.get(key))[:200] for side in (theirs, ours))
                differences.append(f"{place} {table} {key}: expected {one}, got {other}")
    for line in differences[:40]:
        print(line)
    print(f"{len(differences)} differences in {compared} rows")
    sys.exit(bool(differences) or not compared)


main()
