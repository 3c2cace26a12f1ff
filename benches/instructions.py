#!/usr/bin/env python3
"""Counts the instructions of one `distarch hook` process per case, and holds them to benches/ceilings.toml.

Instructions do not depend on the load of the machine, so this can fail a build where wall-clock cannot. The count is
callgrind's: user mode, from the first instruction of the process to its last, the dynamic loader included.

Usage: instructions.py [BINARY...]      default: the release builds in target/
Exit:  0 all at or under their ceilings, 1 one over or a wrong answer, 2 usage
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys

from harness import Case, Project, binaries, ceilings, check_answer, run_once

COLLECTED = re.compile(rb"Collected\s*:\s*(\d+)")


def count(binary, case: Case, project: Project) -> int:
    log = project.folder / "valgrind.log"
    wrapper = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}"]
    done = run_once(binary, case, project, wrapper)
    check_answer(case, done.returncode, done.stdout)
    found = COLLECTED.search(log.read_bytes())
    if not found:
        sys.exit(f"error: callgrind printed no count for {case.name}\n{log.read_text()}")
    return int(found.group(1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="*")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        print("error: valgrind is not installed\nhint: apt-get install valgrind", file=sys.stderr)
        return 2
    limits = ceilings()["instructions"]
    over = 0
    print(f"{'build':<8} {'case':<24} {'instructions':>13} {'ceiling':>13} {'used':>6}")
    with Project() as project:
        for name, binary in binaries(arguments.binary).items():
            for case in project.cases():
                counted, ceiling = count(binary, case, project), limits[name][case.name]
                verdict = "" if counted <= ceiling else "  over"
                over += counted > ceiling
                print(f"{name:<8} {case.name:<24} {counted:>13,} {ceiling:>13,} {counted / ceiling:>6.0%}{verdict}")
    if over:
        print(f"{over} over the ceiling", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
