"""A replay that kills itself in the middle of its first training: run as a process of its own."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from ctml_assets.components import promoted_model_asset
from ctml_assets.core.tuning import study
from ctml_assets_tests.replay.histories import history_spec, replay


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(home: str, source: str, moment: str) -> None:
    if moment == "tuning":
        study._judged = die
    elif moment == "before promotion":
        promoted_model_asset.admit = die
    elif moment == "after promotion":
        promoted_model_asset.document_of = die_once_promoted(promoted_model_asset.document_of)
    replay(Path(home), history_spec(Path(source)))


def die_once_promoted(document_of: Any) -> Any:
    def wrapped(value: Any) -> Any:
        if type(value).__name__ == "PromotionRecord":
            die()
        return document_of(value)

    return wrapped


if __name__ == "__main__":
    main(*sys.argv[1:])
