import pytest

from ctml_assets.lake import Finding, Problem, RegistryReport


@pytest.mark.parametrize(
    ("problem", "sound"),
    [
        (Problem.DAMAGED, False),
        (Problem.MISSING, False),
        (Problem.ORPHAN, True),
        (Problem.ASIDE, True),
        (Problem.FOREIGN, True),
    ],
)
def test_only_what_cannot_be_read_makes_a_registry_unsound(problem, sound):
    finding = Finding("registry/m/x", problem, "x: must be y, got z; mend it")
    harmless = Finding("registry/m/y", Problem.ORPHAN, "")
    assert finding.harmful is not sound
    assert RegistryReport("m", 1, 1, (harmless, finding), (), ()).sound is sound


def test_a_report_without_findings_is_sound():
    assert RegistryReport("m", 0, 0, (), ("registry/m/removed",), ()).sound
