"""Runs a command and says what it took."""

import os
import subprocess
import sys
import time


def measure(command: list, output: int | None = None) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and the largest resident size in KiB, of the process with its children.

    What the command prints goes to `output`, as subprocess takes it. A command that fails ends the measurement.
    """
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=output, stderr=output)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss
