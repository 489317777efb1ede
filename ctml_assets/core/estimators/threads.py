"""How many threads a fit may use, whatever starts them."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bounded_threads(threads: int) -> Iterator[None]:
    """Bound the threads of OpenMP and BLAS, and give joblib as many.

    A forest left at ``n_jobs=None`` takes joblib's number, so what is stored does not name one.

    Parameters
    ----------
    threads
        At least 1.
    """
    from joblib import parallel_config
    from threadpoolctl import threadpool_limits

    with threadpool_limits(threads), parallel_config(backend="threading", n_jobs=threads):
        yield
