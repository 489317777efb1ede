from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told, write

PREDICTED = "entity_id: flight_id\ninference_source: bookings.csv\n"
FEATURES = """\
features:
  - {name: origin, kind: categorical, values: [EWR, JFK], nullable: false}
  - {name: carrier, kind: categorical}
  - {name: distance, kind: numeric}
"""
SLICES = """\
monitoring:
  slices:
    - overall: true
    - column: origin
    - {column: carrier, values: [AA, UA]}
    - {column: distance, bins: [0, 500, 1000]}
    - {where: distance > 700, name: far}
    - columns: [origin, carrier]
"""


def _staged(*names: str) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"promotion:\n  rollout: {{mode: staged, cohorts: [{quoted}]}}\n"


def test_cohorts_that_lines_can_make_are_accepted_in_their_order(tmp_path: Path) -> None:
    names = (
        "origin=JFK",
        "far",
        "distance=[500, 1000]",
        "distance=<missing>",
        "carrier=UA",
        "origin=EWR, carrier=ZZ",
        "overall",
    )
    text = extended(PREDICTED + FEATURES + SLICES + _staged(*names))
    assert read_declaration(write(tmp_path, text)).promotion.rollout.cohorts == names


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("origin=LGA", "name one as slice_scores shows it"),
        ("carrier=DL", "rename it to carrier=UA"),
        ("distance=[500, 1000)", "rename it to distance=[500, 1000]"),
        ("JFK", "name one as slice_scores shows it"),
        ("fare", "rename it to far"),
    ],
)
def test_a_cohort_that_no_line_makes_is_told_by_its_place(
    tmp_path: Path, name: str, remedy: str
) -> None:
    text = extended(PREDICTED + FEATURES + SLICES + _staged("origin=JFK", name))
    assert told(tmp_path, text) == [
        "23 promotion.rollout.cohorts[1]: must be a slice that monitoring.slices can make, got "
        f"'{name}'; {remedy}"
    ]


@pytest.mark.parametrize("name", ["origin=<missing>", "origin=LGA, carrier=AA"])
def test_a_value_that_a_feature_cannot_have_makes_no_cohort(tmp_path: Path, name: str) -> None:
    (message,) = told(tmp_path, extended(PREDICTED + FEATURES + SLICES + _staged(name)))
    assert f"cohorts[0]: must be a slice that monitoring.slices can make, got '{name}'" in message


def test_what_only_the_data_can_tell_is_accepted(tmp_path: Path) -> None:
    inferred = extended(PREDICTED + _staged("origin=LGA", "anything"))
    assert read_declaration(write(tmp_path, inferred)).monitoring.slices is None
    any_value = extended(
        PREDICTED + "monitoring: {slices: [{column: origin}]}\n" + _staged("origin=LGA")
    )
    assert read_declaration(write(tmp_path, any_value)).promotion.rollout.cohorts == ("origin=LGA",)


def test_cohorts_of_lines_with_a_mistake_are_not_told_as_well(tmp_path: Path) -> None:
    more = "monitoring: {slices: [{column: 7}]}\n" + _staged("origin=JFK")
    (message,) = told(tmp_path, extended(PREDICTED + more))
    assert message.startswith("10 monitoring.slices[0].column: ")


@pytest.mark.parametrize(
    ("cohorts", "path"),
    [("[origin=JFK, 7]", "cohorts[1]"), ("[]", "cohorts"), ("[far, far]", "cohorts[1]")],
)
def test_cohorts_with_a_mistake_are_told_once(tmp_path: Path, cohorts: str, path: str) -> None:
    more = f"promotion: {{rollout: {{mode: staged, cohorts: {cohorts}}}}}"
    (message,) = told(tmp_path, extended(PREDICTED + FEATURES + SLICES + more))
    assert message.startswith(f"22 promotion.rollout.{path}: must ")
