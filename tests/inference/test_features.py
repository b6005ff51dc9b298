from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.inference.test_ngrams import TEXTS, column
from tests.tiny import PLAIN, RUDE, SPAM
from toxapp.inference.features import Vocabulary, chunks, sums, vectors
from toxapp.inference.ngrams import Grams
from toxapp.models.linear import LinearSettings, learn, matrix


def sentences(rows: int = 60, seed: int = 0) -> list[str]:
    """Words of at least three letters, some repeated, some in capitals, some with punctuation."""
    rng = np.random.default_rng(seed)
    words = [word for word in (*RUDE, *SPAM, *PLAIN, "Late!", "(nice)") if len(word) > 2]
    return ["  ".join(rng.choice(words, rng.integers(1, 12))) for _ in range(rows)]


def similarities(found: Any) -> NDArray[np.float64]:
    """(n, n) products of the rows, which do not depend on the order of the columns."""
    products: NDArray[np.float64] = (found @ found.T).toarray()
    return products


@pytest.mark.parametrize("min_texts", [1, 2, 5])
def test_features_are_those_of_scikit_learn(min_texts: int) -> None:
    """Equal where no word has under 3 letters, which scikit-learn counts once more when padded."""
    texts = sentences()
    options = {"min_df": min_texts, "sublinear_tf": True}
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **options)
    words = TfidfVectorizer(token_pattern=r"[^\W_]+", ngram_range=(1, 2), **options)
    theirs = hstack([characters.fit_transform(texts), words.fit_transform(texts)], format="csr")
    vocabulary = learn(texts, LinearSettings(min_texts=min_texts))
    ours = matrix(texts, vocabulary)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(similarities(ours), similarities(theirs), atol=1e-6)
    new = sentences(20, seed=1)
    unseen = hstack([characters.transform(new), words.transform(new)], format="csr")
    found = matrix(new, vocabulary)
    np.testing.assert_allclose(similarities(found), similarities(unseen), atol=1e-6)


def test_weights_by_hand() -> None:
    """In "ab ab", of words alone: ab twice, the pair once; each in one text of two."""
    grams = Grams(shortest=2, longest=2)
    columns = sorted(column(("w", *words)) for words in (("ab",), ("ab", "ab")))
    vocabulary = Vocabulary(grams, np.array(columns, np.int32), np.array([2, 3], np.float32))
    found = vectors(["ab ab", "xy"], vocabulary)
    single = columns.index(column(("w", "ab")))
    raw = np.array([2.0, 3.0])
    raw[single] *= 1 + np.log(2)
    np.testing.assert_allclose(found.values, raw / np.hypot(*raw), rtol=1e-12)
    assert (found.texts.tolist(), found.columns.tolist()) == ([0, 0], [0, 1])


def test_ngrams_outside_the_vocabulary_change_nothing() -> None:
    vocabulary = learn(["abc", "abc"], LinearSettings())
    one, other = vectors(["abc"], vocabulary), vectors(["abc zzzz"], vocabulary)
    assert np.array_equal(one.values, other.values)
    assert len(vectors(["zzzz"], vocabulary).values) == 0


def test_each_kind_of_ngram_has_length_one() -> None:
    vocabulary = learn(sentences(), LinearSettings())
    found = matrix(sentences(10, seed=2), vocabulary)
    words = vocabulary.columns >= 2**21
    for part in (found[:, np.flatnonzero(words)], found[:, np.flatnonzero(~words)]):
        np.testing.assert_allclose(part.multiply(part).sum(axis=1), 1, rtol=1e-12)


def test_a_texts_features_do_not_depend_on_its_company() -> None:
    texts = [*TEXTS, *sentences(300)]
    vocabulary = learn(texts, LinearSettings())
    together = matrix(texts, vocabulary)
    for row, text in enumerate(texts):
        alone = matrix([text], vocabulary)
        assert np.array_equal(together[row].indices, alone.indices)
        assert np.array_equal(together[row].data, alone.data)


def test_sums_are_products_with_the_table() -> None:
    texts = ["", *sentences(20), ""]
    vocabulary = learn(texts, LinearSettings())
    table = np.random.default_rng(0).normal(size=(len(vocabulary.columns), 3)).astype(np.float32)
    found = sums(vectors(texts, vocabulary), table, len(texts))
    np.testing.assert_allclose(found, matrix(texts, vocabulary) @ table, atol=1e-12)
    assert not found[[0, -1]].any()


def test_an_empty_vocabulary_gives_sums_of_zero() -> None:
    vocabulary = learn(["", ""], LinearSettings())
    assert len(vocabulary.columns) == 0
    found = sums(vectors(["abc", ""], vocabulary), np.empty((0, 2), np.float32), 2)
    assert found.tolist() == [[0, 0], [0, 0]]


def test_chunks_hold_every_text_once_and_keep_both_limits() -> None:
    rng = np.random.default_rng(0)
    texts = ["x" * size for size in rng.integers(0, 9000, 1000)]
    parts = list(chunks(texts))
    assert [text for part in parts for text in texts[part]] == texts
    for part in parts:
        assert part.stop - part.start <= 128
        assert sum(len(text) for text in texts[part]) <= 100_000


def test_a_text_longer_than_a_chunk_is_one_of_its_own() -> None:
    texts = ["a", "x" * 200_000, "b", "c"]
    assert [texts[part][0][0] for part in chunks(texts)] == ["a", "x", "b"]
    assert list(chunks([])) == []
