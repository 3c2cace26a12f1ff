#!/usr/bin/env python3
"""Spawn-to-exit time of the hook beside /bin/true, a minimal hook in Python and an empty program, in one interleaved run.

Every round starts each command once, in rotated order, so that all of them meet the same load; the ratio of the medians
is what can be compared between machines. Processes are started with posix_spawn (vfork semantics in glibc, so this
script's own size does not count). The event waits in the pipe before the process starts. Every answer is checked. Peak
memory and the processes started are taken in one more, traced run of each case (watch.py).

Usage: startup.py [--rounds N] [--gate] [BINARY...]      default: the release builds in target/
Exit:  0, or 1 when memory or the number of processes is over benches/ceilings.toml, or with --gate a ratio is
"""

from __future__ import annotations

import argparse
import fcntl
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from harness import HERE, MUSL, Case, Project, binaries, ceilings, check_answer
from watch import watch

@dataclass
class Command:
    name: str
    argv: list[str]
    case: Case
    build: str  # empty for what is not the hook
    times: list[float] = field(default_factory=list)  # microseconds

    def median(self) -> float:
        return statistics.median(self.times)


def spawn(command: Command, project: Project) -> float:
    """Microseconds from spawn to exit."""
    environment = project.environment()
    stdin_read, stdin_write = os.pipe()
    stdout_read, stdout_write = os.pipe()
    payload = memoryview(command.case.payload)
    if len(payload) > 65_536:
        fcntl.fcntl(stdin_write, fcntl.F_SETPIPE_SZ, 1 << 20)
    os.set_blocking(stdin_write, False)
    sent = os.write(stdin_write, payload)
    os.set_blocking(stdin_write, True)
    actions = [
        (os.POSIX_SPAWN_DUP2, stdin_read, 0),
        (os.POSIX_SPAWN_DUP2, stdout_write, 1),
        (os.POSIX_SPAWN_DUP2, stdout_write, 2),
    ]
    if sent == len(payload):
        os.close(stdin_write)
        stdin_write = -1
    start = time.perf_counter_ns()
    child = os.posix_spawn(command.argv[0], command.argv, environment, file_actions=actions)
    if stdin_write >= 0:  # what did not fit into the pipe
        os.close(stdin_read)
        while sent < len(payload):
            sent += os.write(stdin_write, payload[sent:])
        os.close(stdin_write)
    _, status = os.waitpid(child, 0)
    elapsed = (time.perf_counter_ns() - start) / 1000
    if sent == len(payload) and stdin_write < 0:
        os.close(stdin_read)
    os.close(stdout_write)
    output = os.read(stdout_read, 65_536)
    os.close(stdout_read)
    if command.build:
        check_answer(command.case, os.waitstatus_to_exitcode(status), output)
    return elapsed


def empty_program(project: Project) -> Path | None:
    """A static program that does nothing: what is left of the hook's time is the machine's, not ours."""
    source, program = project.folder / "empty.rs", project.folder / "empty"
    source.write_text("fn main() {}\n")
    build = ["rustc", "-O", "--target", MUSL, "-C", "linker=rust-lld", "-C", "relocation-model=static"]
    try:
        done = subprocess.run([*build, "-o", str(program), str(source)], capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return program if done.returncode == 0 else None


def row(command: Command, true: float, python: float) -> str:
    ordered = sorted(command.times)
    p10, p90 = ordered[len(ordered) // 10], ordered[len(ordered) * 9 // 10]
    median = command.median()
    return (
        f"{command.name:<26} {median:>9.0f} {p10:>9.0f} {p90:>9.0f} {median / true:>8.2f} {median / python:>9.3f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--gate", action="store_true", help="fail on a ratio over its ceiling too")
    parser.add_argument("binary", nargs="*")
    arguments = parser.parse_args()
    limits = ceilings()
    problems: list[str] = []
    with Project() as project:
        cases = {case.name: case for case in project.cases() if not case.counted_only}
        silent = cases["silent-edit"]
        python = os.path.realpath(sys.executable)
        commands = [
            Command("/bin/true", ["/bin/true"], silent, ""),
            Command("minimal hook in Python", [python, "-S", str(HERE / "minimal_hook.py")], silent, ""),
        ]
        if empty := empty_program(project):
            commands.append(Command("empty program, musl", [str(empty)], silent, ""))
        builds = binaries(arguments.binary)
        for build, binary in builds.items():
            for case in cases.values():
                commands.append(Command(f"{build} {case.name}", [str(binary), "hook"], case, build))
        warmup = 5
        for turn in range(arguments.rounds + warmup):
            shift = turn % len(commands)
            for command in commands[shift:] + commands[:shift]:
                elapsed = spawn(command, project)
                if turn >= warmup:
                    command.times.append(elapsed)

        true, other = commands[0].median(), commands[1].median()
        print(f"{arguments.rounds} rounds, microseconds from spawn to exit\n")
        print(f"{'command':<26} {'median':>9} {'p10':>9} {'p90':>9} {'of true':>8} {'of Python':>9}")
        for command in commands:
            print(row(command, true, other))
        print()

        for command in (c for c in commands if c.build):
            name = command.case.name
            ceiling = limits["ratio"][command.build].get(name)
            ratio = command.median() / true
            if ceiling is not None:
                print(f"{command.name}: {ratio:.2f} of /bin/true, ceiling {ceiling:.2f}")
                if ratio > ceiling and arguments.gate:
                    problems.append(f"{command.name}: ratio {ratio:.2f} is over {ceiling:.2f}")
            longest = limits["milliseconds"].get(name)
            if longest is not None:
                print(f"{command.name}: {command.median() / 1000:.1f} ms, ceiling {longest} ms")
                if command.median() / 1000 > longest and arguments.gate:
                    problems.append(f"{command.name}: {command.median() / 1000:.1f} ms is over {longest} ms")

        print(f"\n{'hook':<26} {'peak KiB':>9} {'ceiling':>9} {'processes and threads started':>30}")
        for command in (c for c in commands if c.build):
            peak, starts = watch(builds[command.build], command.case, project)
            memory = limits["memory_kib"].get(command.case.name)
            print(f"{command.name:<26} {peak:>9,} {memory:>9,} {starts:>30}")
            if memory is not None and peak > memory:
                problems.append(f"{command.name}: peak memory {peak:,} KiB is over {memory:,} KiB")
            if starts:
                problems.append(f"{command.name}: starts {starts} processes or threads")
    for problem in problems:
        print(f"over: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
