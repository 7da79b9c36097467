"""The server as it listens: an address that is taken; twenty users for a minute; a second for candidate trades."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.errors import BusyError
from tests.unwind_risk.serve.conftest import TOKEN, TRADES

httpx = pytest.importorskip("httpx", reason="asks the server")

USERS, SECONDS = 20, 60.0
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
CALLS = ("/", "/explain", "/explain?at=jgb", "/whatif", "/records", "/backtest", "/api/runs", "/api/night/last")


def test_an_address_that_is_taken_is_refused_before_anything_is_said(night):
    from unwind_risk.serve.server import run_server
    from unwind_risk.serve.settings import ServeSettings

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = ServeSettings(record=night / "record", port=taken.getsockname()[1], token=TOKEN)
        with pytest.raises(BusyError, match="another process listens on"):
            run_server(settings, pytest.fail, brought=True)


@pytest.mark.slow
def test_twenty_users_for_a_minute_meet_no_error(listening):
    """Each asks for pages, one after another, and tries trades of a size of its own, so that no answer is shared."""
    ends, lock, answers = time.monotonic() + SECONDS, threading.Lock(), []

    def use(user: int) -> None:
        with httpx.Client(base_url=listening, headers=HEADERS, timeout=90.0) as client:
            i = 0
            while time.monotonic() < ends:
                i += 1
                found = [client.get(CALLS[(user + i) % len(CALLS)])]
                found.append(
                    client.post("/api/whatif", json={"trades": TRADES, "sizes": {"S": 1 + (user * 47 + i) % 900}})
                )
                with lock:
                    answers.extend(each.status_code for each in found)

    with ThreadPoolExecutor(USERS) as pool:
        for done in [pool.submit(use, user) for user in range(USERS)]:
            done.result()
    assert {*answers} == {200}
    assert len(answers) > 2 * USERS


def test_a_user_who_was_shown_the_token_is_let_in_and_no_other(listening):
    assert httpx.get(listening).status_code == 401
    assert httpx.get(f"{listening}/?token={TOKEN}", follow_redirects=True).status_code == 200
