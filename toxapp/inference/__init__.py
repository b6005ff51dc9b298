"""A bundle becomes scores: the only code that scores, in the app, on the command line, in the demo.

Self-contained (relative imports only), so that it can be carried elsewhere byte for byte. Does not
know datasets, runs or jobs.

    scorer = toxapp.inference.load("workspace/runs/20261121-.../bundle")
    scorer.score(["have a nice day"])          # float32 (1, n_labels), in scorer.labels' order
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .encoder import EncoderScorer


def load(folder: str | Path) -> EncoderScorer:
    """The scorer of a bundle; `folder` is the bundle's, or the run's that holds it.

    Loads the engine (about 3 s for torch) and checks every file against its recorded hash.

    Raises:
        BundleError: the bundle is missing, damaged, or of a kind that this version does not score.
    """
    # Before the engine loads: threads that spin while they wait made a training step on a busy
    # 2-core machine 3 to 10 times slower than threads that sleep (4.2 s against 0.9 s).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from .bundle import read, verify  # noqa: PLC0415 - engines load when asked for
    from .encoder import EncoderScorer  # noqa: PLC0415

    place = Path(folder)
    if not (place / "bundle.json").exists() and (place / "bundle").is_dir():
        place = place / "bundle"
    bundle = read(place)
    verify(place, bundle)
    return EncoderScorer(place, bundle)
