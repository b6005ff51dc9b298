from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import T5Config, T5ForConditionalGeneration

from tests.inference.test_encoder import texts_of_many_lengths
from tests.tiny import tiny_t5
from toxapp import inference
from toxapp.inference.bundle import read as read_record
from toxapp.inference.reader import Reader
from toxapp.inference.strings import Words, every
from toxapp.inference.text_to_text import TextToTextScorer
from toxapp.models import text_to_text

# Words of one to three tokens; two begin alike, and one is the beginning of another.
WORDS = (((5,), (6, 7), (6, 8, 9), (5, 10), (11,), (12, 13), (14,)), (15, 7))
IDS = [3, 20, 21, 22, 1]
MANY = tuple(f"kind{n}" for n in range(12))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """On a busy machine two threads wait for each other longer than they work on so little."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def words(n_labels: int) -> Words:
    return Words(WORDS[0][:n_labels], WORDS[1], 0, 1)


def model(**changed: Any) -> T5ForConditionalGeneration:
    torch.manual_seed(1)
    config = T5Config(
        **{
            "vocab_size": 40,
            "d_model": 16,
            "d_kv": 8,
            "d_ff": 32,
            "num_layers": 2,
            "num_heads": 2,
            "decoder_start_token_id": 0,
            "initializer_factor": 0.3,  # so that no string is all but certain
            **changed,
        }
    )
    made = T5ForConditionalGeneration(config)
    made.train(mode=False)
    return made


def by_hand(made: T5ForConditionalGeneration, found: Words) -> dict[tuple[int, ...], float]:
    """The probability of every string, each asked of the model by itself."""
    shares = {}
    for members in every(len(found.labels)):
        target = torch.tensor([[*found.written(members), found.end]])
        with torch.inference_mode():
            mean = made(input_ids=torch.tensor([IDS]), labels=target).loss
        shares[members] = math.exp(-float(mean) * target.shape[1])
    return shares


def scores_by_hand(shares: dict[tuple[int, ...], float], n_labels: int) -> NDArray[np.float64]:
    total = sum(shares.values())
    return np.array(
        [sum(p for members, p in shares.items() if n in members) / total for n in range(n_labels)]
    )


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-logits))


def read(made: T5ForConditionalGeneration, found: Words, method: str) -> Any:
    ids = torch.tensor([IDS])
    return Reader(made, found, method).read(ids, torch.ones_like(ids))


@pytest.mark.parametrize("n_labels", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "changed",
    [{}, {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}],
    ids=["T5", "T5 1.1"],
)
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_the_exact_marginal_is_that_of_every_string_scored_by_itself(
    n_labels: int, changed: dict[str, Any], attention: str
) -> None:
    made, found = model(**changed), words(n_labels)
    made.set_attn_implementation(attention)
    shares = by_hand(made, found)
    exact = read(made, found, "exact")
    np.testing.assert_allclose(
        sigmoid(exact.logits)[0], scores_by_hand(shares, n_labels), atol=1e-6
    )
    assert math.exp(exact.known[0]) == pytest.approx(sum(shares.values()), rel=1e-5)


def test_beams_that_leave_nothing_out_are_exact() -> None:
    made, found = model(), words(5)
    exact, beams = read(made, found, "exact"), read(made, found, "beams")
    np.testing.assert_allclose(sigmoid(beams.logits), sigmoid(exact.logits), atol=1e-5)
    assert beams.known[0] == pytest.approx(exact.known[0], abs=1e-5)


def test_beams_miss_only_a_small_share_of_many_labels_strings() -> None:
    made, found = model(), words(7)
    exact, beams = read(made, found, "exact"), read(made, found, "beams")
    assert beams.known[0] <= exact.known[0] + 1e-9
    np.testing.assert_allclose(sigmoid(beams.logits), sigmoid(exact.logits), atol=0.05)


@pytest.mark.parametrize("method", ["exact", "beams"])
def test_a_batch_is_read_as_its_texts_are_alone(method: str) -> None:
    reader = Reader(model(), words(3), method)
    ids = torch.tensor([[*IDS, 0, 0, 0], [20, 23, 24, 25, 26, 27, 28, 1]])
    mask = torch.tensor([[1] * 5 + [0] * 3, [1] * 8])
    together = reader.read(ids, mask)
    alone = [reader.read(ids[:1, :5], mask[:1, :5]), reader.read(ids[1:], mask[1:])]
    np.testing.assert_allclose(together.logits, [one.logits[0] for one in alone], atol=1e-4)
    np.testing.assert_allclose(together.known, [one.known[0] for one in alone], atol=1e-4)


@pytest.fixture(scope="module", params=[("rude", "spam", "never"), MANY], ids=["exact", "beams"])
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("t5")
    labels = request.param
    made = text_to_text.build(
        f"t5:{tiny_t5(place / 'base', labels)}",
        labels,
        max_length=32,
        dropout=0.0,
        attention="eager",
    )
    text_to_text.save(made, place / "model")
    text_to_text.make_bundle(place / "model", place / "bundle", max_length=32, prefix="nice: ")
    return place / "bundle"


@pytest.fixture
def scorer(bundle: Path) -> TextToTextScorer:
    return TextToTextScorer(bundle, read_record(bundle))


def test_scores_of_a_text_are_the_same_whatever_its_company(scorer: TextToTextScorer) -> None:
    texts = texts_of_many_lengths(40)
    together = scorer.score(texts)
    assert np.ptp(together[:, 0]) > 1e-3
    assert np.array_equal(together, np.concatenate([scorer.score([text]) for text in texts]))
    assert np.array_equal(together[::-1], scorer.score([*texts, "the bus " * 999][-2::-1]))


@pytest.mark.parametrize("texts", [[], [""], ["", "you idiot"], ["one"] * 3])
def test_scores_are_always_a_table_of_texts_by_labels(
    scorer: TextToTextScorer, texts: list[str]
) -> None:
    scores = scorer.score(texts)
    assert scores.shape == (len(texts), len(scorer.labels))
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scorer.read(texts).outside.shape == (len(texts),)


def test_the_bundle_says_which_method_its_scores_come_from(scorer: TextToTextScorer) -> None:
    assert scorer.method == ("beams" if scorer.labels == MANY else "exact")
    assert scorer.max_length == 32


def test_the_probability_outside_the_known_strings_is_shown(scorer: TextToTextScorer) -> None:
    outside = scorer.read(texts_of_many_lengths(9)).outside
    assert outside.dtype == np.float32
    assert ((outside > 0) & (outside < 1)).all()  # untrained: most of it is


def test_every_text_is_reported_as_done(scorer: TextToTextScorer) -> None:
    done: list[int] = []
    scorer.score(["the bus"] * 70, done.append)
    assert done == [32, 64, 70]


def test_texts_are_read_behind_the_prefix(scorer: TextToTextScorer) -> None:
    ids = [found.tolist() for (found,) in scorer._inputs(["idiot", "", "late " * 99])]
    plain = scorer._tokenizer.encode("nice: ").ids[:-1]
    assert ids[0][: len(plain)] == plain
    assert ids[1] == [*plain, 1]
    assert len(ids[2]) == 32


def test_strings_that_name_nothing_known_are_counted(scorer: TextToTextScorer) -> None:
    texts = texts_of_many_lengths(30)
    found = scorer.decoded(texts)
    assert found.labels.shape == (30, len(scorer.labels))
    assert found.labels.dtype == np.bool_
    unnamed = int((~found.labels.any(axis=1)).sum())
    assert 0 <= found.unknown <= unnamed


@pytest.mark.parametrize(
    ("written", "expected", "unknown"),
    [
        ([3, 5], [True, False, True], 0),
        ([6], [False, False, False], 0),  # not_toxic
        ([9, 10], [False, False, False], 1),  # words that are no labels
        ([4, 9], [False, True, False], 0),
        ([], [False, False, False], 1),
    ],
)
def test_what_is_written_is_read_as_labels(
    tmp_path: Path, written: list[int], expected: list[bool], unknown: int
) -> None:
    labels = ("rude", "spam", "never")
    base = tiny_t5(tmp_path / "base", labels)
    made = text_to_text.build(f"t5:{base}", labels, max_length=32, dropout=0.0, attention="eager")
    teach_by_heart(made.model, [*written, 1])
    text_to_text.save(made, tmp_path / "model")
    text_to_text.make_bundle(tmp_path / "model", tmp_path / "bundle", max_length=32, prefix="")
    scorer: Any = inference.load(tmp_path / "bundle")
    found = scorer.decoded(["the bus was late"])
    assert found.labels.tolist() == [expected]
    assert found.unknown == unknown


def teach_by_heart(made: T5ForConditionalGeneration, tokens: list[int]) -> None:
    """Let it write these tokens whatever it reads."""
    optimiser = torch.optim.Adam(made.parameters(), lr=2e-2)
    made.train()
    for _ in range(25):
        loss = made(input_ids=torch.tensor([[3, 4, 1]]), labels=torch.tensor([tokens])).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    made.train(mode=False)
