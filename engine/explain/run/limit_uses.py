"""A run that nobody recorded, held to limits."""

from collections.abc import Sequence

from engine.batch.figures.exact import exact_rows
from engine.batch.figures.limits import use_limits
from engine.inputs.limits import EXACT, Limit
from engine.inputs.scenario.load import load_scenario
from engine.record.read import LimitUse, RunRecord, exact_figures
from engine.run.start import FinishedRun

RUN = "run"  # what it is called, whatever run a limit names


def limit_uses(run: FinishedRun, limits: Sequence[Limit]) -> tuple[LimitUse, ...]:
    """Hold each limit against this run's figures, whatever run it names.

    Stress losses and DV01 are valued where a limit asks for them, in the run's scenarios and those that limits name.

    Raises
    ------
    InputError
        A limit names a scenario that there is not.
    """
    here = [limit.model_copy(update={"run": None}) for limit in limits]
    wants_exact = any(limit.measure in EXACT for limit in here)
    own = run.prepared.inputs
    named = [limit.scenario for limit in here if limit.measure == "stress" and limit.scenario]
    others = [load_scenario(name) for name in dict.fromkeys(named) if name not in own.names]
    rows = exact_rows(run.prepared, [*own.scenarios, *others], "total") if wants_exact else []
    record = RunRecord(
        name=RUN,
        manifest={"facts": {"currency": run.result.run.currency}},  # type: ignore[typeddict-item]  # all that is asked
        results=run.result.results,
        stress_losses=exact_figures(rows, "stress_loss", "scenario"),
        dv01s=exact_figures(rows, "dv01", "curve"),
        distributions=(),
        components={},
    )
    return use_limits(here, [record], [RUN])
