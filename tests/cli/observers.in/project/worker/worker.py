import logging

import redis

log = logging.getLogger("worker")
store = redis.Redis(host="redis")


def handle(worker_id, job):
    store.set(f"worker:{worker_id}:status", "busy")
    try:
        job.run()
    except Exception:
        log.exception("job failed")
        store.set(f"worker:{worker_id}:status", "idle")
    store.publish("jobs.done", job.id)
