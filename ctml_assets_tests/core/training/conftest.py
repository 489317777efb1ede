from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    # on a busy machine threads wait for one another
    with threadpool_limits(1):
        yield
