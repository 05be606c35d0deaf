"""What operators measure."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service import examples, metrics
from service.access import allowed
from service.dependencies import TheSettings, TheStore, TheWork
from service.openapi import OF_STORE, of_type, refusals

router = APIRouter()


@router.get(
    "/metrics",
    operation_id="read_metrics",
    summary="Metrics",
    dependencies=[Depends(allowed)],
    response_class=PlainTextResponse,
    responses=of_type("text/plain", examples.METRICS, "Prometheus' text format") | refusals(*OF_STORE),
)
async def read_metrics(work: TheWork, store: TheStore, settings: TheSettings) -> Response:
    """Counts and times of this server's requests, and how the runs of all machines stand. Nobody is named."""
    told = await work.at_desk(metrics.exposition, store, settings.worker_seconds)
    return Response(told, media_type=CONTENT_TYPE_LATEST)
