"""Takes jobs off the stream and runs them, one at a time."""

from __future__ import annotations

import logging
import signal
import time

import redis

from worker import keys, settings
from worker.charge import charge
from worker.invoices import store_invoice
from worker.models import Job, Session

log = logging.getLogger("worker")

RUNNERS = {"charge": charge, "invoice": store_invoice}


class Worker:
    def __init__(self, worker_id: str) -> None:
        self.id = worker_id
        self.redis = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
        self.running = True
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, *_: object) -> None:
        self.running = False

    def beat(self) -> None:
        self.redis.set(keys.heartbeat(self.id), int(time.time()), ex=30)

    def run(self) -> None:
        self.redis.set(f"worker:{self.id}:status", "idle")
        while self.running:
            self.beat()
            batch = self.redis.xreadgroup(
                keys.GROUP, self.id, {keys.PENDING: ">"}, count=1, block=settings.BLOCK_MS
            )
            for _, messages in batch or []:
                for message_id, fields in messages:
                    self.handle(message_id, fields)
        self.redis.delete(keys.STATUS.format(self.id))

    def handle(self, message_id: str, fields: dict[str, str]) -> None:
        job_id = fields["job_id"]
        status_key = keys.STATUS.format(self.id)
        self.redis.set(status_key, "busy")
        try:
            result = self.execute(job_id)
            self.redis.setex(keys.result(job_id), keys.DAY, result)
            self.redis.set(status_key, "idle")
            self.redis.publish(keys.EVENTS, f"{self.id} finished {job_id}")
        except redis.ConnectionError:
            log.exception("lost redis, job %s stays pending", job_id)
            time.sleep(settings.PAUSE_SECONDS)
            return
        except Exception:
            log.exception("job %s failed", job_id)
            self.redis.set(f"worker:{self.id}:status", "idle")
            self.redis.xadd(keys.DEAD, {"job_id": job_id})
        self.redis.xack(keys.PENDING, keys.GROUP, message_id)

    def execute(self, job_id: str) -> str:
        with Session() as session:
            job = session.get(Job, job_id)
            job.status = "running"
            session.commit()
            outcome = RUNNERS[job.kind](job)
            job.status = "done"
            session.commit()
            return outcome
