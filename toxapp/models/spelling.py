"""How labels are spelled where a classifier writes them: words that its tokenizer can tell apart.

    toxic, severe toxic     toxic, severe_toxic
    no label                not_toxic

A label's name is kept where it can be. Does not know models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tokenizers import (
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from toxapp.errors import ModelError
from toxapp.inference.strings import Words

NONE = "not_toxic"
_PAD, _END, _UNKNOWN = "<pad>", "</s>", "<unk>"


@dataclass(frozen=True)
class Spelling:
    """What is written for each label.

    Attributes:
        labels: a word each, without blanks, no two alike.
        none: the word for no label.
        words: their tokens.
    """

    labels: tuple[str, ...]
    none: str
    words: Words


def spelled(labels: Sequence[str]) -> tuple[str, ...]:
    """A word for each label: blanks become underscores, and a number tells equal ones apart."""
    taken = [NONE]
    for label in labels:
        word = plain = "_".join(label.split()) or "label"
        number = 2
        while word in taken:
            word, number = f"{plain}_{number}", number + 1
        taken.append(word)
    return tuple(taken[1:])


def spell(labels: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> Spelling:
    """The labels' words in the tokens of a tokenizer.

    A label whose name the tokenizer does not know is spelled by its place, the third one label_3.

    Args:
        labels: in the order in which they are written.
        tokenizer: with an end token and a padding token, which the decoder starts from.

    Raises:
        ModelError: the tokenizer cannot tell the words apart.
    """
    plain = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
    plain.no_truncation()
    kept = [
        word if _is_known(word, plain, tokenizer.unk_token_id) else f"label_{n}"
        for n, word in enumerate(spelled(labels), 1)
    ]
    ids = [_ids(word, plain) for word in (*spelled(kept), NONE)]
    if not _tellable(ids, plain) or any(tokenizer.unk_token_id in word for word in ids):
        message = (
            f"The tokenizer cannot tell the words for the labels apart: {', '.join(kept[:5])}. "
            "Choose from_scratch=true with tokenizer=trained, or another base model."
        )
        raise ModelError(message)
    start, end = int(tokenizer.pad_token_id), int(tokenizer.eos_token_id)
    words = Words(tuple(ids[:-1]), ids[-1], start, end)
    *names, none = (_shown(word, plain) for word in ids)
    return Spelling(tuple(names), none, words)


def train_tokenizer(
    texts: Iterable[str], vocabulary: int, words: Sequence[str]
) -> PreTrainedTokenizerFast:
    """A tokenizer that parts words as T5's does, made of these texts; the same for the same texts.

    Its pieces come from byte-pair encoding: T5's own kind, likely pieces, is trained by the library
    to other numbers in every process.

    Args:
        texts: at least one with a word; label strings among them become pieces of their own.
        vocabulary: pieces at most, special ones and single letters included.
        words: that it must be able to write.
    """
    made = Tokenizer(models.BPE(unk_token=_UNKNOWN))
    made.normalizer = normalizers.NFKC()
    # Marks stand alone: "idiot!" is the same word as "idiot". An underscore is part of a word.
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Split(Regex(r"[^\w▁]"), "isolated"),
        ]
    )
    made.decoder = decoders.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[_PAD, _END, _UNKNOWN],
        limit_alphabet=max(100, vocabulary // 8),
        initial_alphabet=sorted(set("".join(words))),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    made.post_processor = processors.TemplateProcessing(
        single=f"$A {_END}", special_tokens=[(_END, made.token_to_id(_END))]
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made, pad_token=_PAD, eos_token=_END, unk_token=_UNKNOWN
    )


def _is_known(word: str, tokenizer: Tokenizer, unknown: int | None) -> bool:
    ids = _ids(word, tokenizer)
    return bool(ids) and unknown not in ids and len(_shown(ids, tokenizer).split()) == 1


def _ids(word: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    return tuple(tokenizer.encode(word, add_special_tokens=False).ids)


def _shown(ids: Sequence[int], tokenizer: Tokenizer) -> str:
    """The word as it comes out of the tokenizer, which may have changed its case."""
    shown: str = tokenizer.decode(list(ids))
    return shown.strip()


def _tellable(ids: Sequence[tuple[int, ...]], tokenizer: Tokenizer) -> bool:
    """Whether no two words are alike, and it can be told where in a string each begins."""
    firsts = {word[0] for word in ids if word}
    inner = {token for word in ids for token in word[1:]}
    shown = {_shown(word, tokenizer) for word in ids}
    return all(ids) and not firsts & inner and len(set(ids)) == len(shown) == len(ids)
