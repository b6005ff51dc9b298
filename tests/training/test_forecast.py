from __future__ import annotations

from transformers import TrainerState

from training.forecast import Forecast, evaluations_left


def test_the_time_left_counts_steps_evaluations_of_all_splits_and_what_follows() -> None:
    found = Forecast(step_s=2.0, evaluation_s={"train": 1.0, "test": 3.0}, after_s=10.0)
    assert found.left(5, 2) == 5 * 2 + 2 * (1 + 3) + 10
    assert Forecast().left(5, 2) == 0


def test_evaluations_left_are_those_of_the_epochs_or_of_the_steps() -> None:
    state = TrainerState(epoch=1.5, num_train_epochs=4, global_step=15, max_steps=40)
    assert evaluations_left(state, 0) == 3
    assert evaluations_left(state, 10) == 3
    assert evaluations_left(TrainerState(global_step=40, max_steps=40), 10) == 0
