"""One dispatcher at a time assigns; the others wait for the lease."""

import asyncio
import logging
import time

import nats
import psycopg
from apscheduler.schedulers.background import BackgroundScheduler

from dispatcher.assign import assign_next, store
from dispatcher.config import LEADER, LEADER_TTL, settings

log = logging.getLogger("dispatcher.leader")
scheduler = BackgroundScheduler()


@scheduler.scheduled_job("cron", minute="*/5")
def requeue_stale() -> None:
    with psycopg.connect(settings.database_url) as connection:
        done = connection.execute(
            "UPDATE jobs SET status = 'queued' WHERE status = 'assigned' "
            "AND created_at < now() - make_interval(secs => %s)",
            (settings.stale_after_seconds,),
        )
        log.info("update of stale jobs set %s back to queued", done.rowcount)


async def on_low_stock(message) -> None:
    sku = message.data.decode()
    store.sadd("dispatch:held-skus", sku)


async def listen() -> None:
    connection = await nats.connect(settings.nats_url)
    await connection.subscribe("stock.low", queue="dispatchers", cb=on_low_stock)


def main() -> None:
    scheduler.start()
    asyncio.run(listen())
    while True:
        lease = store.lock(LEADER, timeout=LEADER_TTL, blocking_timeout=LEADER_TTL)
        if not lease.acquire():
            continue
        try:
            with psycopg.connect(settings.database_url) as connection:
                while lease.owned() and assign_next(connection):
                    lease.reacquire()
                time.sleep(0.5)
        finally:
            lease.release()
