"""Tokenizers trained on other texts, of each kind that base models have."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from toxapp.errors import ModelError
from toxapp.models.tokenizer import load_tokenizer, train_tokenizer

TEXTS = ["The bus was late again", "buy the cheap prize", "Überall regnet es", "café olé"] * 5
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
KINDS = {
    "WordPiece": (models.WordPiece(unk_token="[UNK]"), pre_tokenizers.BertPreTokenizer()),
    "Unigram": (models.Unigram([("[UNK]", 0.0)], 0), pre_tokenizers.Metaspace()),
    "BPE": (models.BPE(), pre_tokenizers.ByteLevel(add_prefix_space=True)),
    "WordLevel": (models.WordLevel(unk_token="[UNK]"), pre_tokenizers.Whitespace()),
}


@pytest.fixture(params=KINDS)
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with an untrained tokenizer of each kind, and what a base model's folder holds."""
    model, words = KINDS[request.param]
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=False)
    tokenizer.pre_tokenizer = words
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(list(SPECIAL.values()))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")],
    )
    folder: Path = tmp_path / request.param
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **SPECIAL).save_pretrained(folder)  # type: ignore[no-untyped-call]
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    return folder


def test_it_knows_the_words_of_the_texts(base: Path) -> None:
    made = train_tokenizer(str(base), TEXTS, 400)
    ids = made("the cheap bus")["input_ids"]
    assert ids[0] == made.cls_token_id
    assert ids[-1] == made.sep_token_id
    assert len(ids) == 5 or base.name == "Unigram"  # which keeps words from more texts only
    assert made.unk_token_id not in ids
    assert max(made.get_vocab().values()) == len(made) - 1


def test_what_it_has_never_seen_does_not_break_it(base: Path) -> None:
    made = train_tokenizer(str(base), TEXTS, 400)
    assert len(made("日本 zzz 😀")["input_ids"]) > 2
    assert made("")["input_ids"] == [made.cls_token_id, made.sep_token_id]


def test_saved_it_cuts_as_before(base: Path, tmp_path: Path) -> None:
    made = train_tokenizer(str(base), TEXTS, 400)
    made.save_pretrained(tmp_path / "saved")
    for text in [*TEXTS[:4], "never heard of"]:
        assert load_tokenizer(tmp_path / "saved")(text)["input_ids"] == made(text)["input_ids"]


def test_two_processes_train_the_same_one(base: Path) -> None:
    # The library numbered its pieces as a hash table held them, another one in every process.
    code = (
        "import json, sys; from toxapp.models.tokenizer import train_tokenizer; "
        "base, texts = sys.argv[1], json.loads(sys.argv[2]); "
        "print(json.dumps(train_tokenizer(base, texts, 90).get_vocab(), sort_keys=True))"
    )
    command = [sys.executable, "-c", code, str(base), json.dumps(TEXTS)]
    runs = [subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(json.loads(runs[0])) <= 90 or base.name == "BPE"  # 256 bytes at least


@pytest.mark.parametrize("base", ["WordPiece"], indirect=True)
def test_wordpiece_writes_what_goes_on_a_word_behind_two_signs(base: Path) -> None:
    made = train_tokenizer(str(base), ["late later latest"] * 9, 60)
    assert made.convert_ids_to_tokens(made("late latter")["input_ids"]) == [
        "[CLS]", "late", "lat", "##t", "##e", "##r", "[SEP]",
    ]  # fmt: skip


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no fast tokenizer"):
        load_tokenizer(tmp_path)
