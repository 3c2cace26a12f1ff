"""Watches one hook process from the inside of its life: peak memory and the processes and threads that it starts.

wait4 cannot tell peak memory here: after a vfork the child's counter begins at the parent's peak. So the process is
traced, stopped at its exit, and read from /proc while its memory is still there.
"""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path
from threading import Thread

from harness import Case, Project, check_answer

SEIZE, CONT = 0x4206, 7
ON_FORK, ON_VFORK, ON_CLONE, ON_EXIT, KILL_WITH_TRACER = 0x02, 0x04, 0x08, 0x40, 0x100000
STARTS, EXIT = {1, 2, 3}, 6  # PTRACE_EVENT_FORK, _VFORK, _CLONE; _EXIT
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request: int, process: int, data: int = 0) -> None:
    if libc.ptrace(request, process, None, data) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def high_water_kib(process: int) -> int:
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text()).group(1))


def feed(descriptor: int, payload: bytes) -> None:
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(payload)


def watch(binary: Path, case: Case, project: Project) -> tuple[int, int]:
    """Peak memory in KiB, and how many processes and threads the hook started."""
    stdin_read, stdin_write = os.pipe()
    stdout_read, stdout_write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, stdin_read, 0),
        (os.POSIX_SPAWN_DUP2, stdout_write, 1),
        (os.POSIX_SPAWN_DUP2, stdout_write, 2),
    ]
    child = os.posix_spawn(str(binary), [str(binary), "hook"], project.environment(), file_actions=actions)
    # It waits for its event, so nothing of interest happens before it is traced.
    ptrace(SEIZE, child, ON_FORK | ON_VFORK | ON_CLONE | ON_EXIT | KILL_WITH_TRACER)
    os.close(stdin_read)
    os.close(stdout_write)
    # From a thread of its own: a large event does not fit into the pipe, and the hook may be stopped before it reads.
    Thread(target=feed, args=(stdin_write, case.payload)).start()
    peak, starts, exit_code = 0, 0, None
    while exit_code is None:
        process, status = os.waitpid(-1, WALL)
        if os.WIFSTOPPED(status):
            event = status >> 16
            starts += event in STARTS
            if event == EXIT and process == child:
                peak = high_water_kib(child)
            signal = os.WSTOPSIG(status) if event == 0 else 0
            ptrace(CONT, process, signal)
        elif process == child:
            exit_code = os.waitstatus_to_exitcode(status)
    output = os.read(stdout_read, 65_536)
    os.close(stdout_read)
    check_answer(case, exit_code, output)
    return peak, starts
