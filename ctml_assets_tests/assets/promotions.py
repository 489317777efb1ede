"""A promotion record as the registry would hold it."""

import datetime as dt

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.yardstick import yardstick
from ctml_assets.lake import PromotionRecord
from ctml_assets_tests import streams


def record_of(
    reference: tuple[SliceScore, ...], *, as_of=streams.START, spec=None
) -> PromotionRecord:
    return PromotionRecord(
        number=1,
        model="stream",
        kind="promotion",
        version=f"{as_of}-0123456789ab",
        previous=None,
        sha256="0" * 64,
        size=1,
        as_of=as_of,
        serves_from=as_of + dt.timedelta(days=1),
        reference_score=0.5,
        reference=reference,
        yardstick=yardstick(spec or streams.spec()),
        reason="first",
        by="gates",
        run_id="run",
        promoted_at="2024-02-01T06:00:00+00:00",
    )
