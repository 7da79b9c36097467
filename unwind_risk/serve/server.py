"""The server: it listens, and says where."""

import errno
import socket
from collections.abc import Callable

import uvicorn

from engine.errors import BusyError, InputError
from unwind_risk.serve.app import make_app
from unwind_risk.serve.settings import ServeSettings

MOST_REQUESTS = 256  # at once; more are told to come back
PATIENCE_S = 5  # for requests in hand, when it is stopped


def run_server(settings: ServeSettings, say: Callable[[str], None], *, brought: bool) -> None:
    """Serve until it is interrupted.

    say       is called with the address; with the token in it where it is not the user's own
    brought   the token is the user's own

    Raises
    ------
    InputError
        The address is none of this machine's, or the certificate cannot be read.
    BusyError
        Another process listens there.
    """
    listener = _listener(settings)
    config = uvicorn.Config(
        make_app(settings),
        access_log=False,  # addresses may hold the token
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # what a proxy says of the browser is not needed, and might be made up
        limit_concurrency=MOST_REQUESTS,
        timeout_graceful_shutdown=PATIENCE_S,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        h11_max_incomplete_event_size=16_384,
    )
    try:
        config.load()
    except OSError as error:
        raise InputError(f"--tls-certificate, --tls-key: cannot be read: {error}") from None
    say(f"{settings.address}/{'' if brought else f'?token={settings.token}'}")
    say("open the address in a browser on this machine; Ctrl-C ends it" if settings.is_local else "Ctrl-C ends it")
    uvicorn.Server(config).run(sockets=[listener])


def _listener(settings: ServeSettings) -> socket.socket:
    """Return a socket that is bound before anything is said. Raises InputError or BusyError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((settings.host.strip("[]"), settings.port))
    except OSError as error:
        found.close()
        where = f"{settings.host}:{settings.port}"
        if error.errno == errno.EADDRINUSE:
            raise BusyError(f"--port: another process listens on {where}; stop it, or choose another port") from None
        raise InputError(f"--host: cannot listen on {where}: {error.strerror or error}") from None
    return found
