"""How long a training will still take."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from transformers import TrainerState


@dataclass
class Forecast:
    """How long all that is left will take, in seconds, from what the stages took so far.

    Attributes:
        step_s: of a training step, a running mean.
        evaluation_s: per split, of its evaluation as measured last.
        after_s: of all that follows the training.
    """

    step_s: float = 0.0
    evaluation_s: dict[str, float] = field(default_factory=dict)
    after_s: float = 0.0
    _last: float = field(default=0.0, repr=False)

    def begin(self) -> None:
        """A step begins."""
        self._last = time.monotonic()

    def end(self) -> None:
        """A step has ended."""
        took = time.monotonic() - self._last
        self.step_s = took if not self.step_s else 0.95 * self.step_s + 0.05 * took

    def left(self, steps: int, evaluations: int) -> float:
        """Seconds for so many steps and evaluations of all splits, and what follows."""
        once = sum(self.evaluation_s.values())
        return steps * self.step_s + evaluations * once + self.after_s


def evaluations_left(state: TrainerState, every: int) -> int:
    """How many evaluations are to come: one each `every` steps, or each epoch where that is 0."""
    if every:
        return math.ceil((state.max_steps - state.global_step) / every)
    return math.ceil((state.num_train_epochs or 0) - (state.epoch or 0.0))
