"""`k/n`: one of n equal shares of a batch's blocks."""

import re

from engine.batch.blocks.block_files import Share
from engine.errors import InputError

MAX_SHARES = 100_000


def parse_share(text: str) -> Share:
    """Read "2/8". Raises InputError unless 1 <= k <= n."""
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if match and 1 <= int(match[1]) <= int(match[2]) <= MAX_SHARES:
        return int(match[1]), int(match[2])
    raise InputError(f"--shard must be K/N with K from 1 to N, such as 2/8, got {text!r}")
