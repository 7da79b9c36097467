"""Positions are sent in the clear to no other machine, unless that is allowed."""

import pytest

from engine.errors import InputError
from engine.sharing.dask_client import check_address


@pytest.mark.parametrize("address", ["tcp://10.0.0.7:8786", "risk-3:8786", "ws://risk-3:8786", "tcp://[2001:db8::1]:1"])
def test_a_plain_address_of_another_machine_is_refused(address):
    with pytest.raises(InputError, match="--insecure"):
        check_address(address, insecure=False)
    check_address(address, insecure=True)


@pytest.mark.parametrize("address", ["tls://10.0.0.7:8786", "tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:1"])
def test_tls_and_this_machine_are_allowed(address):
    check_address(address, insecure=False)


def test_an_address_without_a_host_is_refused():
    with pytest.raises(InputError, match="tls://host:8786"):
        check_address("tcp://", insecure=False)
