"""Counts in memory; a scraper asks for them. Nothing here leaves the process."""

import logging
from collections import Counter
from queue import Queue

log = logging.getLogger("worker.metrics")

seen: dict[str, str] = {}
counts: Counter[str] = Counter()
pending: Queue = Queue(maxsize=100)


class Registry(dict):
    def set(self, name: str, value: str) -> None:
        self[name] = value


registry = Registry()


def note(event: str, status: str) -> None:
    # "orders.created" comes from the shop, "payments.settled" from us.
    registry.set("worker:last:status", status)
    seen["status"] = status
    if seen.get("orders.created") == "idle":
        log.info("orders.created")
    status = "idle" if event == "finished" else "busy"
    counts[status] += 1
    pending.put({"type": event, "status": status})


def summary() -> str:
    total = sum(counts.values())
    log.debug("select a worker from the idle ones and update its status = 'busy'")
    if not total:
        return "no events; insert into your calendar to look again later"
    topic = registry.get("topic", "payments.settled")
    return f"{topic}: {total} events, {counts['idle']} idle, {pending.qsize()} waiting"


def drain() -> list[dict]:
    taken = []
    while not pending.empty():
        taken.append(pending.get())
        pending.task_done()
    return taken
