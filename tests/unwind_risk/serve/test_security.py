"""Who may ask: the token, the host's name, pages of others that post, sizes, headers, what a browser must not do."""

import pytest

from tests.unwind_risk.serve.conftest import BASE, DATE, TOKEN
from unwind_risk.serve.security import MOST_BYTES

OWN = {"Origin": BASE}


def test_nothing_is_shown_without_the_token_files_of_pages_included(stranger):
    for path in ("/", "/api/runs", "/static/style.css", "/api/openapi.json", "/nothing", "/?token=", "/?token=guess"):
        assert stranger.get(path).status_code == 401
    for header in ("Bearer", "Bearer ", "Bearer guess", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN):
        assert stranger.get("/", headers={"Authorization": header}).status_code == 401


def test_a_probe_learns_that_the_server_answers_and_nothing_else(stranger):
    for headers in ({}, {"Host": "10.1.2.3:8750"}):
        answer = stranger.get("/healthz", headers=headers)
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert stranger.post("/healthz").status_code == 401
    assert stranger.get("/healthz/").status_code == 401


def test_the_token_of_an_address_becomes_a_cookie_that_scripts_and_other_sites_never_see(stranger):
    opened = stranger.get(f"/explain?by=book&token={TOKEN}")
    assert (opened.status_code, opened.headers["location"]) == (303, "/explain?by=book")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert stranger.get("/api/runs").status_code == 200


def test_an_address_of_two_slashes_leads_to_no_other_host(stranger):
    assert stranger.get(f"{BASE}//example.com/?token={TOKEN}").headers["location"].startswith("/example.com")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:8750", ""])
def test_a_name_that_was_led_here_from_outside_is_refused(asked, host):
    assert asked.get("/api/runs", headers={"Host": host}).status_code == 421
    assert asked.get(f"/?token={TOKEN}", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8751", "https://127.0.0.1:8750"])
def test_a_form_of_another_page_is_refused_though_the_browser_has_the_cookie(stranger, origin):
    stranger.get(f"/?token={TOKEN}")
    assert stranger.post("/records/verify", headers={"Origin": origin}).status_code == 403
    assert stranger.post("/records/verify").status_code == 403  # a browser always says where a post comes from
    assert stranger.post("/records/verify", headers=OWN).status_code == 200


def test_what_is_too_large_is_refused_whether_it_says_so_or_not(asked):
    assert asked.post("/api/fan", content=b"x" * (MOST_BYTES + 1)).status_code == 413
    assert asked.post("/api/fan", content=b"", headers={"Content-Length": "-1"}).status_code == 413
    assert asked.get("/?" + "x" * 9000).status_code == 414


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_nothing_but_reading_and_posting_is_known(asked, method):
    assert asked.request(method, "/").status_code == 405


@pytest.mark.parametrize("path", ["/", "/api/runs", "/static/serve.js", "/nothing"])
def test_every_answer_forbids_a_browser_to_ask_elsewhere(asked, path):
    headers = asked.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    wanted = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin"}
    assert {key: headers[key] for key in wanted} == wanted
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


@pytest.mark.parametrize(
    "day", ["..%2f..%2fetc", "../../etc/passwd", "2025-05-28/../..", "%00", "2025-13-01", "valuation_date=2025-05-28"]
)
def test_a_date_is_a_date_and_never_a_path(asked, day):
    answered = asked.get(f"/api/night/{day}")
    assert answered.status_code in (404, 422)
    assert "root:" not in answered.text
    assert asked.get("/", params={"night": day, "run": "../x"}).status_code == 422
    assert asked.get("/", params={"night": DATE, "run": "../x"}).status_code == 422


def test_folders_are_not_listed_and_nothing_beside_the_pages_files_is_served(asked):
    for path in ("/static/", "/static/vendor", "/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"):
        assert asked.get(path).status_code == 404
