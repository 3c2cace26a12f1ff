#!/usr/bin/env python3
"""Measures `distarch index` on a repository: whole, again without a change, and again after one file was touched.

Usage:  python3 benches/index.py REPOSITORY [BINARY]

The index goes into a temporary state folder. Seconds depend on what else the machine does; lines per second and core are told
by processor time too, which does not.
Exit:  0, or 2 for wrong usage
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BINARY = Path(__file__).resolve().parent.parent / "target/x86_64-unknown-linux-musl/release/distarch"


def run(binary: str, root: Path, state: str, *arguments: str) -> tuple[dict, float, float]:
    """What it says, seconds of the clock, seconds of processors."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [binary, "index", str(root), "--format", "json", *arguments]
    out = subprocess.run(command, env={**os.environ, "CLAUDE_PLUGIN_DATA": state}, capture_output=True, check=True)
    took, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(out.stdout), took, used


def touched(root: Path) -> Path:
    """A source file of the repository."""
    files = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    sources = [f for f in files if f.endswith((".java", ".go", ".py", ".ts", ".cs", ".rs")) and "test" not in f.lower()]
    return root / sources[len(sources) // 2]


def main() -> int:
    if not 2 <= len(sys.argv) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    root, binary = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else str(BINARY)
    with tempfile.TemporaryDirectory() as state:
        said, took, used = run(binary, root, state, "--force")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        size = said["bytes"]
        print(f"{said['files']:,} files, {said['lines']:,} lines; {said['uses']:,} uses of {said['resources']:,} resources")
        print(f"whole      {took:8.2f} s  {used:8.2f} s of processors  {said['lines'] / used:12,.0f} lines a second of processor")
        print(f"           {peak:8.0f} MiB at most; kept {size['lookup'] / 1e6:.1f} MB for lookups, {size['facts'] / 1e6:.1f} MB of facts")
        _, took, used = run(binary, root, state)
        print(f"unchanged  {took:8.2f} s  {used:8.2f} s of processors")
        os.utime(touched(root))
        _, took, used = run(binary, root, state)
        print(f"one file   {took:8.2f} s  {used:8.2f} s of processors, everything linked and written again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
