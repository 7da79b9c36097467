"""chain."""

from hashlib import sha256


def next_link(chain: str, digest: str) -> str:
    """The chain after one more block."""
    return sha256(f"{chain} {digest}".encode()).hexdigest()
