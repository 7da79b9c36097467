"""In which style stderr is asked for, told before the words are parsed: bad usage and early signals keep to it too."""

from collections.abc import Mapping, Sequence

TEXT, JSON = "text", "json"
VARIABLE = "UNWIND_LOG"
OPTION = "--log"
OPTION_OF_BATCH = "--log-json"  # of a batch's commands, after them


def asked_style(words: Sequence[str], environ: Mapping[str, str]) -> str:
    """Return what --log says before the command, else --log-json of a batch's command, else the environment.

    Whatever is neither text nor JSON is returned too: whoever parses the words refuses it.
    """
    words = list(words)
    given = None
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word == OPTION and words:
            given = words.pop(0)
        elif word.startswith(f"{OPTION}="):
            given = word.partition("=")[2]
    if words[:1] == ["batch"] and OPTION_OF_BATCH in words:
        return JSON
    return given or environ.get(VARIABLE) or TEXT
