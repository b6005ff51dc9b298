"""Label strings: what a text-to-text classifier writes, and what its probabilities say of labels.

    positive labels in their order, one word each     toxic insult
    none                                              not_toxic

A word is a few tokens; the end token follows the last one. Strings share their beginnings, so they
form a tree: the probability of all of them takes one distribution per node. Does not know torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

EXACT_LABELS = 6
"""Up to so many labels every string is scored: 64 of them, about 260 nodes in T5's own tokens."""
_WIDTH = 16
_LEAST = 1e-6

Members = tuple[int, ...]


@dataclass(frozen=True)
class Words:
    """The tokens that strings are made of.

    Attributes:
        labels: token ids of each label's word.
        none: of the word for no label.
        start: what the decoder reads before the first token.
        end: what it writes behind the last one.
    """

    labels: tuple[tuple[int, ...], ...]
    none: tuple[int, ...]
    start: int
    end: int

    def written(self, members: Members) -> tuple[int, ...]:
        """Token ids of the string for these labels, ascending, without start and end."""
        if not members:
            return self.none
        return tuple(token for label in members for token in self.labels[label])

    def following(self) -> tuple[int, ...]:
        """What can follow a word: the end, then the first token of each label's word."""
        return (self.end, *(word[0] for word in self.labels))


@dataclass(frozen=True, eq=False)
class Tree:
    """Strings as a tree of tokens; node 0 is the start.

    Attributes:
        tokens: (n_nodes,) what is read at each node.
        parents: (n_nodes,) the node before; the start is its own.
        depths: (n_nodes,) how many nodes lie before.
        sees: (n_nodes, n_nodes) whether the second lies on the way to the first, itself included.
        ends: (n_strings,) the node of each string's last token.
        strings: which labels each names.
    """

    tokens: NDArray[np.int64]
    parents: NDArray[np.int64]
    depths: NDArray[np.int64]
    sees: NDArray[np.bool_]
    ends: NDArray[np.int64]
    strings: tuple[Members, ...]


def tree(words: Words, strings: Iterable[Members]) -> Tree:
    """The tree of these strings, each as label numbers in ascending order."""
    kept = tuple(strings)
    tokens, parents = [words.start], [0]
    known: dict[tuple[int, int], int] = {}
    ends = []
    for members in kept:
        node = 0
        for token in words.written(members):
            if (node, token) not in known:
                known[node, token] = len(tokens)
                tokens.append(token)
                parents.append(node)
            node = known[node, token]
        ends.append(node)
    sees = np.eye(len(tokens), dtype=np.bool_)
    for node, parent in enumerate(parents):  # a parent always comes before its children
        sees[node] |= sees[parent]
    return Tree(
        np.array(tokens), np.array(parents), sees.sum(1) - 1, sees, np.array(ends, np.int64), kept
    )


def every(n_labels: int) -> list[Members]:
    """All 2 ** n_labels strings, the one for no label first."""
    labels = range(n_labels)
    return [members for size in range(n_labels + 1) for members in combinations(labels, size)]


def short(n_labels: int) -> list[Members]:
    """The strings of no label and of one, so that every label is in some and not in others."""
    return [(), *((label,) for label in range(n_labels))]


def longer(
    found: Sequence[Members],
    whole: NDArray[np.float64],
    next_word: NDArray[np.float64],
    *,
    known: float,
) -> list[Members]:
    """The most probable strings of one word more, at most 16; fewer where others hardly count.

    Args:
        found: strings of the same number of words, at least one each.
        whole: (n_found,) log probability of each up to its last word.
        next_word: (n_found, n_labels) that of each label's first token there.
        known: log probability of all strings looked at so far; left out is what is less than a
            millionth as probable.
    """
    candidates = [
        (float(whole[n] + next_word[n, label]), (*members, label))
        for n, members in enumerate(found)
        for label in range(members[-1] + 1, next_word.shape[1])
    ]
    best = sorted(candidates, key=lambda each: (-each[0], each[1]))[:_WIDTH]
    return [members for value, members in best if value > known + math.log(_LEAST)]


@dataclass(frozen=True, eq=False)
class Marginals:
    """What the probabilities of strings say of labels.

    Attributes:
        logits: float64 (n_texts, n_labels), of the probability among the known strings.
        known: float64 (n_texts,), log probability of all known strings together.
    """

    logits: NDArray[np.float64]
    known: NDArray[np.float64]


def marginals(
    strings: Sequence[Members], log_probabilities: NDArray[np.float64], n_labels: int
) -> Marginals:
    """The odds of each label: all strings that name it against all that do not.

    Args:
        strings: which labels each names; every label is in some of them and not in others.
        log_probabilities: (n_texts, n_strings).
        n_labels: how many labels there are.
    """
    named = np.zeros((len(strings), n_labels), np.bool_)
    for row, members in enumerate(strings):
        named[row, list(members)] = True
    logits = [
        _total(log_probabilities[:, with_it]) - _total(log_probabilities[:, ~with_it])
        for with_it in named.T
    ]
    return Marginals(np.stack(logits, axis=1), _total(log_probabilities))


def _total(log_probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_texts,) log of the sum over the strings."""
    total: NDArray[np.float64] = np.logaddexp.reduce(log_probabilities, axis=1)
    return total
