"""Everything that differs between places comes from the environment."""

import os

REDIS_URL = os.environ["REDIS_URL"]
DATABASE_URL = os.environ["DATABASE_URL"]
KAFKA_BROKERS = os.getenv("KAFKA_BROKERS", "localhost:9092")
ORDERS_URL = os.getenv("ORDERS_URL", "http://localhost:8080")
INVENTORY_ADDR = os.getenv("INVENTORY_ADDR", "localhost:50051")

INVOICE_BUCKET = "shop-invoices"
INVOICE_PREFIX = "invoices/"

PAYMENTS_TOPIC = "payments.settled"

LOG_LEVEL = os.getenv("LOG_LEVEL", "INFO")
CONCURRENCY = int(os.getenv("WORKER_CONCURRENCY", "1"))
BLOCK_MS = 5_000

# The loop asks for work again after this pause when Redis does not answer.
PAUSE_SECONDS = 2.0
