"""What a training by gradient makes small: cross-entropy over the known targets, and its kinds.

Missing targets count for nothing, fractions are learned as fractions. Rare labels can be made up
for by positives that count more, or by focal loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy_with_logits

from toxapp.runs.settings import Settings

_POWERS = {"none": 0.0, "focal": 0.0, "sqrt": 0.5, "balanced": 1.0}


@dataclass(frozen=True, eq=False)
class Loss:
    """Binary cross-entropy of several labels at once.

    Attributes:
        positive_weights: (n_labels,) how much more a positive counts than a negative.
        gamma: of focal loss; 0 is plain cross-entropy.
    """

    positive_weights: NDArray[np.float32]
    gamma: float = 0.0

    def __call__(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The mean over the known targets; 0 where none is known.

        With gamma, each is multiplied by |target - score| ** gamma, which for 0 and 1 is focal
        loss (https://arxiv.org/abs/1708.02002) and holds for fractions too
        (https://arxiv.org/abs/2006.04388).

        Args:
            logits: (n_texts, n_labels).
            targets: same shape, in [0, 1], NaN where missing.
        """
        known = ~torch.isnan(targets)
        truth = targets.nan_to_num(0.0)
        weights = torch.from_numpy(self.positive_weights).to(logits.device)
        losses = binary_cross_entropy_with_logits(
            logits.float(), truth, pos_weight=weights, reduction="none"
        )
        if self.gamma:
            losses = losses * (truth - logits.float().sigmoid()).abs() ** self.gamma
        return (losses * known).sum() / known.sum().clamp(min=1)


def loss_for(settings: Settings, targets: NDArray[np.float32]) -> Loss:
    """The loss that the settings ask for.

    Args:
        settings: of the run.
        targets: of the training rows (n_texts, n_labels), NaN where missing.
    """
    gamma = settings.focal_gamma if settings.imbalance == "focal" else 0.0
    return Loss(positive_weights(targets, settings.imbalance), gamma)


def positive_weights(targets: NDArray[np.float32], how: str) -> NDArray[np.float32]:
    """(n_labels,) negatives / positives to a power: 1 "balanced", 0.5 "sqrt", else 0.

    A label without a positive, or without a negative, gets 1. Fractions count as they are.
    """
    positives = np.nansum(targets, axis=0, dtype=np.float64)
    negatives = (~np.isnan(targets)).sum(axis=0) - positives
    both = (positives > 0) & (negatives > 0)
    ratio = np.ones_like(positives)
    np.divide(negatives, positives, out=ratio, where=both)
    weights: NDArray[np.float32] = (ratio ** _POWERS[how]).astype(np.float32)
    return weights
