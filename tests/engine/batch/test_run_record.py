"""A record that is replaced is kept, whole."""

from engine.batch.run_record import SUPERSEDED, set_aside


def recorded(out, text):
    folder = out / "valuation_date=2025-05-28" / "run=ten-days"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(text)
    return folder


def test_an_old_record_is_kept_under_its_digest_and_a_second_one_beside_it(tmp_path):
    kept = []
    for text in ("one", "two"):
        folder = recorded(tmp_path, text)
        kept.append(set_aside(tmp_path, folder, "0123456789abcdef" * 4))
        assert not folder.exists()
    home = tmp_path / SUPERSEDED / "valuation_date=2025-05-28" / "run=ten-days"
    assert kept == [home / "0123456789abcdef", home / "0123456789abcdef-2"]
    assert [(each / "manifest.json").read_text() for each in kept] == ["one", "two"]
