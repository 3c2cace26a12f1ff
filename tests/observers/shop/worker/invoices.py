"""Writes invoices to the bucket and remembers where they lie."""

import boto3

from worker import settings
from worker.models import Invoice, Job, Session

s3 = boto3.client("s3")


def store_invoice(job: Job) -> str:
    order_id = job.payload["order_id"]
    key = f"{settings.INVOICE_PREFIX}{order_id}.pdf"
    s3.put_object(Bucket=settings.INVOICE_BUCKET, Key=key, Body=render(job))
    with Session() as session:
        session.add(Invoice(order_id=order_id, path=key, state="stored"))
        session.commit()
    return key


def drop_invoice(order_id: str) -> None:
    key = f"{settings.INVOICE_PREFIX}{order_id}.pdf"
    s3.delete_object(Bucket=settings.INVOICE_BUCKET, Key=key)
    with Session() as session:
        session.query(Invoice).filter(Invoice.order_id == order_id).update({"state": "void"})
        session.commit()


def render(job: Job) -> bytes:
    lines = [f"Invoice for {job.payload['order_id']}"]
    for line in job.payload.get("lines", []):
        lines.append(f"{line['sku']} x {line['quantity']}")
    return "\n".join(lines).encode()
