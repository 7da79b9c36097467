"""What a server is refused for: beyond this machine it needs TLS and a token of the user's own."""

import pytest

pytest.importorskip("fastapi", reason="needs the extra `serve`")

from engine.errors import InputError
from unwind_risk.serve.settings import ServeSettings, token_of


def test_beyond_this_machine_a_certificate_and_a_token_are_needed(night, tmp_path):
    record = night / "record"
    assert ServeSettings(record=record).is_local
    for host in ("0.0.0.0", "192.168.1.7", "::", "risk.example.com"):
        with pytest.raises(InputError, match="is reached from other machines: give --tls-certificate"):
            ServeSettings(record=record, host=host)
        settings = ServeSettings(record=record, host=host, certificate=tmp_path / "c", key=tmp_path / "k")
        with pytest.raises(InputError, match="a token of your own is needed"):
            token_of(None, is_local=settings.is_local)
    with pytest.raises(InputError, match="belong together"):
        ServeSettings(record=record, certificate=tmp_path / "c")


def test_a_proxy_s_name_is_reached_by_tls_alone(night):
    settings = ServeSettings(record=night / "record", names=("Risk.Example.com",))
    assert "risk.example.com" in settings.hosts
    assert "https://risk.example.com" in settings.origins
    assert "http://risk.example.com" not in settings.origins
    assert settings.is_secure
    for name in ("*", "a b", "x/y", ""):
        with pytest.raises(InputError, match="must be a host's name"):
            ServeSettings(record=night / "record", names=(name,))


def test_a_random_token_is_never_the_same_and_a_short_one_is_refused(tmp_path):
    assert token_of(None, is_local=True) != token_of(None, is_local=True)
    path = tmp_path / "token"
    path.write_text("0" * 64 + "\n")
    assert token_of(path, is_local=False) == "0" * 64
    for text in ("short", "0" * 31, "0" * 40 + " x", ""):
        path.write_text(text)
        with pytest.raises(InputError, match="a token is of"):
            token_of(path, is_local=False)


def test_a_folder_without_a_night_and_work_within_the_record_are_refused(night, tmp_path):
    with pytest.raises(InputError, match="holds no closed night"):
        ServeSettings(record=tmp_path)
    with pytest.raises(InputError, match="--work must be another folder"):
        ServeSettings(record=night / "record", work=night / "record")
