"""Sums up the invoices of a day; started by the cluster every night."""

import logging
import os

from sqlalchemy import text

from worker import settings
from worker.invoices import s3
from worker.models import Session

log = logging.getLogger("worker.report")
DAYS = int(os.getenv("REPORT_DAYS", "1"))


def main() -> None:
    with Session() as session:
        rows = session.execute(
            text("SELECT i.path, i.state FROM invoices i JOIN orders o ON o.id = i.order_id WHERE o.status = 'PAID' AND i.state = 'stored'")
        ).all()
    total = 0
    for path, state in rows:
        head = s3.head_object(Bucket=settings.INVOICE_BUCKET, Key=path)
        total += head["ContentLength"]
        log.info("report: %s is %s", path, state)
    s3.put_object(Bucket=settings.INVOICE_BUCKET, Key=f"reports/{DAYS}.txt", Body=str(total).encode())


if __name__ == "__main__":
    main()
