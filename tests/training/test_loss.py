from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from toxapp.runs.settings import Settings
from training.loss import Loss, loss_for, positive_weights

NAN = math.nan


def plain(labels: int) -> Loss:
    return Loss(np.ones(labels, np.float32))


def test_the_loss_is_the_mean_over_the_known_targets() -> None:
    logits = torch.tensor([[0.0, 5.0], [0.0, math.log(3)]])
    targets = torch.tensor([[1.0, NAN], [0.0, 0.5]])
    # Scores of 0.5 for 1 and for 0, and of 0.75 for a half.
    by_hand = (2 * math.log(2) - 0.5 * math.log(0.75) - 0.5 * math.log(0.25)) / 3
    assert plain(2)(logits, targets).item() == pytest.approx(by_hand)


def test_the_loss_is_that_of_torch_on_the_known_targets() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(50, 6), torch.rand(50, 6)
    expected = binary_cross_entropy_with_logits(logits, targets)
    assert plain(6)(logits, targets).item() == pytest.approx(expected.item())
    known = torch.rand(50, 6) < 0.6
    expected = binary_cross_entropy_with_logits(logits[known], targets[known])
    masked = targets.masked_fill(~known, NAN)
    assert plain(6)(logits, masked).item() == pytest.approx(expected.item())


@pytest.mark.parametrize("imbalance", ["none", "balanced", "sqrt", "focal"])
def test_without_any_known_target_the_loss_and_its_gradient_are_zero(imbalance: str) -> None:
    loss = loss_for(Settings("d", imbalance=imbalance), np.array([[1, 0]], np.float32))
    logits = torch.tensor([[3.0, -2.0]], requires_grad=True)
    found = loss(logits, torch.full((1, 2), NAN))
    found.backward()  # type: ignore[no-untyped-call]
    assert found.item() == 0
    assert logits.grad is not None
    assert logits.grad.tolist() == [[0, 0]]


def test_half_precision_logits_give_a_loss_in_full_precision() -> None:
    logits = torch.tensor([[0.0, 1.0]], dtype=torch.bfloat16)
    assert plain(2)(logits, torch.tensor([[1.0, 0.0]])).dtype == torch.float32


def test_positives_count_as_much_as_all_negatives_or_by_the_root_of_that() -> None:
    targets = np.array([[1, 0, 0.5], [0, 0, 0], [0, 0, NAN], [0, 0, 0], [0, 0, 0]], np.float32)
    # One in five; none; a half in four known.
    assert positive_weights(targets, "balanced").tolist() == [4, 1, 7]
    assert positive_weights(targets, "sqrt").tolist() == pytest.approx([2, 1, math.sqrt(7)])
    assert positive_weights(targets, "none").tolist() == [1, 1, 1]
    assert positive_weights(np.ones((3, 1), np.float32), "balanced").tolist() == [1]


def test_weights_multiply_the_positive_part_of_a_target() -> None:
    logits = torch.zeros(1, 2)
    found = Loss(np.array([3, 3], np.float32))(logits, torch.tensor([[1.0, 0.5]]))
    assert found.item() == pytest.approx((3 + (1.5 + 0.5)) * math.log(2) / 2)


def test_focal_loss_learns_less_from_what_is_scored_well() -> None:
    score = 0.9
    logits = torch.tensor([[math.log(score / (1 - score))] * 2])
    found = Loss(np.ones(2, np.float32), gamma=2.0)(logits, torch.tensor([[1.0, 0.0]]))
    by_hand = (-(0.1**2) * math.log(0.9) - 0.9**2 * math.log(0.1)) / 2
    assert found.item() == pytest.approx(by_hand, rel=1e-4)


def test_focal_loss_of_a_fraction_is_least_at_that_fraction() -> None:
    score = torch.linspace(0.01, 0.99, 99)
    logits = torch.log(score / (1 - score))[:, None]
    loss = Loss(np.ones(1, np.float32), gamma=2.0)
    found = [loss(row[None], torch.tensor([[0.3]])).item() for row in logits]
    assert score[int(np.argmin(found))].item() == pytest.approx(0.3, abs=0.005)


def test_gamma_counts_for_focal_loss_alone() -> None:
    targets = np.array([[1], [0], [0]], np.float32)
    assert loss_for(Settings("d"), targets).gamma == 0
    assert loss_for(Settings("d", imbalance="sqrt"), targets).gamma == 0
    assert loss_for(Settings("d", imbalance="focal", focal_gamma=1.5), targets).gamma == 1.5
