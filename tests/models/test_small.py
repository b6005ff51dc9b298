from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from toxapp.errors import ModelError
from toxapp.inference import bundle
from toxapp.inference.tokens import encode, open_tokenizer
from toxapp.models import small
from toxapp.models.encoder import start_at_rates
from toxapp.models.small import Shape, Small, SmallConfig, SmallNetwork

LABELS = ["rude", "spam", "never"]
ODD = ['a "quoted" one', "ünï/cödé", "10", "label_0"]
PLAIN = Shape(4, "mean", 0, 1, 0.0)
DEEP = Shape(4, "mean and max", 2, 5, 0.0)


def built(base: Path, shape: Shape = DEEP, labels: list[str] = LABELS, seed: int = 0) -> Small:
    words = small.own_tokenizer(f"small:{base}", 32)
    torch.manual_seed(seed)
    return small.build(labels, words, shape)


def by_hand(pooling: str) -> SmallNetwork:
    """Embeddings [n, -n] of token n; the logits are what is pooled."""
    pools = 1 if pooling == "mean" else 2
    names = {n: str(n) for n in range(2 * pools)}
    model = SmallNetwork(
        SmallConfig(vocab_size=9, embedding_size=2, pooling=pooling, id2label=names)
    )
    model.train(False)
    with torch.no_grad():
        tokens = torch.arange(9.0)
        model.embeddings.weight.copy_(torch.stack([tokens, -tokens], dim=1))
        model.classifier.weight.copy_(torch.eye(2 * pools))
        model.classifier.bias.zero_()
    return model


def pooled(pooling: str, ids: list[list[int]], mask: list[list[int]]) -> list[list[float]]:
    with torch.inference_mode():
        tensors = (torch.tensor(each, dtype=torch.int64) for each in (ids, mask))
        logits = by_hand(pooling)(*tensors).logits
    found: list[list[float]] = logits.tolist()
    return found


def test_what_a_text_is_filled_up_with_does_not_count() -> None:
    ids, mask = [[1, 2, 6], [4, 8, 8]], [[1, 1, 1], [1, 0, 0]]
    assert pooled("mean", ids, mask) == [[3, -3], [4, -4]]
    assert pooled("mean and max", ids, mask) == [[3, -3, 6, -1], [4, -4, 4, -4]]


def test_a_text_of_no_tokens_pools_to_nothing_also_alone() -> None:
    assert pooled("mean and max", [[7], [2]], [[0], [1]]) == [[0] * 4, [2, -2, 2, -2]]
    assert pooled("mean and max", [[]], [[]]) == [[0] * 4]


def test_a_padding_token_that_somebody_wrote_counts_like_any_other() -> None:
    assert pooled("mean", [[0, 4, 0]], [[1, 1, 0]]) == [[2, -2]]


def test_what_comes_before_a_layer_is_cut_at_0() -> None:
    model = SmallNetwork(SmallConfig(vocab_size=2, dense_layers=1, id2label={0: "rude"}))
    model.train(False)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0)
        model.embeddings.weight.copy_(torch.tensor([[2.0], [-3.0]]))
        ids = torch.tensor([[0], [1]])
        logits = model(ids, torch.ones_like(ids)).logits
    assert logits.tolist() == [[4.0], [1.0]]  # relu(2 + 1) + 1, relu(-3 + 1) + 1


def test_weights_are_drawn_by_the_seed(model_folder: Path) -> None:
    first, same = built(model_folder).model.state_dict(), built(model_folder).model.state_dict()
    other = built(model_folder, seed=1).model.state_dict()
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (PLAIN, {"classifier.weight": (3, 4), "classifier.bias": (3,)}),
        (
            DEEP,
            {
                "dense.0.weight": (5, 8),
                "dense.0.bias": (5,),
                "dense.1.weight": (5, 5),
                "dense.1.bias": (5,),
                "classifier.weight": (3, 5),
                "classifier.bias": (3,),
            },
        ),
    ],
)
def test_its_size_is_what_was_asked_for(
    shape: Shape, expected: dict[str, tuple[int, ...]], model_folder: Path
) -> None:
    made = built(model_folder, shape)
    sizes = {name: tuple(values.shape) for name, values in made.model.state_dict().items()}
    assert sizes == {"embeddings.weight": (len(made.tokenizer), 4), **expected}


def test_an_untrained_network_says_each_labels_rate(model_folder: Path) -> None:
    model = built(model_folder).model
    rates = np.array([0.5, 0.1, 0.003])
    start_at_rates(model, rates)
    np.testing.assert_allclose(model.classifier.bias.detach().sigmoid(), rates, rtol=1e-5)


def test_dropout_is_in_force_while_it_learns_alone(model_folder: Path) -> None:
    model = built(model_folder, Shape(64, "mean", 1, 64, 0.5)).model
    ids = torch.tensor([[5, 6, 7]])
    once, again = (model(ids, torch.ones_like(ids)).logits for _ in range(2))
    assert not torch.equal(once, again)
    model.train(False)
    once, again = (model(ids, torch.ones_like(ids)).logits for _ in range(2))
    assert torch.equal(once, again)


def test_the_tokenizer_is_the_bundled_models_or_that_of_a_folder(
    model_folder: Path, tmp_path: Path
) -> None:
    assert small.base_of("small") == "minilm"
    assert len(small.own_tokenizer("small", 16)) == 30522
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((model_folder / name).read_bytes())
    alone = small.own_tokenizer(f"small:{tmp_path}", 16)  # no weights beside it
    assert alone.get_vocab() == small.own_tokenizer(f"small:{model_folder}", 16).get_vocab()
    assert alone.model_max_length == 16


def test_a_tokenizer_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no folder '/no/such/folder'"):
        small.own_tokenizer("small:/no/such/folder", 16)
    (tmp_path / "tokenizer.json").write_text("no tokenizer")
    with pytest.raises(ModelError, match="has no fast tokenizer"):
        small.own_tokenizer(f"small:{tmp_path}", 16)


def test_texts_are_cut_as_the_saved_tokenizer_cuts_them(model_folder: Path, tmp_path: Path) -> None:
    made = built(model_folder)
    small.save(made, tmp_path / "saved")
    texts = ["The bus was late", "", "late " * 50, "never heard"]
    cut = encode(small.cutter(made), texts)
    served = encode(open_tokenizer(tmp_path / "saved" / "tokenizer.json", 32), texts)
    assert [len(ids) for ids in cut] == [6, 2, 32, 4]
    assert [ids.tolist() for ids in served] == [ids.tolist() for ids in cut]


def test_a_saved_network_is_safetensors_and_json(model_folder: Path, tmp_path: Path) -> None:
    made = built(model_folder)
    small.save(made, tmp_path / "saved")
    kept = load_file(tmp_path / "saved" / "model.safetensors")
    for name, values in made.model.state_dict().items():
        assert torch.equal(kept[name], values), name
    config = json.loads((tmp_path / "saved" / "config.json").read_text())
    size = ("embedding_size", "pooling", "dense_layers", "dense_size")
    assert [config[name] for name in size] == [4, "mean and max", 2, 5]
    assert config["id2label"] == {"0": "rude", "1": "spam", "2": "never"}
    other = small.load_weights(built(model_folder, seed=1), tmp_path / "saved").model.state_dict()
    assert all(torch.equal(kept[name], other[name]) for name in kept)


def test_a_bundle_records_what_it_holds(model_folder: Path, tmp_path: Path) -> None:
    small.save(built(model_folder, labels=ODD), tmp_path / "model")
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "model.safetensors").write_bytes(b"half")  # of a killed job
    small.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32)
    found = bundle.read(tmp_path / "bundle")
    assert (found.kind, found.labels, found.max_length) == ("small", tuple(ODD), 32)
    assert found.details == {"pooling": "mean and max", "dense_layers": 2}
    names = ["model.safetensors", "tokenizer.json"]
    assert sorted(f.name for f in (tmp_path / "bundle").iterdir()) == ["bundle.json", *names]
    assert sorted(found.hashes) == names
