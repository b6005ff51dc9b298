"""A tokenizer of a base model's kind, trained on other texts: the same for the same texts.

The library's own training numbers the pieces of WordPiece and Unigram in the order of a hash table,
anew in every process, and breaks ties of WordPiece by those numbers. So their vocabularies are put
in an order here, and WordPiece's comes from byte-pair encoding, which is sure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from toxapp.errors import ModelError
from toxapp.models.source import folder_of

_CHUNK_TEXTS = 1000
_BEGINNING = "▁"


def train_tokenizer(base: str, texts: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A tokenizer of the base model's kind that knows the texts' own pieces of words.

    Args:
        base: a catalogue key, a folder or a hub id.
        texts: at least one.
        vocabulary: pieces at most, special ones included.

    Raises:
        ModelError: the base model is missing or has no fast tokenizer.
    """
    own = load_tokenizer(folder_of(base))
    made = own.train_new_from_iterator(  # type: ignore[no-untyped-call]
        _chunks(texts), vocabulary, show_progress=False
    )
    with TemporaryDirectory() as place:
        made.save_pretrained(place)
        file = Path(place) / "tokenizer.json"
        state = json.loads(file.read_text(encoding="utf-8"))
        _settle(state["model"], made.backend_tokenizer, texts, vocabulary)
        file.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")
        return load_tokenizer(Path(place))


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The fast tokenizer in a folder.

    Raises:
        ModelError: there is none.
    """
    try:
        found = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except (ValueError, OSError):
        found = None
    if not isinstance(found, PreTrainedTokenizerFast):
        raise ModelError(f"{folder} has no fast tokenizer (tokenizer.json) to train anew.")
    return found


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _CHUNK_TEXTS):
        yield texts[start : start + _CHUNK_TEXTS]


def _settle(model: dict[str, Any], made: Tokenizer, texts: Sequence[str], vocabulary: int) -> None:
    """Put a sure vocabulary in place of one that depends on chance; special pieces keep theirs."""
    special = len(made.get_added_tokens_decoder())
    if model["type"] == "WordPiece":
        first = sorted(model["vocab"], key=lambda piece: model["vocab"][piece])[:special]
        pieces = [*first, *(p for p in _pieces(made, texts, vocabulary) if p not in first)]
        model["vocab"] = {piece: n for n, piece in enumerate(pieces[:vocabulary])}
    elif model["type"] == "Unigram":
        rest = sorted(model["vocab"][special:], key=lambda found: (-found[1], found[0]))
        model["vocab"] = [*model["vocab"][:special], *rest]


def _pieces(made: Tokenizer, texts: Sequence[str], vocabulary: int) -> list[str]:
    """Pieces as WordPiece writes them: single characters in both forms, then merges in order."""
    pairs = Tokenizer(models.BPE())
    pairs.normalizer = made.normalizer
    marked = pre_tokenizers.Metaspace(_BEGINNING, prepend_scheme="always")
    pairs.pre_tokenizer = pre_tokenizers.Sequence([made.pre_tokenizer, marked])
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, show_progress=False, limit_alphabet=max(26, vocabulary // 8)
    )
    pairs.train_from_iterator(_chunks(texts), trainer)
    found = sorted(pairs.get_vocab().items(), key=lambda item: item[1])
    single = [piece for piece, _ in found if len(piece) == 1 and piece != _BEGINNING]
    merged = [piece for piece, _ in found if len(piece) > 1]
    names = [p[1:] if p.startswith(_BEGINNING) else f"##{p}" for p in merged]
    return list(dict.fromkeys([*single, *(f"##{c}" for c in single), *names]))
