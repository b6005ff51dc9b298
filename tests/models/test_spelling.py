from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from toxapp.errors import ModelError
from toxapp.models.spelling import NONE, spell, spelled, train_tokenizer

NAMES = ("toxic", "severe toxic", "insult")
TEXTS = ["the bus was late", "walk in the rain", "toxic insult", "severe_toxic", NONE] * 20
WORDS = ("toxic", "severe_toxic", "insult", NONE)


def tokenizer_of(*words: str) -> PreTrainedTokenizerFast:
    """A tokenizer that knows these words alone."""
    known = ["<pad>", "</s>", "<unk>", *words]
    made = Tokenizer(models.WordLevel({w: n for n, w in enumerate(known)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


def test_names_are_spelled_without_blanks_and_no_two_alike() -> None:
    assert spelled(NAMES) == ("toxic", "severe_toxic", "insult")
    assert spelled(["a b", "a_b", "a\tb "]) == ("a_b", "a_b_2", "a_b_3")
    assert spelled(["not_toxic", "not toxic", " "]) == ("not_toxic_2", "not_toxic_3", "label")
    assert spelled(["a b", "a_b", "a_b_2"]) == ("a_b", "a_b_2", "a_b_2_2")


def test_a_word_is_the_tokens_that_the_joined_string_has_for_it() -> None:
    made = train_tokenizer(TEXTS, 100, WORDS)
    found = spell(NAMES, made)
    assert (found.labels, found.none) == (("toxic", "severe_toxic", "insult"), NONE)
    for members in ((0,), (1, 2), (0, 1, 2)):
        joined = " ".join(found.labels[n] for n in members)
        assert tuple(made(joined, add_special_tokens=False).input_ids) == found.words.written(
            members
        )
    assert (found.words.start, found.words.end) == (0, 1)


def test_names_that_the_tokenizer_does_not_know_are_spelled_by_their_place() -> None:
    known = tokenizer_of("toxic", "label_2", NONE)
    found = spell(["toxic", "日本"], known)
    assert found.labels == ("toxic", "label_2")
    assert found.words.labels == ((3,), (4,))


@pytest.mark.parametrize("words", [("toxic", "insult"), (NONE,)])
def test_a_tokenizer_that_cannot_write_the_words_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="cannot tell the words for the labels apart"):
        spell(["toxic", "insult"], tokenizer_of(*words))


def test_a_tokenizer_to_which_two_words_are_the_same_is_refused() -> None:
    known = tokenizer_of("toxic", NONE)
    from tokenizers import normalizers

    known.backend_tokenizer.normalizer = normalizers.Lowercase()
    with pytest.raises(ModelError, match="cannot tell"):
        spell(["toxic", "Toxic"], known)


def test_the_tokenizer_made_of_texts_reads_all_of_them_and_ends_each() -> None:
    made = train_tokenizer(TEXTS, 100, WORDS)
    ids = made("walk in the rain").input_ids
    assert made.unk_token_id not in ids
    assert ids[-1] == made.eos_token_id == 1
    assert (made.pad_token_id, made.unk_token_id) == (0, 2)
    assert made.decode(ids, skip_special_tokens=True) == "walk in the rain"
    assert len(made) <= 100


def test_marks_are_no_part_of_a_word_and_underscores_are() -> None:
    made = train_tokenizer([*TEXTS, "late! late. (late)"] * 9, 100, WORDS)
    assert made.tokenize("late! severe_toxic") == ["▁late", "!", "▁severe_toxic"]
    assert made.decode(made("late!").input_ids, skip_special_tokens=True) == "late!"


def test_the_same_texts_make_the_same_tokenizer() -> None:
    first, second = train_tokenizer(TEXTS, 100, WORDS), train_tokenizer(TEXTS, 100, WORDS)
    assert first.backend_tokenizer.to_str() == second.backend_tokenizer.to_str()


def test_a_word_that_no_text_holds_can_be_written_too() -> None:
    made = train_tokenizer(TEXTS, 100, ["日本", NONE])
    assert spell(["日本"], made).labels == ("日本",)
