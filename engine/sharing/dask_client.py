"""A connection to a dask cluster. The only module that imports dask's `distributed`.

Against a worker that means ill no check of its work helps: dask executes what its peers send, and only TLS says who
they are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from engine.errors import BusyError, InputError
from engine.sharing.worker_facts import DifferentWorkerError, Facts, differences, worker_facts

SECURE = ("tls", "wss")
CONNECT_S = 20.0


@contextmanager
def dask_client(address: str, *, insecure: bool, say: Callable[[str], None]) -> Iterator[Any]:
    """Connect to a scheduler.

    Parameters
    ----------
    address : "tls://host:8786"; certificates are those of dask's own configuration (DASK_DISTRIBUTED__COMM__TLS__...)
    insecure : allow a plain connection to another machine

    Raises
    ------
    InputError
        A plain address of another machine, no `distributed` here, or TLS without its certificates.
    BusyError
        No scheduler answers.
    """
    check_address(address, insecure=insecure)
    if _scheme(address) not in SECURE:
        say(
            f"warning: the connection to {address} is neither encrypted nor authenticated, and dask executes what its "
            "peers send: whoever reaches its ports, users of this machine included, can run programs here and there"
        )
    try:
        from distributed import Client, Security
    except ImportError:
        raise InputError("--dask needs dask's distributed: pip install 'unwind-risk[dask]'") from None
    security = _security(Security) if _scheme(address) in SECURE else None
    try:
        connect: Any = Client
        client: Any = connect(address, security=security, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise BusyError(f"no scheduler answers at {address}: {error}; start again when it is there") from None
    try:
        yield client
    finally:
        try:
            client.close(timeout=5)
        except Exception as error:  # the work is done, or stopped: a scheduler that is gone changes neither
            say(f"the connection to {address} was not closed: {error!r}")


def check_address(address: str, *, insecure: bool) -> None:
    """Refuse to send positions in the clear to another machine. Raises InputError."""
    host = urlsplit(address if "://" in address else f"tcp://{address}").hostname
    if not host:
        raise InputError(f"--dask must be a scheduler's address such as tls://host:8786, got {address!r}")
    if _scheme(address) in SECURE or insecure or _is_loopback(host):
        return
    raise InputError(
        f"--dask {address}: the connection is not encrypted and {host} is another machine; use a tls:// address, or "
        "--insecure where the network itself is trusted"
    )


def _security(kind: Any) -> Any:
    """Return what dask's configuration says of TLS. Raises InputError when no certificates are named, or none work."""
    try:
        security = kind(require_encryption=True)
        if security.get_connection_args("client")["ssl_context"] is not None:
            return security
        fault = "none are named"
    except (OSError, TypeError, ValueError) as error:
        fault = str(error)
    raise InputError(
        f"a tls:// address needs certificates: {fault}; dask's configuration names them, or "
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, __CLIENT__CERT and __CLIENT__KEY"
    )


def this_worker(expected: Facts) -> str:
    """Return the address of this process, a worker. Raises DifferentWorkerError where it is not as `expected`."""
    from distributed import get_worker

    address = str(get_worker().address)
    if why := differences(expected, worker_facts()):
        raise DifferentWorkerError(address, why)
    return address


def _scheme(address: str) -> str:
    return urlsplit(address).scheme if "://" in address else "tcp"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
