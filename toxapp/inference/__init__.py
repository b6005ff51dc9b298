"""A bundle becomes scores: the only code that scores, in the app, on the command line, in the demo.

Self-contained (relative imports only), so that it can be carried elsewhere byte for byte. Does not
know datasets, runs or jobs.

    scorer = toxapp.inference.load("workspace/runs/20261121-.../bundle")
    scorer.score(["have a nice day"])          # float32 (1, n_labels), in scorer.labels' order
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .bundle import COMPILED, Bundle, read, verify

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Scorer(Protocol):
    """Scores texts with the classifier of one bundle, whatever its kind."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names, in the order of the scores' columns."""

    @property
    def max_length(self) -> int | None:
        """Tokens read of a text; None: all of it."""

    def score(
        self, texts: Sequence[str], on_done: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Raw scores in [0, 1], (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number; an empty text is scored like any other, no texts give (0, n_labels).
            on_done: told after each batch how many texts are done.
        """


def load(folder: str | Path) -> Scorer:
    """The scorer of a bundle; `folder` is the bundle's, or the run's that holds it.

    Checks every file against its recorded hash and loads the engine of the bundle's kind, and no
    other (torch takes about 3 s).

    Raises:
        BundleError: the bundle is missing, damaged, or of a kind that this version does not score.
    """
    place = Path(folder)
    if not (place / "bundle.json").exists() and (place / "bundle").is_dir():
        place = place / "bundle"
    bundle = read(place)
    verify(place, bundle)
    engines = {
        "linear": _linear,
        "encoder": _encoder,
        "adopted": _encoder,
        "text-to-text": _text_to_text,
        "small": _small,
        "blend": _blend,
    }
    return engines[bundle.kind](place, bundle)


def _linear(folder: Path, bundle: Bundle) -> Scorer:
    from .linear import LinearScorer  # noqa: PLC0415 - engines load when asked for

    return LinearScorer(folder, bundle)


def _encoder(folder: Path, bundle: Bundle) -> Scorer:
    if bundle.engine in COMPILED:
        from .compiled import CompiledScorer  # noqa: PLC0415

        return CompiledScorer(folder, bundle)
    _let_threads_sleep()
    from .encoder import EncoderScorer  # noqa: PLC0415

    return EncoderScorer(folder, bundle)


def _text_to_text(folder: Path, bundle: Bundle) -> Scorer:
    _let_threads_sleep()
    from .text_to_text import TextToTextScorer  # noqa: PLC0415

    return TextToTextScorer(folder, bundle)


def _small(folder: Path, bundle: Bundle) -> Scorer:
    from .small import SmallScorer  # noqa: PLC0415

    return SmallScorer(folder, bundle)


def _blend(folder: Path, bundle: Bundle) -> Scorer:
    from .blend import BlendScorer, parts_of  # noqa: PLC0415

    return BlendScorer(bundle, [load(part) for part in parts_of(folder, bundle)])


def _let_threads_sleep() -> None:
    """Before torch loads: its threads must not spin while they wait.

    That made a training step on a busy 2-core machine 3 to 10 times slower than threads that sleep
    (4.2 s against 0.9 s).
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
