"""The HTTP side of the dispatcher."""

import uuid

import psycopg
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

from dispatcher.assign import store
from dispatcher.config import settings

router = APIRouter(prefix="/dispatch")


class NewJob(BaseModel):
    kind: str
    payload: dict
    status: str = "draft"


@router.post("/jobs", status_code=202)
def create_job(job: NewJob) -> dict:
    job_id = str(uuid.uuid4())
    with psycopg.connect(settings.database_url) as connection:
        connection.execute(
            "INSERT INTO jobs (id, kind, payload, status) VALUES (%s, %s, %s, 'queued')",
            (job_id, job.kind, psycopg.types.json.Jsonb(job.payload)),
        )
    return {"id": job_id, "status": "queued"}


@router.get("/jobs/{job_id}")
def show_job(job_id: str) -> dict:
    result = store.get("job:result:" + job_id)
    if result is None:
        raise HTTPException(404, "no result yet")
    return {"id": job_id, "result": result}


@router.delete("/workers/{worker_id}")
def forget_worker(worker_id: str) -> None:
    store.delete(f"worker:{worker_id}:status", f"worker:{worker_id}:heartbeat")


app = FastAPI()
app.include_router(router)


@app.get("/healthz")
def health() -> dict:
    return {"status": "ok"}
