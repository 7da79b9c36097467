"""Full-width letters as Japanese programs write them: digits, signs and spaces that mean the ASCII ones alone."""

_PLAIN = {0x3000: " ", 0x2212: "-", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}


def half_width(text: str) -> str:
    """Return a text whose full-width forms are ASCII ones; letters of other scripts, and their digits, stay."""
    return text if text.isascii() else text.translate(_PLAIN)
