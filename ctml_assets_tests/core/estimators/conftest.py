from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    # tests call learners themselves: on a busy machine their threads wait for one another
    with threadpool_limits(1):
        yield
