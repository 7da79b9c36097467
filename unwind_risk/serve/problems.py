"""What goes wrong, as a browser or a program is told: the desk's words, never a traceback."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from engine.errors import BusyError, FileFaults, InputError, RiskError
from unwind_risk.serve.pages import page_text

LOG = logging.getLogger("unwind_risk.serve")
MEDIA_TYPE = "application/problem+json"  # RFC 9457
UNEXPECTED = "Something unexpected went wrong; the server's own log says what."


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that went wrong with a request."""

    status: int
    title: str
    detail: str
    errors: tuple[Mapping[str, Any], ...] = ()  # of a file: line, where and message
    headers: Mapping[str, str] = field(default_factory=dict)


def problem_of(error: RiskError) -> Problem:
    """Return an error of the engine as a problem: a bad input, a temporary lack, or a run that failed."""
    if isinstance(error, FileFaults):
        faults = tuple(asdict(each) for each in error.faults)
        return Problem(status=422, title="errors in the input", detail=str(error), errors=faults)
    if error.exit_code == InputError.exit_code:  # a constraint that no mix keeps to is one, too
        return Problem(status=422, title="bad input", detail=str(error))
    if isinstance(error, BusyError):
        return Problem(status=503, title="busy", detail=str(error), headers={"Retry-After": "2"})
    return Problem(status=500, title="the run failed", detail=str(error))


def problem_response(problem: Problem, *, wants_page: bool) -> Response:
    """Return a problem as a page or as problem JSON."""
    if wants_page:
        text = page_text("problem.html", problem=problem, view="")
        return HTMLResponse(text, status_code=problem.status, headers=dict(problem.headers))
    body = {"title": problem.title, "status": problem.status, "detail": problem.detail}
    if problem.errors:
        body["errors"] = [*problem.errors]
    return JSONResponse(body, problem.status, media_type=MEDIA_TYPE, headers=dict(problem.headers))


def wants_page(request: Request) -> bool:
    """Return whether a request is a browser's for a page, not a program's for figures."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def add_handlers(app: FastAPI) -> None:
    """Answer every failure with a problem."""

    def answered(request: Request, problem: Problem) -> Response:
        return problem_response(problem, wants_page=wants_page(request))

    @app.exception_handler(RiskError)
    async def _(request: Request, error: RiskError) -> Response:
        return answered(request, problem_of(error))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        return answered(request, Problem(status=error.status_code, title=str(error.detail).lower(), detail=""))

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        told = tuple({"where": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors())
        detail = "; ".join(f"{each['where']}: {each['message']}" for each in told)
        return answered(request, Problem(status=422, title="bad request", detail=detail, errors=told))

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> Response:
        LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answered(request, Problem(status=500, title="unexpected error", detail=UNEXPECTED))
