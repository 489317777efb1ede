import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import check_key


@pytest.mark.parametrize(
    "key", ["a", "a/b.c", "tables/m_1/records/2024-01-31.parquet", "day=1/x-y_z", "-", "a" * 200]
)
def test_accepted_keys_come_back(key):
    assert check_key(key) == key


def test_a_long_key_is_shown_cut():
    with pytest.raises(LakeError) as error:
        check_key("a" * 5000)
    assert len(str(error.value)) < 400
