"""Every command prints its figures in every form, or stands here with the reason why it has none."""

from cli.pages.commands import commands

LANDS_WITH_ITS_RESULT = "is being laid on its result object"
WITHOUT = {
    **dict.fromkeys(
        [
            *(
                "backtest",
                "batch plan",
                "batch status",
                "bench",
                "book check",
                "book show",
                "book template",
                "calibrate",
            ),
            *("data betas", "data check", "doctor", "explain", "feedback", "hedge", "regulatory", "replay"),
            *("reverse", "runs diff", "runs list", "runs show", "scenario check", "scenario list"),
            *("scenario replay", "scenario sectors", "scenario show", "whatif"),
        ],
        LANDS_WITH_ITS_RESULT,
    ),
    "batch example": "prints a file for a scheduler",
    "batch merge": "its last line is one JSON object, which schedulers read",
    "batch night": "prints dates, one a line, for a scheduler",
    "batch resume": "its last line is one JSON object, which schedulers read",
    "batch run": "its last line is one JSON object, which schedulers read",
    "batch verify": "says in a sentence whether a record is as it was written",
    "book compile": "writes a file, and prints its name",
    "data build": "writes market files, and prints their names",
    "data prices": "writes a market file",
    "data regimes": "prints a scenario file",
    "data rows": "prints a scenario file",
    "data spreads": "writes a market file",
    "report": "writes a page",
    "reproduce": "says in a sentence whether figures came again",
    "runs export": "writes a file, by its end",
    "schema": "prints a JSON Schema",
}


def options_of(command):
    return {word for option in command.params for word in option.opts}


def test_every_command_has_every_form_or_a_reason_why_not():
    leaves = {
        name.removeprefix("unwind "): command for name, command, _ in commands() if not hasattr(command, "commands")
    }
    without = {name for name, command in leaves.items() if "--format" not in options_of(command)}
    assert without == set(WITHOUT)
