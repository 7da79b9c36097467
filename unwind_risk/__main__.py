"""`python -m unwind_risk`: the command."""

from unwind_risk.main import main

main()
