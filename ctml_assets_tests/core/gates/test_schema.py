import pytest

from ctml_assets.core.gates import GateVerdict, Inputs
from ctml_assets.core.gates.schema import Schema
from ctml_assets_tests.core.gates.evidence import COLUMNS, evidence, promotion, scores


def judged(reads):
    inputs = None if reads is None else Inputs(tuple(reads), COLUMNS)
    return Schema().judge(evidence(scores(overall=0.9), None, inputs=inputs), promotion())


def test_the_declared_columns_pass():
    finding = judged(COLUMNS)
    assert (finding.verdict, finding.reason) == (
        GateVerdict.PASS,
        "reads the 2 columns that are declared",
    )


X1, SEGMENT = COLUMNS


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        ([X1], "segment is declared and not read"),
        ([X1, SEGMENT, ("x2", "float64")], "x2 is read and not declared"),
        ([("x1", "str"), SEGMENT], "x1 is read as str and declared as float64"),
        ([SEGMENT, X1], "the version reads segment, x1, in another order than x1, segment"),
        ([], "x1 is declared and not read; segment is declared and not read"),
    ],
)
def test_what_differs_is_named(reads, told):
    finding = judged(reads)
    assert finding.verdict is GateVerdict.FAIL
    assert finding.reason == told


def test_inputs_that_nobody_looked_at_are_not_evaluable():
    assert judged(None).verdict is GateVerdict.NOT_EVALUABLE
