"""Places within a scenario file, as errors name them: `regimes[2].drifts.UST_10Y`."""

import re


def key_of(at: str, key: str) -> str:
    """Return the place of a key in the table at `at`, quoted as in the file where it is no bare key."""
    return f"{at}.{key if re.fullmatch(r'[A-Za-z0-9_-]+', key) else repr(key)}"
