"""The version must read what is declared now."""

from dataclasses import dataclass

from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Schema:
    """Passes if the version's inputs are the declaration's: names, order and dtypes."""

    name: str = "schema"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare column by column; nothing is declared for it."""
        del promotion
        inputs = evidence.inputs
        if inputs is None:
            return Finding(
                self.name, GateVerdict.NOT_EVALUABLE, "the version's inputs were not looked at"
            )
        reads, declared = dict(inputs.version), dict(inputs.declared)
        problems = [
            *(f"{name} is declared and not read" for name in declared if name not in reads),
            *(f"{name} is read and not declared" for name in reads if name not in declared),
            *(
                f"{name} is read as {reads[name]} and declared as {dtype}"
                for name, dtype in declared.items()
                if name in reads and reads[name] != dtype
            ),
        ]
        if not problems and inputs.version != inputs.declared:
            problems = [
                f"the version reads {', '.join(reads)}, in another order than {', '.join(declared)}"
            ]
        if problems:
            return Finding(self.name, GateVerdict.FAIL, "; ".join(problems))
        return Finding(
            self.name, GateVerdict.PASS, f"reads the {len(declared)} columns that are declared"
        )
