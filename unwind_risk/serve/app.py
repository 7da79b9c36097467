"""The application: views behind the guard, with the files that pages need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from unwind_risk import __version__
from unwind_risk.serve.problems import add_handlers
from unwind_risk.serve.record_state import RecordState
from unwind_risk.serve.security import Guard
from unwind_risk.serve.settings import ServeSettings
from unwind_risk.serve.state import ServeState
from unwind_risk.serve.views import backtest, explain, hedge, paths, records, scenarios, tonight, whatif

VIEWS = (tonight, explain, paths, whatif, hedge, scenarios, backtest, records)
OPENAPI = "/api/openapi.json"


def make_app(settings: ServeSettings) -> ASGIApp:
    """Return the application of a server, which answers nobody who does not pass the guard."""
    state = ServeState(settings=settings, record=RecordState(settings.record))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        state.warm()
        yield
        state.work.close()

    app = FastAPI(
        title="unwind",
        version=__version__,
        summary="A record of market risk: its figures, and what would change them, as the commands' JSON.",
        openapi_url=OPENAPI,
        docs_url=None,  # its page would load from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.serve = state
    for view in VIEWS:
        app.include_router(view.ROUTER)
    app.add_route("/palette.css", _palette, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(str(files("unwind_risk.serve") / "static"))))
    add_handlers(app)
    return Guard(app, settings)


async def _palette(request: Request) -> Response:
    """Return the report's colours, which these pages share."""
    style = (files("engine.report") / "templates" / "palette.css").read_text(encoding="utf-8")
    return Response(style, media_type="text/css")
