"""What is wrong with a scenario's priors is said at the place of each."""

import pytest

from engine.errors import FileFaults
from engine.mechanisms.parameters.findings import Findings
from engine.mechanisms.repatriation import Repatriation
from engine.mechanisms.unwind import Unwind
from engine.scenario.scenario import Scenario
from engine.scenario.uncertainty.priors import Lognormal
from engine.scenario.uncertainty.uncertain_parameters import UncertainParameter, check_uncertainty


def test_every_prior_is_checked_and_all_that_is_wrong_is_said():
    scenario = Scenario(
        name="s", title="t", description="d", source="s", unwind=Unwind(repatriation=Repatriation(source="s"))
    )
    wide = Lognormal(source="s", log_sd=1.0)
    uncertain = tuple(
        UncertainParameter(name=name, prior=wide) for name in ("carry.leverage", "repatriation.unhedged", "nu")
    )
    findings = Findings("scenario 's'")
    check_uncertainty(scenario, uncertain, findings)
    with pytest.raises(FileFaults) as refusal:
        findings.notes()
    found = str(refusal.value)
    assert "uncertainty.'carry.leverage': the scenario has no parameter" in found
    assert "uncertainty.'repatriation.unhedged': 27% of the lognormal around 0.55" in found  # 1 - Phi(0.598)
    assert "uncertainty.nu: the scenario has no parameter 'nu'" in found
