"""What two nights' figures differ by, as `unwind explain NIGHT1 NIGHT2 --json` prints it."""

from typing import Any

from engine.explain.nights.change import NightsChange
from engine.explain.nights.change_prose import prose
from engine.risk.results import plain_json

SCHEMA = 1


def as_json(change: NightsChange) -> dict[str, Any]:
    """Return everything as JSON's types; amounts in `currency`, losses positive, P&L gains positive."""
    labels = [
        {"key": each.key, "label": each.label, "meaning": each.meaning, "moved": each.key not in change.unmoved}
        for each in change.movers
    ]
    pnl = {
        "days": change.pnl.days,
        "movers": [each.key for each in change.pnl.movers],
        "scopes": plain_json(change.pnl.scopes, "pnl"),
    }
    told = ("run", "scenario", "nights", "currency", "horizon_days", "n_paths", "n_runs", "n_orders", "n_sections")
    return {
        "schema": SCHEMA,
        "text": prose(change),
        **{name: plain_json(getattr(change, name), name) for name in told},
        "movers": labels,
        "trades": plain_json(change.trades, "trades"),
        "changes": plain_json(change.changes, "changes"),
        "pnl": pnl,
        "notes": list(change.notes),
    }
