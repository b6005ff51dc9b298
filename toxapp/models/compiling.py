"""A saved encoder becomes a bundle for the fast engine, in full precision or in 8 bits.

The graph in full precision must agree with torch on a few texts, else torch goes on to serve and
the bundle says why. Whether 8 bits decide alike is for the caller to find out.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import torch
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoModelForSequenceClassification

from toxapp.inference import bundle
from toxapp.inference.bundle import Bundle
from toxapp.inference.compiled import Graph
from toxapp.inference.tokens import encode, open_tokenizer, pad
from toxapp.models import graph
from toxapp.models.quantised import Ranges, widest

_FULL, _QUANTISED = bundle.COMPILED

_CALIBRATED_ON = 128
_WITHIN = 1e-4
# Narrower ones gain nothing: their time is not spent in the matrices.
_NARROWEST = 128
_SAFE: Any = {"local_files_only": True, "trust_remote_code": False}


def in_full_precision(model_folder: Path, folder: Path, texts: Sequence[str]) -> str | None:
    """Change the bundle of a saved encoder so that the fast engine scores with it.

    Args:
        model_folder: as `save_pretrained` wrote it.
        folder: its bundle, as torch scores with it.
        texts: a few, of which torch and the graph must say the same.

    Returns:
        Why the bundle is left as it was, in one sentence, which its details "engine_reason" hold
        too; None where the fast engine scores now.
    """
    record = bundle.read(folder)
    config = AutoConfig.from_pretrained(model_folder, **_SAFE)
    reason = graph.refusal(config)
    if reason is None:
        weights = load_file(model_folder / "model.safetensors")
        made = graph.build(config, weights)
        reason = _difference(model_folder, folder, record, made, texts)
    if reason is None:
        told = {**record.details, "parameters": sum(array.size for array in weights.values())}
        _write(folder, folder, made, replace(record, engine=_FULL, details=told))
        return None
    told = {**record.details, "engine_reason": f"{reason} So torch scores, which is slower."}
    bundle.write(folder, replace(record, details=told))
    return reason


def worth_quantising(model_folder: Path) -> bool:
    """Whether the model is wide enough for 8 bits to make it faster."""
    return int(AutoConfig.from_pretrained(model_folder, **_SAFE).hidden_size) >= _NARROWEST


def in_eight_bits(
    model_folder: Path,
    full: Path,
    folder: Path,
    training: Sequence[str],
    *,
    seed: int,
    spared: str = "",
) -> None:
    """Make the bundle of a saved encoder with its matrices in 8 bits.

    Args:
        model_folder: as `save_pretrained` wrote it.
        full: its bundle in full precision.
        folder: the bundle to be made; what is there is removed.
        training: texts, of which some fix the scales.
        seed: of those.
        spared: matrices that stay as they are, as "down": what follows the activation loses most.
    """
    record = bundle.read(full)
    config = AutoConfig.from_pretrained(model_folder, **_SAFE)
    weights = load_file(model_folder / "model.safetensors")
    drawn = np.random.default_rng(seed).permutation(len(training))[:_CALIBRATED_ON]
    tokenizer = open_tokenizer(full / "tokenizer.json", record.max_length or 1)
    ranges = _ranges(config, weights, encode(tokenizer, [training[n] for n in drawn]))
    kept = {read: found for read, found in ranges.items() if not spared or spared not in read}
    made = graph.build(config, weights, kept)
    _write(full, folder, made, replace(record, engine=_QUANTISED))


def _ranges(config: Any, weights: graph.Weights, ids: Sequence[Any]) -> Ranges:
    """What every matrix multiplies in these texts, one at a time, so that nothing is padding."""
    model, names = graph.watched(config, weights)
    compiled = Graph(model)
    return widest([compiled.outputs(*pad([row], 0)) for row in ids], names)


def _difference(
    model_folder: Path, folder: Path, record: Bundle, made: openvino.Model, texts: Sequence[str]
) -> str | None:
    """That the graph does not say what torch says, in one sentence; None where it does."""
    ids = encode(open_tokenizer(folder / "tokenizer.json", record.max_length or 1), ["", *texts])
    padded, mask = pad(ids, int(record.details["pad_id"]))
    model = AutoModelForSequenceClassification.from_pretrained(
        model_folder, dtype=torch.float32, use_safetensors=True, **_SAFE
    ).eval()
    with torch.inference_mode():
        theirs = model(torch.from_numpy(padded), torch.from_numpy(mask)).logits.numpy()
    apart = float(np.abs(theirs - Graph(made)(padded, mask)).max())
    return None if apart <= _WITHIN else f"The graph's logits differ from torch's by {apart:.2g}."


def _write(source: Path, folder: Path, model: openvino.Model, record: Bundle) -> None:
    """A bundle of the graph, with the tokenizer of the bundle in `source`, which it may replace."""
    draft = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    shutil.copyfile(source / "tokenizer.json", draft / "tokenizer.json")
    openvino.save_model(model, draft / "model.xml", compress_to_fp16=False)
    names = ("model.xml", "model.bin", "tokenizer.json")
    hashes = {name: bundle.sha256(draft / name) for name in names}
    bundle.write(draft, replace(record, hashes=hashes))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
