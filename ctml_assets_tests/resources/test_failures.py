import dagster as dg
import pytest

from ctml_assets.errors import ConflictError, CtmlError, DataError
from ctml_assets.resources.failures import clear_failures


@pytest.mark.parametrize("kind", [CtmlError, DataError, ConflictError])
def test_an_error_raised_on_purpose_is_a_failure_with_its_words_and_no_retry(kind):
    with pytest.raises(dg.Failure) as caught, clear_failures():
        raise kind("flights: rows must be > 0, got 0; wait for data")
    assert caught.value.description == "flights: rows must be > 0, got 0; wait for data"
    assert caught.value.allow_retries is False
    assert isinstance(caught.value.__cause__, kind)


def test_any_other_error_passes_through():
    with pytest.raises(ZeroDivisionError), clear_failures():
        raise ZeroDivisionError


def test_no_error_is_no_failure():
    with clear_failures():
        done = True
    assert done
