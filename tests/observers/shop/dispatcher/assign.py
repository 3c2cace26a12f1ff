"""Hands a queued job to a worker that has nothing to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import psycopg
import redis
from UnleashClient import UnleashClient

from dispatcher.config import FAIR_DISPATCH, STREAM, TAKE_QUEUED, settings

log = logging.getLogger("dispatcher.assign")

store = redis.Redis.from_url(settings.redis_url, decode_responses=True)
flags = UnleashClient(url=settings.unleash_url, app_name="dispatcher")
recent: dict[str, int] = {}


def workers() -> Iterator[str]:
    for key in store.scan_iter("worker:*:status"):
        yield key.split(":")[1]


def assign_next(connection: psycopg.Connection) -> str | None:
    with connection.transaction(), connection.cursor() as cursor:
        row = cursor.execute(TAKE_QUEUED).fetchone()
        if row is None:
            return None
        job_id, kind, payload = row
        worker = first_idle()
        if worker is None:
            log.warning("no idle worker, job %s waits", job_id)
            return None
        cursor.execute(
            "UPDATE jobs SET status = 'assigned', attempts = attempts + 1 WHERE id = %s",
            (job_id,),
        )
    store.xadd(STREAM, {"job_id": job_id, "worker": worker, "payload": json.dumps(payload)})
    recent[worker] = recent.get(worker, 0) + 1
    return worker


def first_idle() -> str | None:
    candidates = list(workers())
    if flags.is_enabled(FAIR_DISPATCH):
        candidates.sort(key=lambda worker: recent.get(worker, 0))
    for worker in candidates:
        # The heartbeat tells a dead worker from one that waits.
        if not store.exists(f"worker:{worker}:heartbeat"):
            continue
        if store.get(f"worker:{worker}:status") == "idle":
            return worker
    return None
