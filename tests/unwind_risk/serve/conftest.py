"""A record of one small night, and the server over it in this process."""

import asyncio
import shutil
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from engine.analysis.whatif import kept_pnl
from engine.batch.blocks.workers import ThisProcess
from engine.batch.night import run_batch
from engine.batch.one_run import How
from engine.inputs.batch import read_batch
from engine.inputs.market.load import bundled_market_path
from engine.sharing.stop import Stop

pytest.importorskip("fastapi", reason="needs the extra `serve`")
httpx = pytest.importorskip("httpx", reason="asks the server")

DATE = "2025-05-28"
TOKEN = "t" * 40
BASE = "http://127.0.0.1:8750"
BOOK = (
    "position_id,book,kind,currency,notional,coupon,maturity\n"
    "J20,jgb,JGB,JPY,5000000000,0.02,2045-03-20\n"
    "U10,ust,UST,USD,30000000,0.0425,2035-05-15\n"
)
TRADES = "position_id,kind,currency,notional,coupon,maturity\nS,JGB,JPY,-5000000000,0.02,2045-03-20\n"
BATCH = """
out = "record"
market = "{market}"
date = 2025-05-28
[[books]]
path = "book.csv"
[[runs]]
name = "ten-days"
scenario = ["base", "april-2025"]
paths = 4_000
confidence = 0.99
backend = "numba"
by = ["position", "factor"]
[[limits]]
name = "VaR of base"
measure = "VaR"
confidence = 0.99
scope = "total"
scenario = "base"
amount = 1e6
"""


def ignore(*_: object) -> None:
    """What a batch says while it works."""


@pytest.fixture(scope="package")
def night(tmp_path_factory) -> Path:
    """The folder of a batch whose night is recorded."""
    folder = tmp_path_factory.mktemp("serve")
    (folder / "book.csv").write_text(BOOK)
    (folder / "nightly.toml").write_text(BATCH.format(market=bundled_market_path()))
    how = How(workers=ThisProcess(), share=None, again=False, stop=Stop(), say=ignore, progress=ignore)
    run_batch(read_batch(folder / "nightly.toml"), how)
    return folder


class Browser:
    """Asks a server in this process, as a program with the token unless it is a stranger."""

    def __init__(self, record: Path, *, work: Path | None = None, is_stranger: bool = False) -> None:
        from unwind_risk.serve.app import make_app  # here, so that without the extra the tests are skipped
        from unwind_risk.serve.settings import ServeSettings

        settings = ServeSettings(record=record, work=work, token=TOKEN)
        self.record = record
        self._loop = asyncio.new_event_loop()
        headers = {} if is_stranger else {"Authorization": f"Bearer {settings.token}"}
        transport = httpx.ASGITransport(make_app(settings), raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)

    def request(self, method: str, path: str, **more: Any) -> "httpx.Response":
        """Ask, and wait for the answer."""
        return self._loop.run_until_complete(self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> "httpx.Response":
        """Read."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> "httpx.Response":
        """Post."""
        return self.request("POST", path, **more)

    def close(self) -> None:
        """Go."""
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


@pytest.fixture(scope="package")
def asked(night):
    """The server, asked as a program with the token."""
    browser = Browser(night / "record", work=night / "work")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_pnl, "cache_folder", lambda: night / "kept" / "books")
        yield browser
    browser.close()


@pytest.fixture
def copied(night, tmp_path):
    """The server over a copy of the record, which a test may change; it saves nothing."""
    shutil.copytree(night / "record", tmp_path / "record")
    browser = Browser(tmp_path / "record")
    yield browser
    browser.close()


@pytest.fixture
def stranger(night):
    """A browser without a token."""
    browser = Browser(night / "record", is_stranger=True)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def listening(night):
    """The address of a server that listens in a thread of this process."""
    import uvicorn

    from unwind_risk.serve.app import make_app
    from unwind_risk.serve.settings import ServeSettings

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    settings = ServeSettings(record=night / "record", port=listener.getsockname()[1], token=TOKEN)
    server = uvicorn.Server(uvicorn.Config(make_app(settings), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield settings.address
    server.should_exit = True
    thread.join()
    listener.close()
