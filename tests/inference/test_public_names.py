import doctest
import subprocess
import sys

import pytest

from my121_analytics import inference
from my121_analytics.inference import cumulative_link
from my121_analytics.inference.cumulative_link import fit_cumulative_link


def test_the_fit_is_importable_from_the_room_and_is_the_same_function():
    assert inference.fit_cumulative_link is fit_cumulative_link
    assert "fit_cumulative_link" in dir(inference)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="fit_something"):
        inference.fit_something  # noqa: B018


def test_importing_the_room_loads_no_optimiser():
    code = "import sys, my121_analytics.inference; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_examples_of_the_fits_give_what_they_say():
    found = doctest.testmod(cumulative_link)
    assert found.attempted >= 6
    assert found.failed == 0
