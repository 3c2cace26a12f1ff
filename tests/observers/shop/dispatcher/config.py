"""Settings of the dispatcher, read once."""

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    redis_url: str = "redis://localhost:6379/0"
    database_url: str = "postgresql://localhost/shop"
    nats_url: str = "nats://localhost:4222"
    unleash_url: str = "http://localhost:4242/api"
    stale_after_seconds: int = 120
    log_level: str = "INFO"


settings = Settings()

LEADER = "lease:dispatcher-leader"
LEADER_TTL = 15

STREAM = "jobs:pending"
FAIR_DISPATCH = "fair-dispatch"

TAKE_QUEUED = """
    SELECT id, kind, payload
    FROM jobs
    WHERE status = 'queued'
    ORDER BY created_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
"""
