"""Records: what there is, and whether a byte of it was changed."""

from tests.unwind_risk.serve.conftest import BASE, DATE

OWN = {"Origin": BASE, "Accept": "text/html"}


def test_every_run_is_listed_with_its_figures(asked):
    (run,) = asked.get("/api/runs").json()["runs"]
    assert (run["valuation_date"], run["run"], run["breached"]) == (DATE, "ten-days", 1)
    text = asked.get("/records", headers=OWN).text
    assert run["sha256"][:8] in text
    assert "unwind runs list" in text


def test_a_sound_record_is_said_to_be_intact_and_a_changed_byte_is_named(copied):
    assert copied.get("/api/verify").json()["intact"]
    path = next(copied.record.glob("valuation_date=*/run=*/results.parquet"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    found = copied.get("/api/verify").json()
    assert not found["intact"]
    assert any("results.parquet" in each for each in found["changed"])
    assert "cannot be read" in str(copied.get("/api/runs").json()) or copied.get("/records").status_code == 422


def test_a_run_is_made_again_to_the_last_bit(asked):
    assert asked.post("/api/reproduce").json()["is_identical"]
    assert "bit-identical" in asked.post("/records/reproduce", headers=OWN).text


def test_there_is_no_change_since_a_night_that_is_not_there(asked):
    answered = asked.get("/records/change", headers=OWN)
    assert answered.status_code == 422
    assert "no night before" in answered.text
