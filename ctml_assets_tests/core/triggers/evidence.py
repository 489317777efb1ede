"""Looks with any evidence, as hypothesis draws them."""

import datetime as dt

from hypothesis import strategies as st

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Changes, Drop, EarlierLook, Estimate, Look, Probe

SHARES = st.floats(-1, 1)
DAYS = st.dates(dt.date(2024, 3, 2), dt.date(2024, 12, 31))
COUNTS = st.integers(0, 100_000)
SLICES = ("segment=a", "segment=b")
MEASURES = ("psi", "jensen_shannon", "wasserstein", "ks", "classifier")


def drops() -> st.SearchStrategy[Drop]:
    error = st.one_of(st.none(), st.floats(0, 1))
    return st.builds(_drop, SHARES, error, st.floats(1, 100))


def _drop(share: float, error: float | None, freedom: float) -> Drop:
    return Drop(0.8 * (1 - share), 0.8, share, error, None if error is None else freedom)


def sliced() -> st.SearchStrategy[dict[str, Drop]]:
    return st.dictionaries(st.sampled_from(SLICES), drops())


def probes() -> st.SearchStrategy[Probe]:
    error = st.one_of(st.none(), st.floats(0, 1))
    return st.builds(
        lambda day, gain, error, accumulated: Probe(
            day,
            gain,
            error,
            None if error is None else 6.0,
            accumulated,
            3,
            "" if gain is not None else "one class",
        ),
        DAYS,
        st.one_of(st.none(), SHARES),
        error,
        st.floats(0, 2),
    )


def changes() -> st.SearchStrategy[Changes]:
    of_columns = st.dictionaries(st.sampled_from(["x1", "x2", "prediction"]), st.floats(0, 2))
    return st.builds(
        lambda rows, sample, effects, auc, reason: Changes(
            rows,
            sample,
            {"classifier": {"all columns": auc}, **effects},
            ("x1",),
            reason,
        ),
        COUNTS,
        COUNTS,
        st.dictionaries(st.sampled_from(MEASURES[:-1]), of_columns),
        st.floats(0.5, 1),
        st.sampled_from(["", "no sample"]),
    )


def estimates() -> st.SearchStrategy[Estimate]:
    return st.builds(Estimate, st.one_of(st.none(), drops()), DAYS, DAYS, COUNTS, st.just("why"))


def looks(day: st.SearchStrategy[dt.date] = DAYS) -> st.SearchStrategy[Look]:
    """Draw looks of the champion ``v1`` with any evidence, each part of which may be missing."""
    return st.builds(
        Look,
        day=day,
        verdict=st.sampled_from(Verdict),
        reason=st.text(max_size=5),
        champion=st.just("v1"),
        drop=st.one_of(st.none(), drops()),
        score=st.one_of(st.none(), SHARES),
        worst=st.text(max_size=5),
        slices=sliced(),
        since_rejection=st.one_of(st.none(), drops()),
        slices_since_rejection=sliced(),
        earlier=st.lists(
            st.builds(EarlierLook, DAYS, st.one_of(st.none(), drops()), sliced()), max_size=3
        ).map(tuple),
        residuals=st.lists(st.floats(-10, 10), max_size=20).map(tuple),
        probe=st.one_of(st.none(), probes()),
        changes=st.one_of(st.none(), changes()),
        estimate=st.one_of(st.none(), estimates()),
        reference=st.one_of(st.none(), SHARES),
        best_reference=st.one_of(st.none(), SHARES),
        new_rows=st.one_of(st.none(), COUNTS),
    )
