"""Names in Redis. The dispatcher and the page read some of them."""

STATUS = "worker:{}:status"
HEARTBEAT = "worker:{}:heartbeat"
RESULT_PREFIX = "job:result:"

PENDING = "jobs:pending"
DEAD = "jobs:dead"
GROUP = "workers"

EVENTS = "workers.events"

DAY = 24 * 60 * 60


def heartbeat(worker_id: str) -> str:
    return HEARTBEAT.format(worker_id)


def result(job_id: str) -> str:
    return RESULT_PREFIX + job_id
