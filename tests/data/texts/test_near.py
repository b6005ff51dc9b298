"""Near-equal texts: against exact shares, and what must never share a group."""

from __future__ import annotations

import os
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toxapp.data.texts import duplicates
from toxapp.data.texts.near import Sketches

FOLDER = Path(os.environ.get("TOXAPP_REAL_DATA", "/nonexistent"))

LONG = (
    "Please do not remove the warning from your page again. If you do, an administrator "
    "will be asked to look at what you have written there since the beginning of the year."
)


def groups(texts: list[str]) -> list[int]:
    sketches = Sketches()
    sketches.add(texts)
    return [int(group) for group in sketches.groups()]


def stretches(text: str) -> set[str]:
    """The oracle: of a text in English, all stretches of five letters."""
    letters = re.sub(r"[^a-z]", "", text.casefold())
    return {letters[start : start + 5] for start in range(len(letters) - 4)}


def share(one: str, other: str) -> float:
    a, b = stretches(one), stretches(other)
    return len(a & b) / len(a | b)


def invented(rng: np.random.Generator, words: int) -> list[str]:
    """Words of random letters, 2 to 9 of them."""
    letters = np.array(list("aaabcdeeefghiiklmnnooprrsstttuvw"))
    return ["".join(rng.choice(letters, rng.integers(2, 10))) for _ in range(words)]


def variants(seed: int, families: int) -> list[str]:
    """Per family a text of 8 to 80 words, and five with ever more of its words replaced."""
    rng = np.random.default_rng(seed)
    texts = []
    for _ in range(families):
        words = invented(rng, int(rng.integers(8, 80)))
        for changed in (0, 0.02, 0.05, 0.1, 0.2, 0.4):
            at = rng.random(len(words)) < changed
            new = invented(rng, len(words))
            texts.append(" ".join(n if a else w for w, n, a in zip(words, new, at, strict=True)))
    return texts


@pytest.mark.parametrize(
    "other",
    [
        LONG.upper(),
        LONG.replace(" ", "\n\n"),
        LONG.replace(".", "!!!"),
        f"@somebody_else {LONG} https://example.org/a?b=c",
        f"12:34, 5 {LONG} 2007",
        LONG.replace("again", "agian"),
        f"{LONG} Thanks.",
    ],
)
def test_case_space_punctuation_names_links_digits_and_slips_make_no_difference(other: str) -> None:
    assert groups([LONG, "something else that is said here", other]) == [0, 1, 0]


def test_a_text_of_which_half_is_new_is_another() -> None:
    assert groups([LONG, LONG[:80] + " I think that your edit was good, so let us keep it."]) == [
        0,
        1,
    ]


def test_short_texts_are_near_only_with_equal_letters() -> None:
    texts = ["You are mad", "you are MAD!!", "You are bad", "u are mad", "@x you are mad"]
    assert groups(texts) == [0, 0, 1, 2, 0]


def test_texts_without_letters_are_near_only_when_equal() -> None:
    assert groups(["12", "13", "12", "...", "!!!", "", " ", "@a", "@b"]) == [
        0,
        1,
        0,
        2,
        3,
        4,
        4,
        5,
        6,
    ]


def test_pictograms_count_as_letters() -> None:
    assert groups(["nice 😀", "nice 🤮", "NICE 😀!", "😀", "🤮"]) == [0, 1, 0, 2, 3]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Прошу вас больше не удалять предупреждение с вашей страницы", "пожалуйста"),
        ("请不要再从您的页面上删除警告否则我们会请管理员查看您写的内容谢谢", "谢谢"),
        ("कृपया अपने पृष्ठ से चेतावनी को फिर से न हटाएं वरना देखा जाएगा", "धन्यवाद"),
    ],
)
def test_other_scripts_are_compared_as_well(one: str, other: str) -> None:
    assert groups([one, f"{one}!", f"{one} {one}", other]) == [0, 0, 0, 1]


def test_equal_shares_are_estimated_well_enough() -> None:
    """By all pairs of 900 texts with their exact shares: the oracle is sets of strings."""
    texts = variants(seed=5, families=150)
    group = groups(texts)
    related = [(a, b) for a, b in combinations(range(len(texts)), 2) if a // 6 == b // 6]
    exact = np.array([share(texts[a], texts[b]) for a, b in related])
    together = np.array([group[a] == group[b] for a, b in related])
    assert together[exact >= 0.88].mean() == 1
    assert together[exact >= 0.8].mean() >= 0.92
    # Two of a group need not be near each other, only linked, and like the group's first text.
    assert together[exact < 0.7].mean() <= 0.02
    assert together[exact < 0.5].sum() == 0


def test_texts_of_other_families_never_meet() -> None:
    texts = variants(seed=6, families=300)
    family = {group: number // 6 for number, group in enumerate(groups(texts))}
    assert all(family[group] == number // 6 for number, group in enumerate(groups(texts)))


def test_a_chain_of_small_steps_does_not_lead_to_another_text() -> None:
    """Each text is the one before, moved on by two words of forty: near one another, in a row."""
    words = invented(np.random.default_rng(7), 400)
    texts = [" ".join(words[start : start + 40]) for start in range(0, 360, 2)]
    assert share(texts[0], texts[1]) > 0.8
    group = groups(texts)
    first = {number: texts[group.index(number)] for number in set(group)}
    assert min(share(first[g], text) for g, text in zip(group, texts, strict=True)) > 0.4
    assert len(first) >= 10


def test_texts_of_one_template_that_differ_much_stay_apart() -> None:
    """Filled with a word each they are one group; with sentences of their own they are not."""
    rng = np.random.default_rng(8)
    frame = (
        "it is my firm opinion that nobody should ever trust {} because of what they did to all "
        "of us in the past, and everybody who says anything else is simply wrong"
    )
    alike = [frame.format(word) for word in invented(rng, 2_000)]
    unlike = [frame.format(" ".join(invented(rng, 40))) for _ in range(300)]
    assert np.bincount(groups(alike)).max() > 1_900
    assert np.bincount(groups(unlike)).max() == 1


def test_chunks_make_no_difference() -> None:
    texts = variants(seed=9, families=20)
    sketches = Sketches()
    for start in range(0, len(texts), 7):
        sketches.add(texts[start : start + 7])
    assert sketches.groups().tolist() == groups(texts)


def test_nothing_makes_no_groups() -> None:
    sketches = Sketches()
    sketches.add([])
    assert sketches.groups().shape == (0,)


def test_of_a_very_long_text_the_beginning_counts() -> None:
    words = " ".join(invented(np.random.default_rng(1), 20_000))
    assert len(words) > 100_000
    assert groups([words, f"{words} and more"]) == [0, 0]


@given(st.lists(st.text(max_size=60), max_size=12))
@settings(max_examples=100, deadline=None)
def test_equal_texts_share_a_group_and_groups_are_numbered_as_they_appear(texts: list[str]) -> None:
    group = groups([*texts, *texts])
    assert group[: len(texts)] == group[len(texts) :]
    assert list(dict.fromkeys(group)) == list(range(len(set(group))))


@pytest.mark.real
@pytest.mark.skipif(not FOLDER.is_dir(), reason="TOXAPP_REAL_DATA names no folder")
class TestRealTexts:
    def test_a_functional_test_suite_is_not_swallowed_by_its_templates(self) -> None:
        texts = pd.read_csv(FOLDER / "hatecheck" / "test_suite_cases.csv").test_case.tolist()
        sizes = np.bincount(groups(texts))
        assert 3_000 < len(sizes) < 3_300
        assert sizes.max() < 20

    def test_wikipedia_comments_hold_a_few_per_cent_of_boilerplate(self) -> None:
        texts = pd.read_csv(FOLDER / "jigsaw" / "natural.csv").comment_text.tolist()
        group = np.array(groups(texts))
        sizes = np.bincount(group)
        assert 0.02 < sizes[sizes > 1].sum() / len(texts) < 0.06
        assert sizes.max() < 100
        member, _ = duplicates.groups(duplicates.keys(texts))
        one = np.unique(np.stack((member, group)), axis=1)
        assert len(np.unique(one[0])) == one.shape[1]
