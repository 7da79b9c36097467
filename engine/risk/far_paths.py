"""Paths of a run that move a Treasury yield farther than any record has it: counted, the farthest named."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FarPath:
    """One of the farthest."""

    path: int  # its number, by which it is replayed
    move_bp: float  # of the Treasury yield that moved farthest, from the start to the horizon; the shock is not in it


@dataclass(frozen=True, slots=True, kw_only=True)
class FarPaths:
    """Those of one scenario that was drawn. Field names are the JSON's keys."""

    scenario: str
    n_paths: int  # beyond the limit
    limit_bp: float  # over the horizon
    farthest: tuple[FarPath, ...]  # three at most, the farthest first

    def warning(self, n_drawn: int, horizon_days: int, command: str | None) -> str:
        """Say it in words, of so many paths that were drawn; `command` shows the farthest, None: there is none."""
        named = ", ".join(f"{each.path:,} by {each.move_bp:+,.0f} bp" for each in self.farthest)
        return (
            f"{self.scenario}: {self.n_paths:,} of {n_drawn:,} paths move a Treasury yield by more than"
            f" {self.limit_bp:,.0f} bp in {horizon_days} days, as no market has: path {named}"
            f"{f'; to see one: `{command}`' if command else ''}"
        )
