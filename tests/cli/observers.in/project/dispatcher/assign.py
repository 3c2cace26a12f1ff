import redis

store = redis.Redis(host="redis")


def first_idle():
    for key in store.scan_iter("worker:*:status"):
        worker_id = key.split(":")[1]
        if store.get(f"worker:{worker_id}:status") == "idle":
            return worker_id
    return None


def listen():
    events = store.pubsub()
    events.subscribe("jobs.done")
    return events
