from __future__ import annotations

import math

import numpy as np
import pytest

from toxapp.inference.strings import Words, every, longer, marginals, short, tree

# Three labels of one and two tokens; 9 is the word for none, 0 the start, 1 the end.
WORDS = Words(labels=((2,), (3, 4), (5,)), none=(9,), start=0, end=1)


def test_a_string_is_the_words_of_its_labels_in_their_order() -> None:
    assert WORDS.written((0, 1, 2)) == (2, 3, 4, 5)
    assert WORDS.written((1,)) == (3, 4)
    assert WORDS.written(()) == (9,)
    assert WORDS.following() == (1, 2, 3, 5)


def test_every_string_of_three_labels_is_there_once() -> None:
    found = every(3)
    assert found == [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)]
    assert short(3) == found[:4]
    assert [len(every(n)) for n in (1, 2, 6)] == [2, 4, 64]


def test_strings_share_the_nodes_of_their_beginnings() -> None:
    grown = tree(WORDS, every(3))
    # start, 9, 2, 3-4, 5; behind 2: 3-4 and 5; behind 3-4: 5; behind 2-3-4: 5
    assert len(grown.tokens) == 1 + 5 + 3 + 1 + 1
    assert grown.strings == tuple(every(3))
    for members, end in zip(grown.strings, grown.ends, strict=True):
        way = np.flatnonzero(grown.sees[end])
        assert tuple(grown.tokens[way][1:]) == WORDS.written(members)
        assert grown.depths[end] == len(WORDS.written(members))


def test_a_node_sees_itself_and_what_lies_before_it_and_no_more() -> None:
    grown = tree(WORDS, [(0, 1), (2,)])
    assert grown.tokens.tolist() == [0, 2, 3, 4, 5]
    assert grown.parents.tolist() == [0, 0, 1, 2, 0]
    assert grown.depths.tolist() == [0, 1, 2, 3, 1]
    assert grown.sees.astype(int).tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0],
        [1, 0, 0, 0, 1],
    ]


def test_a_labels_probability_is_that_of_the_strings_that_name_it() -> None:
    # Of the known strings' 0.8: none 0.4, the first 0.2, the second 0.1, both 0.1.
    shares = np.log([[0.4, 0.2, 0.1, 0.1]])
    found = marginals([(), (0,), (1,), (0, 1)], shares, 2)
    scores = 1 / (1 + np.exp(-found.logits))
    np.testing.assert_allclose(scores, [[0.3 / 0.8, 0.2 / 0.8]])
    np.testing.assert_allclose(np.exp(found.known), [0.8])


def test_probabilities_too_small_for_a_float_still_have_odds() -> None:
    found = marginals([(), (0,)], np.array([[-2000.0, -2001.0], [-2001.0, -2000.0]]), 1)
    assert found.logits[:, 0].tolist() == [-1.0, 1.0]


def test_longer_strings_come_most_probable_first() -> None:
    whole = np.log([0.5, 0.3])
    next_word = np.log([[0.1, 0.4, 0.2, 0.01], [0.1, 0.1, 0.5, 0.3]])
    # Only labels behind the last one: 0 -> 1, 2, 3 and 1 -> 2, 3.
    found = longer([(0,), (1,)], whole, next_word, known=0.0)
    assert found == [(0, 1), (1, 2), (0, 2), (1, 3), (0, 3)]


def test_sixteen_longer_strings_go_on_at_most() -> None:
    next_word = np.log(np.linspace(0.01, 0.05, 30))[None]
    found = longer([(0,)], np.zeros(1), next_word, known=0.0)
    assert found == [(0, label) for label in range(29, 13, -1)]


def test_strings_that_hardly_count_are_left_out() -> None:
    whole = np.array([0.0, -30.0])
    next_word = np.full((2, 3), -1.0)
    assert longer([(0,), (1,)], whole, next_word, known=0.0) == [(0, 1), (0, 2)]
    assert longer([(0,), (1,)], whole, next_word, known=-20.0) == [(0, 1), (0, 2), (1, 2)]
    assert longer([(0, 1, 2)], np.zeros(1), np.zeros((1, 3)), known=0.0) == []
    assert longer([], np.zeros(0), np.zeros((0, 3)), known=0.0) == []


@pytest.mark.parametrize("n_labels", [1, 2, 5])
def test_equal_strings_give_every_label_one_half(n_labels: int) -> None:
    strings = every(n_labels)
    found = marginals(strings, np.full((2, len(strings)), -3.0), n_labels)
    np.testing.assert_allclose(found.logits, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.known, math.log(len(strings)) - 3.0)
