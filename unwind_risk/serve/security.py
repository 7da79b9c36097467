"""Who may ask what: every request passes here before anything else looks at it.

Host against names that were resolved to this machine from outside (DNS rebinding), a token against everybody else,
Origin against pages of others that post (CSRF), a size against bodies without an end, headers against what a browser
would do on its own.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unwind_risk.serve.problems import Problem, problem_response
from unwind_risk.serve.settings import ServeSettings

MOST_BYTES = 2**20  # of a request's body
MOST_QUERY = 8_192  # characters of an address behind its question mark
WRITES = frozenset(("POST",))
METHODS = frozenset(("GET", "HEAD", *WRITES))
HEALTH = "/healthz"  # for whoever runs this server: asks for no token and no name, and says nothing of any record
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would not say where a form comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


class Guard:
    """The application behind its checks."""

    def __init__(self, app: ASGIApp, settings: ServeSettings) -> None:
        self.app = app
        self.settings = settings
        # The cookie is made of the token and is not the token: who reads a cookie cannot ask as a program.
        self.session = hmac.new(settings.token.encode(), b"unwind session", sha256).hexdigest()
        self.cookie = f"unwind_{settings.port}"  # browsers keep cookies by host, whatever the port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no other protocol is spoken
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        answer = _health(scope) or self._first_open(scope, headers) or self._refusal(scope, headers)
        sends = _with_headers(send, self.settings)
        if answer is not None:
            await answer(scope, receive, sends)
            return
        await self.app(scope, _bounded(receive), sends)

    def _first_open(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """Take the token of an address, leave a cookie, and go on without it, so that no history keeps it."""
        if scope["method"] != "GET" or headers.get("host", "").lower() not in self.settings.hosts:
            return None
        query = parse_qsl(scope["query_string"][:MOST_QUERY].decode("latin-1"), keep_blank_values=True)
        given = [value for key, value in query if key == "token"]
        if not given or not self._is_token(given[0]):
            return None
        rest = urlencode([(key, value) for key, value in query if key != "token"])
        path = "/" + scope["path"].lstrip("/")  # two slashes would name another host
        found = RedirectResponse(f"{path}?{rest}" if rest else path, status_code=303)
        found.set_cookie(
            self.cookie, self.session, httponly=True, samesite="strict", secure=self.settings.is_secure, path="/"
        )
        return found

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> Response | None:
        """Return why a request is refused; None where it is not."""
        found = self._wrong(scope, headers)
        return None if found is None else problem_response(found, wants_page=_wants_page(headers))

    def _wrong(self, scope: Scope, headers: Mapping[str, str]) -> Problem | None:
        if headers.get("host", "").lower() not in self.settings.hosts:
            return Problem(status=421, title="wrong host", detail="This server is not the host that was asked for.")
        if scope["method"] not in METHODS:
            return Problem(status=405, title="method not allowed", detail="Pages and figures are read, forms posted.")
        if len(scope["query_string"]) > MOST_QUERY:
            return Problem(status=414, title="address too long", detail=f"At most {MOST_QUERY:,} characters.")
        if not self._is_known(headers):
            detail = "Open the address that `unwind serve` printed, token included; a program sends it as a Bearer."
            return Problem(status=401, title="no token", detail=detail)
        if scope["method"] in WRITES and not self._is_own_page(headers):
            detail = "A form or script of another page was refused; post from this server's own pages."
            return Problem(status=403, title="another page", detail=detail)
        return _too_large(headers)

    def _is_known(self, headers: Mapping[str, str]) -> bool:
        if self._is_bearer(headers):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return False
        return cookie is not None and hmac.compare_digest(cookie.value.encode(), self.session.encode())

    def _is_bearer(self, headers: Mapping[str, str]) -> bool:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._is_token(given.strip())

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.settings.token.encode())

    def _is_own_page(self, headers: Mapping[str, str]) -> bool:
        """Return whether a post comes from a page of this server, or from a program, which no page can speak for."""
        if (origin := headers.get("origin")) is not None:
            return origin.lower() in self.settings.origins
        return self._is_bearer(headers)


def _health(scope: Scope) -> Response | None:
    """Say that the server answers, to a probe that asks for that alone."""
    is_asked = scope["path"] == HEALTH and scope["method"] in ("GET", "HEAD")
    return PlainTextResponse("ok\n") if is_asked else None


def _too_large(headers: Mapping[str, str]) -> Problem | None:
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) <= MOST_BYTES:
        return None
    return Problem(status=413, title="too large", detail=f"At most {MOST_BYTES:,} bytes are taken at once.")


def _bounded(receive: Receive) -> Receive:
    """Count a body that comes in pieces; what is too long ends as if the other side had gone."""
    taken = 0

    async def receive_some() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= MOST_BYTES else {"type": "http.disconnect"}

    return receive_some


def _with_headers(send: Send, settings: ServeSettings) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*_added(message["headers"], settings)]
        await send(message)

    return send_with


def _added(headers: Any, settings: ServeSettings) -> Any:
    """Yield a response's headers, and those of `HEADERS` that it has not of its own."""
    present = {key.decode("latin-1").lower() for key, _ in headers}
    yield from ((key, value) for key, value in headers if key.lower() != b"server")
    wanted = {"Content-Security-Policy": CONTENT_POLICY, **HEADERS}
    if settings.certificate is not None:
        wanted["Strict-Transport-Security"] = "max-age=31536000"
    for key, value in wanted.items():
        if key.lower() not in present:
            yield key.encode(), value.encode()


def _wants_page(headers: Mapping[str, str]) -> bool:
    return "text/html" in headers.get("accept", "")
