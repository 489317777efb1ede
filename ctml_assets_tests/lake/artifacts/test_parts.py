from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from ctml_assets.lake.artifacts.parts import parts


class Hidden:
    def method(self):
        return self


HIDDEN = Hidden()
PLACES = {
    "itself": HIDDEN,
    "list": [HIDDEN],
    "tuple": ("a", (1, HIDDEN)),
    "set": {HIDDEN},
    "dict": {"a": {"b": HIDDEN}},
    "array": np.array([None, HIDDEN], dtype=object),
    "attribute": Ridge(HIDDEN),
    "method": HIDDEN.method,
    "arguments of a partial": partial(print, HIDDEN),
    "keywords of a partial": partial(print, sep=HIDDEN),
    "function of a partial": partial(HIDDEN.method),
}


@pytest.mark.parametrize("place", PLACES)
def test_it_is_found(place):
    assert sum(part is HIDDEN for part in parts(PLACES[place])) == 1


def test_a_circle_ends_and_numbers_are_left_out():
    circle = [1, "a", np.float64(2), None]
    circle.append(circle)
    assert list(parts(circle)) == [circle]


def test_a_function_does_not_lead_to_all_of_its_module():
    assert len(list(parts(len))) == 1
