"""What both benches share: the events, a project folder for them to point at, and the binaries to measure.

Events are built here, in the shape that the client sends, from two edits of our own in inputs/: `statement` (ordinary
code, with words such as state, total and open in it) and `consumer` (a queue consumer that gains an acknowledgement,
a lock and an endless retry).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MUSL = "x86_64-unknown-linux-musl"
SESSION = "5d9f2c1e-8a47-4b53-9c06-2f1d7e60b3a8"


def ceilings() -> dict:
    return tomllib.loads((HERE / "ceilings.toml").read_text())


def binaries(given: list[str]) -> dict[str, Path]:
    """Name and path of each binary to measure: those given, else the release builds that exist."""
    if given:
        found = {}
        for path in map(Path, given):
            if not path.is_file():
                sys.exit(f"error: no such binary: {path}")
            found["musl" if "musl" in str(path) else "default"] = path.resolve()
        return found
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    candidates = {
        "musl": target / MUSL / "release" / "distarch",
        "default": target / "x86_64-unknown-linux-gnu" / "release" / "distarch",
    }
    found = {name: path for name, path in candidates.items() if path.is_file()}
    if not found:
        sys.exit(
            "error: no release build of distarch found\n"
            f"hint: cargo build --release --target {MUSL}  (or without --target for the default build)"
        )
    return found


def changed_middle(before: str, after: str) -> tuple[str, str]:
    """The lines that differ, as an Edit states them: old and new, without the common head and tail."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    # An edit that only inserts still names a place: the line that it stands before.
    anchor = min(tail, int(len(old) == head + tail))
    return "".join(old[head : len(old) - tail + anchor]), "".join(new[head : len(new) - tail + anchor])


# Names of the inputs that are made different in each copy, so that a long text is no loop.
NAMES = ("Statement", "Tariff", "Loan", "Line", "address_block", "group_by_kind", "summary", "compare", "build", "Consumer", "Order", "orders")


def repeated(text: str, size: int, number: int = 0) -> str:
    """The text over and over, at least `size` characters, each copy with its own names from `number` on."""
    parts, total = [], 0
    while total < size:
        part = text
        for name in NAMES:
            part = part.replace(name, f"{name}{number}")
        parts.append(part)
        total += len(part)
        number += 1
    return "".join(parts)


def topology(components: int) -> str:
    """A system in which the edited consumer is one, and many call it."""
    parts = ["  - {name: orders, count: 1, paths: ['orders/**']}"]
    calls = []
    for i in range(1, components):
        parts.append(f"  - {{name: part-{i}, count: {{min: 2, max: {2 + i % 7}}}, owner: team-{i % 12}, paths: ['parts/{i}/**']}}")
        target = "orders" if i % 40 == 1 else f"part-{i - 1}"
        calls.append(f"  - {{from: part-{i}, to: {target}, via: grpc, timeout: 800ms, attempts: {1 + i % 3}}}")
    return "\n".join(["version: 1", "components:", *parts, "relationships:", *calls, ""])


@dataclass
class Case:
    name: str
    payload: bytes
    speaks: bool  # whether the hook has something to say on it
    counted_only: bool = False  # instructions are counted, and no time is taken
    topology: bool = False  # in a project with a topology of 200 components that is kept compiled already
    index: bool = False  # in a project whose shared resources are indexed already
    made: bool = False  # the file is as the edit leaves it


class Project:
    """A folder with the files as they are before the edits, and a state folder for each run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="distarch-bench-"))
        self.root = self.folder / "shop"
        self.planned = self.folder / "planned"
        self.states = 0
        for source, place in (("statement.before.py", "reports/statement.py"), ("consumer.before.go", "orders/consumer.go")):
            path = self.root / place
            path.parent.mkdir(parents=True)
            shutil.copyfile(HERE / "inputs" / source, path)
        shutil.copytree(self.root, self.planned)
        settings = self.planned / ".dist-architect"
        settings.mkdir()
        (settings / "topology.yaml").write_text(topology(200))
        # The shop by which the index is judged, with the two edited files beside it.
        self.indexed = self.folder / "indexed"
        shutil.copytree(self.root, self.indexed)
        shutil.copytree(ROOT / "tests" / "observers" / "shop", self.indexed, dirs_exist_ok=True)
        (self.indexed / ".git").mkdir()

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def event(self, tool: str, tool_input: dict, done: dict | None = None) -> bytes:
        record = {
            "session_id": SESSION,
            "transcript_path": str(self.folder / "transcript.jsonl"),
            "cwd": str(self.root),
            "prompt_id": "0b8f6a52-3c1d-4e7f-a9b0-6d2e5c4f1a37",
            "permission_mode": "acceptEdits",
            "effort": {"level": "high"},
            "hook_event_name": "PreToolUse" if done is None else "PostToolUse",
            "tool_name": tool,
            "tool_input": tool_input,
            "tool_use_id": "toolu_01VqkW3cN7RbYtH5sJ2xLmPd",
        }
        if done is not None:
            record["tool_response"] = done
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def edit(self, stem: str, suffix: str, place: str) -> bytes:
        before = (HERE / "inputs" / f"{stem}.before.{suffix}").read_text()
        after = (HERE / "inputs" / f"{stem}.after.{suffix}").read_text()
        old, new = changed_middle(before, after)
        assert 4_900 <= len(new.encode()) <= 5_500, f"{stem}: {len(new.encode())} bytes; the bench is about 5 KB edits"
        tool_input = {"file_path": str(self.root / place), "old_string": old, "new_string": new, "replace_all": False}
        return self.event("Edit", tool_input)

    def done(self, stem: str, suffix: str, place: str) -> bytes:
        """The same edit, made: the client tells the whole file before."""
        record = json.loads(self.edit(stem, suffix, place))
        before = (HERE / "inputs" / f"{stem}.before.{suffix}").read_text()
        return self.event("Edit", record["tool_input"], {"filePath": place, "originalFile": before, "structuredPatch": [], "userModified": False})

    def written(self, name: str, text: str) -> bytes:
        return self.event("Write", {"file_path": str(self.root / name), "content": text})

    def large_edit(self, suffix: str, part: str, name: str) -> bytes:
        """An Edit that shows 50 KB of a file and changes one place in the middle of it, as the small edit does."""
        before, after = ((HERE / "inputs" / f"{part}.{state}.{suffix}").read_text() for state in ("before", "after"))
        head, tail = repeated(after, 25_000, 0), repeated(after, 25_000, 100)
        old, new = head + before + tail, head + after + tail
        place = self.root / name
        place.write_text(old)
        tool_input = {"file_path": str(place), "old_string": old, "new_string": new, "replace_all": False}
        return self.event("Edit", tool_input)

    def cases(self) -> list[Case]:
        ordinary, consumer = ((HERE / "inputs" / name).read_text() for name in ("statement.after.py", "consumer.after.go"))
        return [
            Case("bash-event", self.event("Bash", {"command": "cargo test --quiet", "description": "Run the tests"}), False),
            Case("silent-edit", self.edit("statement", "py", "reports/statement.py"), False),
            Case("injecting-edit", self.edit("consumer", "go", "orders/consumer.go"), True),
            Case("silent-write-50kb", self.written("reports/year.py", repeated(ordinary, 50_000)), False),
            Case("silent-edit-50kb", self.large_edit("py", "statement", "reports/years.py"), False),
            Case("injecting-write-50kb", self.written("orders/consumers.go", repeated(consumer, 50_000)), True),
            Case("injecting-edit-50kb", self.large_edit("go", "consumer", "orders/all.go"), True),
            Case("write-1mb", self.written("reports/all.py", repeated(ordinary, 1_000_000)), False),
            Case("silent-edit-done", self.done("statement", "py", "reports/statement.py"), False, counted_only=True),
            Case("finding-edit-done", self.done("consumer", "go", "orders/consumer.go"), True, counted_only=True),
            Case("silent-edit-topology", self.moved(self.edit("statement", "py", "reports/statement.py")), False, counted_only=True, topology=True),
            Case("injecting-edit-topology", self.moved(self.edit("consumer", "go", "orders/consumer.go")), True, counted_only=True, topology=True),
            Case("silent-edit-index", self.moved(self.edit("statement", "py", "reports/statement.py"), self.indexed), False, counted_only=True, index=True),
            Case("status-edit-done", self.status(), True, counted_only=True, made=True),
            Case("status-edit-done-index", self.status(), True, counted_only=True, index=True, made=True),
        ]

    def moved(self, payload: bytes, to: Path | None = None) -> bytes:
        return payload.replace(str(self.root).encode(), str(to or self.planned).encode())

    def status(self) -> bytes:
        """The founding case: a worker that lost its store says that it is free, and a dispatcher acts on that."""
        pause = "            time.sleep(settings.PAUSE_SECONDS)\n            return\n"
        idle = '            self.redis.set(f"worker:{self.id}:status", "idle")\n'
        place = self.indexed / "worker/worker.py"
        tool_input = {"file_path": str(place), "old_string": pause, "new_string": idle + pause, "replace_all": False}
        return self.event("Edit", tool_input, {"filePath": str(place), "originalFile": place.read_text(), "structuredPatch": [], "userModified": False})

    def environment(self, case: Case | None = None) -> dict[str, str]:
        """A small, fixed environment with a state folder that no run had before: every injecting run is a first one."""
        self.states += 1
        state = self.folder / "state" / f"{self.states:05d}"
        state.mkdir(parents=True)
        return {
            "HOME": str(self.folder),
            "PATH": "/usr/bin:/bin",
            "CLAUDE_PROJECT_DIR": str(self.planned if case and case.topology else self.indexed if case and case.index else self.root),
            "CLAUDE_PLUGIN_DATA": str(state),
        }


def check_answer(case: Case, status: int, output: bytes) -> None:
    """A fast hook that says the wrong thing is no result."""
    if status != 0:
        sys.exit(f"error: {case.name}: the hook ended with status {status}")
    if not case.speaks and output:
        sys.exit(f"error: {case.name} should be silent, but the hook said: {output[:300]!r}")
    if case.speaks:
        text = json.loads(output)["hookSpecificOutput"]["additionalContext"]
        if not text.startswith("[distributed-architect]"):
            sys.exit(f"error: {case.name}: unexpected text: {text[:300]!r}")


def run_once(binary: Path, case: Case, project: Project, wrapper: list[str] | None = None) -> subprocess.CompletedProcess:
    environment = project.environment(case)
    if case.topology:
        # Another conversation, so that this one is told for the first time, by what is kept.
        subprocess.run([str(binary), "hook"], input=case.payload.replace(SESSION.encode(), b"before"), capture_output=True, env=environment, check=True)
    if case.index:
        subprocess.run([str(binary), "index", "--quiet", str(project.indexed)], capture_output=True, env=environment, check=True)
    command = [*(wrapper or []), str(binary), "hook"]
    with made(case):
        return subprocess.run(command, input=case.payload, capture_output=True, env=environment, check=False)


@contextmanager
def made(case: Case) -> Iterator[None]:
    """The file as the edit leaves it, where the case is one that was made; then as it was before."""
    if not case.made:
        yield
        return
    tool_input = json.loads(case.payload)["tool_input"]
    place = Path(tool_input["file_path"])
    before = place.read_text()
    place.write_text(before.replace(tool_input["old_string"], tool_input["new_string"]))
    try:
        yield
    finally:
        place.write_text(before)
