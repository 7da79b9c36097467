"""Monte Carlo market risk of the yen carry trade: what a program imports, and where the `unwind` command starts."""

from unwind_risk.siblings import claim_siblings, is_command

__version__ = "0.1.0"

if not is_command():  # the command claims them in `main`, whatever else is on the path
    claim_siblings()
