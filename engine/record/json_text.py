"""JSON that any reader takes: no NaN, and no half of a letter, which names of files may hold."""

import json
import re
from typing import Any

_HALF_LETTERS = re.compile("[\ud800-\udfff]")  # what Python makes of a file name's bytes that are not UTF-8


def json_text(content: Any, *, indent: int | None = None) -> str:
    """Return content as JSON of whole letters; a byte of a file name that is none stands as an escape such as \\udcff.

    Raises ValueError where a number is not finite.
    """
    text = json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False)
    return _HALF_LETTERS.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
