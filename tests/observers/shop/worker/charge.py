"""Charges a card, settles the order, tells the others."""

import json

import grpc
import requests
from confluent_kafka import Producer
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from shop import inventory_pb2, inventory_pb2_grpc
from worker import settings
from worker.models import Job

http = requests.Session()
http.mount(settings.ORDERS_URL, HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.2)))

producer = Producer({"bootstrap.servers": settings.KAFKA_BROKERS, "enable.idempotence": True})
inventory = inventory_pb2_grpc.InventoryStub(grpc.insecure_channel(settings.INVENTORY_ADDR))


def charge(job: Job) -> str:
    order_id = job.payload["order_id"]
    order = http.get(f"{settings.ORDERS_URL}/api/orders/{order_id}", timeout=2).json()
    if order["status"] != "PENDING":
        return f"order {order_id} is settled already"

    stock = inventory.GetStock(inventory_pb2.StockQuery(sku=order["sku"]), timeout=1.5)
    if stock.available < 1:
        http.post(f"{settings.ORDERS_URL}/api/orders/{order_id}/cancel", timeout=2)
        return "sold out"

    settled = {"order_id": order_id, "amount_cents": order["total_cents"], "method": "card"}
    producer.produce(settings.PAYMENTS_TOPIC, key=order_id, value=json.dumps(settled))
    producer.flush(5)
    return f"charged {order['total_cents']}"
