from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import TrainingArguments

from toxapp.models import encoder
from toxapp.models.encoder import Encoder
from training.batches import Bounds
from training.learner import Collator, Examples, Learner, Pace
from training.loss import Loss

NAN = math.nan
IDS = [np.array(ids, np.int32) for ids in ([2, 4, 3], [2, 5, 6, 7, 3], [2, 20, 3], [2, 9, 21, 3])]
TARGETS = np.array([[1, 0], [0, 1], [NAN, 0], [1, NAN]], np.float32)
COLLATOR = Collator(0, ("input_ids", "token_type_ids", "attention_mask"))
LOSS = Loss(np.ones(2, np.float32))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """On a busy machine two threads wait for each other longer than they work on so little."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def made(model_folder: Path) -> Encoder:
    torch.manual_seed(0)
    return encoder.build(
        str(model_folder), ["rude", "spam"], max_length=32, dropout=0.0, attention="eager"
    )


@pytest.fixture
def learner(made: Encoder, tmp_path: Path) -> Learner:
    return make_learner(made, tmp_path, pieces=1)


def make_learner(made: Encoder, tmp_path: Path, *, pieces: int) -> Learner:
    return Learner(
        model=made.model,
        args=TrainingArguments(
            output_dir=str(tmp_path),
            num_train_epochs=30,
            learning_rate=5e-3,
            lr_scheduler_type="constant",
            weight_decay=0.01,
            use_cpu=True,
            save_strategy="no",
            logging_steps=1,
            report_to="none",
            disable_tqdm=True,
            remove_unused_columns=False,
            label_names=["labels"],
            dataloader_pin_memory=False,
        ),
        train_dataset=Examples(IDS, TARGETS),
        eval_dataset=Examples(IDS, TARGETS),
        data_collator=COLLATOR,
        pace=Pace(head_rate=2.0, bounds=Bounds(texts=2, tokens=64), loss=LOSS, pieces=pieces),
    )


def test_a_missing_target_changes_no_gradient(made: Encoder) -> None:
    everything = gradients(made.model, [0, 1], TARGETS[:2])
    unknown = np.vstack([TARGETS[:2], [[NAN, NAN]]]).astype(np.float32)
    with_unknown = gradients(made.model, [0, 1, 2], unknown)
    for name, gradient in everything.items():
        torch.testing.assert_close(with_unknown[name], gradient, msg=name)
    last = gradients(made.model, [0, 1], np.array([[1, NAN], [0, NAN]], np.float32))
    assert last["classifier.bias"].tolist()[1] == 0
    assert not last["classifier.weight"][1].any()
    assert last["classifier.weight"][0].any()


def gradients(
    model: torch.nn.Module, texts: list[int], targets: NDArray[np.float32]
) -> dict[str, torch.Tensor]:
    """Of the loss on these texts."""
    batch = COLLATOR(
        [{"input_ids": IDS[n], "labels": row} for n, row in zip(texts, targets, strict=True)]
    )
    labels = batch.pop("labels")
    model.zero_grad()
    LOSS(model(**batch).logits, labels).backward()  # type: ignore[no-untyped-call]
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def test_the_optimiser_holds_the_very_parameters_of_the_model_that_is_trained(
    learner: Learner, made: Encoder
) -> None:
    # In a notebook of this field it held those of another instance, and the loss never moved.
    parameters = dict(made.model.named_parameters())
    before = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    learner.train()
    assert learner.optimizer is not None
    held = [id(p) for group in learner.optimizer.param_groups for p in group["params"]]
    assert sorted(held) == sorted(map(id, parameters.values()))
    for part in ("classifier.weight", "classifier.bias", "bert.pooler.dense.weight"):
        assert not torch.equal(before[part], parameters[part]), part
    losses = [entry["loss"] for entry in learner.state.log_history if "loss" in entry]
    assert np.mean(losses[-4:]) < np.mean(losses[:4]) / 2


def test_new_parts_learn_at_the_head_rate_and_only_matrices_decay(
    learner: Learner, made: Encoder
) -> None:
    names = {id(p): n for n, p in made.model.named_parameters()}
    groups = learner.create_optimizer().param_groups
    assert [(g["lr"], g["weight_decay"]) for g in groups] == [
        (5e-3, 0.0),
        (5e-3, 0.01),
        (1e-2, 0.0),
        (1e-2, 0.01),
    ]
    body, body_decayed, new, new_decayed = ({names[id(p)] for p in g["params"]} for g in groups)
    assert new == {"bert.pooler.dense.bias", "classifier.bias"}
    assert new_decayed == {"bert.pooler.dense.weight", "classifier.weight"}
    assert all(n.startswith("bert.") for n in body | body_decayed)
    assert "bert.encoder.layer.0.attention.self.query.weight" in body_decayed
    assert {"bert.embeddings.LayerNorm.weight", "bert.encoder.layer.1.output.dense.bias"} <= body


@pytest.mark.parametrize("pieces", [2, 3, 4, 9])
def test_a_step_in_pieces_has_the_gradient_of_the_whole(
    made: Encoder, tmp_path: Path, pieces: int
) -> None:
    examples = Examples(IDS, TARGETS)
    whole = gradients(made.model, [0, 1, 2, 3], TARGETS)
    learner = make_learner(made, tmp_path, pieces=pieces)
    learner.current_gradient_accumulation_steps = 1
    made.model.zero_grad()
    loss = learner.training_step(made.model, COLLATOR([examples[n] for n in range(4)]))
    batch = COLLATOR([examples[n] for n in range(4)])
    labels = batch.pop("labels")
    torch.testing.assert_close(loss, LOSS(made.model(**batch).logits, labels))
    for name, parameter in made.model.named_parameters():
        torch.testing.assert_close(parameter.grad, whole[name], msg=name)


def test_a_text_is_a_list_of_token_ids_and_its_targets() -> None:
    examples = Examples(IDS, TARGETS)
    assert len(examples) == 4
    assert examples[1]["input_ids"] == [2, 5, 6, 7, 3]
    assert examples[1]["labels"].tolist() == [0, 1]


def test_the_collator_pads_on_the_right_and_keeps_the_order() -> None:
    examples = Examples(IDS, TARGETS)
    batch = Collator(9, ("attention_mask", "input_ids", "token_type_ids"))(
        [examples[3], examples[0], examples[1]]
    )
    assert list(batch) == ["attention_mask", "input_ids", "token_type_ids", "labels"]
    assert batch["input_ids"].tolist() == [[2, 9, 21, 3, 9], [2, 4, 3, 9, 9], [2, 5, 6, 7, 3]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 1, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 1]]
    assert not batch["token_type_ids"].any()
    assert batch["labels"].dtype == torch.float32
    np.testing.assert_array_equal(batch["labels"].numpy(), TARGETS[[3, 0, 1]])


def test_the_collator_gives_a_model_only_what_it_takes() -> None:
    batch = Collator(0, ("input_ids", "attention_mask"))([Examples(IDS, TARGETS)[0]])
    assert list(batch) == ["input_ids", "attention_mask", "labels"]


def test_training_loads_the_batches_of_its_own_sampler(learner: Learner) -> None:
    loader = learner.get_train_dataloader()
    batches = list(loader)
    assert len(loader) == len(batches) == 2
    assert sorted(batch["input_ids"].shape for batch in batches) == [(2, 3), (2, 5)]


def test_an_evaluation_leaves_the_random_numbers_of_the_training_alone(learner: Learner) -> None:
    # A loader draws a seed when it opens: a run resumed after an evaluation dropped others out.
    before = torch.random.get_rng_state()
    learner.evaluate()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_predictions_come_in_the_order_of_the_targets(learner: Learner, made: Encoder) -> None:
    found = learner.predict(Examples(IDS, TARGETS))
    assert isinstance(found.predictions, np.ndarray)
    assert isinstance(found.label_ids, np.ndarray)
    order = [
        int(np.flatnonzero([np.array_equal(row, t, True) for t in TARGETS])[0])
        for row in found.label_ids
    ]
    batch = COLLATOR([Examples(IDS, TARGETS)[n] for n in order])
    batch.pop("labels")
    with torch.inference_mode():
        expected = made.model(**batch).logits.numpy()
    np.testing.assert_allclose(found.predictions, expected, atol=1e-6)
