"""Which entities belong together when the two arms of a rollout have entities of their own."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

GROUPS: Final = 64
# of 16 bytes; other than the salts of `assign`, so that each arm has entities in every group
_KEY: Final = "groups of a look"


def entity_groups(entities: "pd.Series[str]") -> NDArray[np.intp]:
    """Deal entities into groups: an entity into the same one on every day.

    In ab an entity stays with its arm, so what is particular about it comes back every day and
    does not show in how days differ. It shows in how groups of entities differ.

    Parameters
    ----------
    entities : Series of str, shape (rows,)
        Entity ids, none missing.

    Returns
    -------
    ndarray of int, shape (rows,)
        0 to 63.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapter 2 (random groups).

    Examples
    --------
    >>> entity_groups(pd.Series(["ann", "bob", "ann"])).tolist()
    [11, 42, 11]
    """
    ids = entities.astype("str").to_numpy(dtype=object)
    hashes = pd.util.hash_array(ids, hash_key=_KEY, categorize=False)
    return np.asarray(hashes % np.uint64(GROUPS), dtype=np.intp)
