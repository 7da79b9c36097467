"""What a server is started with, and what it is refused for."""

import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.inputs.opened import FileKind, open_once
from engine.record.read import nights

LEAST_TOKEN = 32  # characters of a token that a user brings: 16 bytes in hexadecimal digits
TOKEN_FILE = FileKind(wanted="a file that holds a token alone", most_bytes=1024, way_out="write the token alone")
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """A server's settings."""

    record: Path  # `out` of the batch file
    books: tuple[Path, ...] = ()  # that trades are tried beside; none: the night's own
    backtest: Path | None = None  # folder of `unwind backtest --out`; None: the verdicts that come with the program
    work: Path | None = None  # the only folder that is written to; None: nothing is written
    host: str = "127.0.0.1"
    port: int = 8750
    names: tuple[str, ...] = ()  # by which browsers reach it beside this machine's own: "risk.example.com"
    token: str = ""
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        if not nights(self.record):
            raise InputError(f"{str(self.record)!r} holds no closed night; give `out` of the batch file")
        if (self.certificate is None) != (self.key is None):
            raise InputError("--tls-certificate and --tls-key belong together; give both, or neither")
        for name in self.names:
            if not name or any(each in name for each in "/@ \t*"):
                raise InputError(f"--name: must be a host's name, such as risk.example.com, got {name!r}")
        if self.work is not None and self.work.resolve() == self.record.resolve():
            raise InputError("--work must be another folder than the record, whose every file is accounted for")
        if not self.is_local and self.certificate is None:
            raise InputError(
                f"--host {self.host} is reached from other machines: give --tls-certificate and --tls-key, or leave the"
                " host at 127.0.0.1 behind a proxy that has them (docs/how-to/serve.md)"
            )

    @property
    def is_local(self) -> bool:
        """Return whether this machine alone can reach the address."""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def is_secure(self) -> bool:
        """Return whether browsers reach it by TLS, its own or a proxy's before it."""
        return self.certificate is not None or bool(self.names)

    @property
    def address(self) -> str:
        """Return where a browser on this machine finds it."""
        host = self.host if ":" not in self.host or self.host.startswith("[") else f"[{self.host}]"
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """Return what the header Host may say: any other is of a page that had its own name resolved to this one."""
        own = {
            *LOCAL_NAMES,
            *([] if self.host in ("0.0.0.0", "::") else [self.address.split("//")[1].rsplit(":", 1)[0]]),
        }
        return frozenset((*(f"{name}:{self.port}" for name in own), *self._named()))

    @property
    def origins(self) -> frozenset[str]:
        """Return what the header Origin may say of a page that posts."""
        scheme = "https" if self.certificate else "http"
        own = (f"{scheme}://{host}" for host in self.hosts - {*self._named()})
        return frozenset((*own, *(f"https://{name}" for name in self._named())))

    def _named(self) -> tuple[str, ...]:
        """Return the names as headers have them, lower case, with the port where they are served by TLS of its own."""
        names = tuple(name.lower() for name in self.names)
        return (*names, *(f"{name}:{self.port}" for name in names if self.certificate))


def token_of(file: Path | None, *, is_local: bool) -> str:
    """Return the token in a file, or a new one where none is named. Raises InputError.

    Beyond this machine a token must be brought: a random one would be printed where others may read it.
    """
    if file is None:
        if not is_local:
            raise InputError("--token-file: beyond this machine a token of your own is needed; `openssl rand -hex 32`"
                             " makes one")  # fmt: skip
        return secrets.token_urlsafe(32)
    try:
        token = open_once(file, TOKEN_FILE).data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise InputError(f"{file}: a token is of letters, digits, '-' and '_'") from None
    if len(token) < LEAST_TOKEN or not token.replace("-", "").replace("_", "").isalnum():
        raise InputError(
            f"{file}: a token is of {LEAST_TOKEN} letters, digits, '-' and '_' or more; `openssl rand -hex 32` makes"
            " one"
        )
    return token
