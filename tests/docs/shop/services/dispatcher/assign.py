import redis

store = redis.Redis(host="redis")


def first_idle(workers):
    for worker in workers:
        if store.get(f"worker:{worker}:status") == "idle":
            return worker
    return None
