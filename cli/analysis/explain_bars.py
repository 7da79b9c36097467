"""Bars of characters: what each part of the market adds to expected shortfall, or takes off, on one scale."""

from typing import TYPE_CHECKING

from cli.render import Scale

if TYPE_CHECKING:
    from engine.explain.run.scenario_explanation import ScenarioExplanation

WIDTH = 40  # characters from the least to the most
ADDS, TAKES_OFF = "#", "-"


def bars(each: "ScenarioExplanation", unit: Scale) -> str:
    """Return one bar a part, all on one scale, with its amount."""
    from cli.analysis.explain_tables import worth_a_row
    from engine.risk.measures.expected_shortfall import EXPECTED_SHORTFALL

    key = EXPECTED_SHORTFALL.key
    rows = [(part.name, part.figures[key].value) for part in worth_a_row(each)]
    least, most = min([0.0, *(value for _, value in rows)]), max([0.0, *(value for _, value in rows)])
    size = WIDTH / (most - least) if most > least else 0.0
    left, wide = round(-least * size), max((len(name) for name, _ in rows), default=0)
    lines = [f"{each.scenario}: ES by factor, {unit.unit}; {ADDS} adds, {TAKES_OFF} takes off"]
    for name, value in rows:
        n = round(abs(value) * size)
        bar = f"{' ' * left}|{ADDS * n}" if value >= 0.0 else f"{(TAKES_OFF * n).rjust(left)}|"
        lines.append(f"  {name.ljust(wide)}  {unit.amount(value).rjust(9)}  {bar}".rstrip())
    return "\n".join(lines)
