import numpy as np
import pytest

from engine.errors import InputError
from engine.inputs.run_keywords import settings_of


def test_arrays_and_numbers_of_numpy_are_those_of_python():
    found = settings_of({"confidence": np.array([0.9, 0.99]), "paths": np.int64(200), "seed": None})
    assert found == settings_of({"confidence": [0.9, 0.99], "paths": 200})


def test_every_error_stands_under_its_key():
    with pytest.raises(InputError) as refusal:
        settings_of({"confidence": np.array([True]), "paths": 2.5})
    assert [line.partition(":")[0] for line in str(refusal.value).splitlines()] == ["paths", "confidence[1]"]
