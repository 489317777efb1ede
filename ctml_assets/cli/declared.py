"""The declaration of the model that a command names."""

from typing import TYPE_CHECKING

from ctml_assets.errors import DeclarationError

if TYPE_CHECKING:
    from ctml_assets.core.spec import ModelSpec


def declared_model(model: str) -> "ModelSpec":
    """Return a model's declaration.

    Raises
    ------
    DeclarationError
        If there is none, with the names that are declared, or it is broken, with its mistakes.
    """
    from ctml_assets.components import DEFS_ROOT, load_models

    models = load_models(DEFS_ROOT)
    for spec in models.specs:
        if spec.name == model:
            return spec
    problems = [it.problem for it in models.broken if model in (it.name, it.folder)]
    if problems:
        raise DeclarationError(f"{model}: its declaration is broken:\n" + "\n".join(problems))
    remedy = f"declare it in {DEFS_ROOT / model}/defs.yaml"
    if not models.specs:
        raise DeclarationError(f"model must be declared, got {model!r}, and none is; {remedy}")
    names = ", ".join(spec.name for spec in models.specs)
    raise DeclarationError(f"model must be one of {names}, got {model!r}; {remedy}")
