#!/usr/bin/env python3
"""Checks one large package with towpath verify, beside what decompressing and hashing it takes, and prints a table.

usage: benches/verify.py [--megabytes 500] [--repeat 3] [--work DIR]

Needs: cargo build --release --workspace, and a Python with zstd (3.14, or backports.zstd).

The package is made of files of 1 KB to 4 MB, half text and half noise, listed with their digests in paths.json, so that
everything is compared. Runs take turns; a cell is the least of them: wall seconds / CPU seconds, and the largest
resident size. The ratio is wall time against decompressing and hashing in one thread. Absolute numbers mean nothing on
another machine.
"""

import argparse
import hashlib
import io
import json
import pathlib
import random
import subprocess
import sys
import tarfile
import zipfile

from measure import measure

try:
    from compression import zstd
except ImportError:
    from backports import zstd

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "target/release"
STEM = "large-1.0-h1234567_0"


def files(megabytes: int):
    """Paths and contents, more or less as many megabytes of them when compressed."""
    rng = random.Random(1)
    words = [rng.randbytes(4).hex() for _ in range(4000)]
    left = megabytes << 20
    number = 0
    while left > 0:
        size = int(1000 * 4096 ** rng.random())
        if number % 2:
            content = rng.randbytes(size)
            left -= size
        else:
            content = " ".join(rng.choices(words, k=size // 9 + 1)).encode()
            left -= len(content) // 5
        yield f"lib/large/{number % 100:02}/file{number}", content
        number += 1


def add(tar: tarfile.TarFile, path: str, content: bytes) -> None:
    member = tarfile.TarInfo(path)
    member.size = len(content)
    member.mode = 0o644
    member.mtime = 1_700_000_000
    tar.addfile(member, io.BytesIO(content))


def make_package(folder: pathlib.Path, megabytes: int) -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / f"{STEM}.conda"
    if package.exists():
        return package
    listed = []
    payload = folder / "pkg.tar.zst"
    with zstd.open(payload, "wb", level=3) as out, tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        for path, content in files(megabytes):
            add(tar, path, content)
            sha256 = hashlib.sha256(content).hexdigest()
            listed.append({"_path": path, "path_type": "hardlink", "sha256": sha256, "size_in_bytes": len(content)})
    index = {"name": "large", "version": "1.0", "build": "h1234567_0", "build_number": 0, "subdir": "noarch",
             "noarch": "generic", "depends": [], "license": "MIT", "timestamp": 1_700_000_000_000}
    info = io.BytesIO()
    with tarfile.open(fileobj=info, mode="w", format=tarfile.GNU_FORMAT) as tar:
        add(tar, "info/index.json", json.dumps(index).encode())
        add(tar, "info/about.json", json.dumps({"summary": "For measuring", "home": "https://example.org"}).encode())
        add(tar, "info/paths.json", json.dumps({"paths_version": 1, "paths": listed}).encode())
        add(tar, "info/licenses/LICENSE", b"Do what you like.\n")
    with zipfile.ZipFile(package, "w") as out:
        out.writestr("metadata.json", '{"conda_pkg_format_version": 2}')
        out.write(payload, f"pkg-{STEM}.tar.zst")
        out.writestr(f"info-{STEM}.tar.zst", zstd.compress(info.getvalue()))
    payload.unlink()
    return package


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench/verify")
    args = parser.parse_args()
    package = make_package(args.work, args.megabytes)
    commands = {
        "decompress and hash": [RELEASE / "decompress-and-hash", package],
        "towpath verify": [RELEASE / "towpath", "verify", package, "--fail-on", "never"],
    }
    least: dict[str, tuple[float, float, int]] = {}
    for _ in range(args.repeat):
        for name, command in commands.items():
            least[name] = min(least.get(name, (1e9, 0.0, 0)), measure(command, subprocess.DEVNULL))
    base = least["decompress and hash"][0]
    print(f"one .conda of {package.stat().st_size >> 20} MB")
    for name, (wall, cpu, peak) in least.items():
        print(f"{name:20} {wall:6.2f} / {cpu:6.2f} s   {peak >> 10:4} MB   {wall / base:.2f}x")


if __name__ == "__main__":
    sys.exit(main())
