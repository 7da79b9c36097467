"""[uncertainty] of a scenario file: what is refused, by line and value, and how files inherit priors."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from engine.errors import FileFaults
from engine.inputs.scenario.load import read_scenario
from engine.inputs.schema import json_schema
from engine.mechanisms.parameters.parameter import parameter, source_text
from engine.run.load import scenario_sha256
from engine.scenario.uncertainty.parameter_sets import parameter_sets
from engine.scenario.uncertainty.priors import PRIORS, AbstractPrior, Lognormal, Normal, Studies, Uniform
from tests.source_files import ROOT

HEAD = 'title = "t"\ndescription = "d"\nsource = "s"\n'
PART = '[repatriation]\nsource = "s"\n'


@pytest.fixture
def read(tmp_path):
    def read(text, name="mine", head=HEAD):
        path = tmp_path / f"{name}.toml"
        path.write_text(head + text)
        return read_scenario(path)

    return read


def priors(scenario):
    return {each.name: each.prior for each in scenario.uncertainty}


def test_priors_are_read_in_the_order_of_the_file(read):
    found = read(
        PART + "[uncertainty]\n"
        '"repatriation.most" = { prior = "lognormal", log_sd = 0.4, source = "assumption" }\n'
        '"vol_multipliers.*" = { prior = "normal", sd = 0.1, low = 0.5, source = "assumption" }\n'
        '"repatriation.duration" = { prior = "studies", source = "two", high = 20, studies = [\n'
        '    { name = "A", value = 5.0, log_sd = 0.1, weight = 2.0 }, { name = "B", value = 9, log_sd = 0.2 },\n] }\n'
    )
    kinds = [type(each.prior) for each in found.uncertainty]
    assert kinds == [Lognormal, Normal, Studies]
    mixture = found.uncertainty[2].prior
    assert [(study.name, study.value, study.weight) for study in mixture.studies] == [("A", 5.0, 2.0), ("B", 9.0, 1.0)]
    assert (mixture.low, mixture.high, mixture.source) == (None, 20.0, "two")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '"nu" = { prior = "normal", sd = 1.0, source = "s" }',
            "line 7, uncertainty.nu: the scenario has no parameter",
        ),
        (
            '"repatriation.mst" = { prior = "normal", sd = 1.0, source = "s" }',
            "line 7, uncertainty.'repatriation.mst': 'repatriation.mst': there is no parameter 'mst'; did you mean",
        ),
        (
            '"repatriation.unhedged" = { prior = "lognormal", log_sd = 1.0, source = "s" }',
            "27% of the lognormal around 0.55 lies outside [0, 1]",
        ),
        ('repatriation.most = { prior = "normal" }', 'write the whole name in quotes: "repatriation.most" = { prior'),
        (
            '"repatriation.most" = { sd = 1.0 }',
            "the key `prior` is missing: one of lognormal, normal, uniform, studies",
        ),
        (
            '"repatriation.most" = { prior = "lognorm", sd = 1.0 }',
            "line 7, uncertainty.'repatriation.most'.prior: must be one of lognormal, normal, uniform, studies, on_off,"
            " got 'lognorm'; did you mean 'lognormal'?",
        ),
        (
            '"repatriation.most" = { prior = "normal", log_sd = 1.0, sd = 1.0, source = "s" }',
            "line 7, uncertainty.'repatriation.most'.log_sd: unknown key. Known keys: source, sd, low, high, prior",
        ),
        ('"repatriation.most" = { prior = "normal", sd = 0.1 }', ".source: this key is missing"),
        (
            '"repatriation.most" = { prior = "normal", sd = -0.1, source = "s" }',
            ".sd: must be a number of at least 0.0, got -0.1",
        ),
        (
            '"repatriation.most" = { prior = "studies", source = "s", studies = [{ name = "A", value = 0 }] }',
            ".studies[1].value: must be a number above 0.0, got 0",
        ),
        ('"repatriation.most" = 1.0', "must be a table, got 1.0"),
        (
            '"impact.cap_bp" = { prior = "on_off", probability = 0.5, source = "s" }\n[impact]\nsource = "s"',
            "line 7, uncertainty.'impact.cap_bp': off would be 0, outside (0, 10000], where the parameter must lie",
        ),
        ('"repatriation.most" = { prior = "normal", sd = nan, source = "s" }', ".sd: must be a finite number"),
    ],
)
def test_what_is_no_prior_is_refused_with_its_line(read, text, message):
    with pytest.raises(FileFaults) as refusal:
        read(f"{PART}[uncertainty]\n{text}\n")
    assert message in str(refusal.value)


def test_a_prior_takes_the_place_of_an_inherited_one_whole_and_others_stay(read):
    under = PART + (
        "[uncertainty]\n"
        '"repatriation.most" = { prior = "lognormal", log_sd = 0.4, source = "below" }\n'
        '"repatriation.hazard" = { prior = "uniform", low = 0.0, high = 0.5, source = "below" }\n'
    )
    read(under, "below")
    above = (
        'extends = ["below.toml"]\n[uncertainty]\n'
        '"repatriation.most" = { prior = "uniform", low = 0.5, high = 2.0, source = "above" }\n'
    )
    found = priors(read(above))
    assert found == {
        "repatriation.hazard": Uniform(source="below", low=0.0, high=0.5),
        "repatriation.most": Uniform(source="above", low=0.5, high=2.0),
    }


def test_an_inherited_prior_that_no_longer_fits_is_refused_where_it_stands(read):
    prior = '[uncertainty]\n"repatriation.unhedged" = { prior = "lognormal", log_sd = 0.2, source = "below" }\n'
    read(PART + prior, "below")
    with pytest.raises(FileFaults) as refusal:
        read('extends = ["below.toml"]\n[repatriation]\nunhedged = 0.95\n')
    assert "below.toml, line 7): 40% of the lognormal around 0.95 lies outside [0, 1]" in str(refusal.value)


def test_priors_are_part_of_what_a_scenario_says(read):
    text = PART + '[uncertainty]\n"repatriation.most" = {{ prior = "lognormal", log_sd = {}, source = "s" }}\n'
    digests = {scenario_sha256(read(text.format(sd))) for sd in (0.3, 0.4)} | {scenario_sha256(read(PART))}
    assert len(digests) == 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(AbstractPrior):
    """One of two values."""

    kind: ClassVar[str] = "either"
    source: str = source_text()
    other: float = parameter(doc="The other value.")

    def errors(self, place):
        yield from ()

    def value(self, level, place):
        return place.centre if level < 0.5 else self.other


def test_a_prior_from_outside_is_read_by_its_own_keys(read):
    text = PART + '[uncertainty]\n"repatriation.most" = { prior = "either", other = 2.0, source = "s" }\n'
    with PRIORS.registered(Either):
        found = read(text)
        assert priors(found) == {"repatriation.most": Either(source="s", other=2.0)}
        assert sorted(parameter_sets(found, 4, 1).values[:, 0])[2:] == [2.0, 2.0]
        assert "either" in str(json_schema("scenario")["properties"]["uncertainty"])
    with pytest.raises(FileFaults, match="must be one of lognormal, normal, uniform, studies, on_off, got 'either'"):
        read(text)


def test_the_example_of_the_page_is_read(read):
    page = (ROOT / "docs" / "concepts" / "uncertainty.md").read_text(encoding="utf-8")
    text = page.split("```toml\n")[1].split("```")[0]
    assert {"carry.leverage", "carry.stock_usd_bn", "vol_multipliers.*"} <= priors(read(HEAD + text, head="")).keys()


def test_the_schema_has_every_kind_with_its_own_keys():
    kinds = json_schema("scenario")["properties"]["uncertainty"]["additionalProperties"]["oneOf"]
    by_kind = {each["properties"]["prior"]["const"]: each for each in kinds}
    assert [*by_kind] == ["lognormal", "normal", "uniform", "studies", "on_off"]
    assert set(by_kind["uniform"]["properties"]) == {"prior", "source", "low", "high"}
    assert by_kind["studies"]["properties"]["studies"]["items"]["properties"]["weight"]["default"] == 1.0
