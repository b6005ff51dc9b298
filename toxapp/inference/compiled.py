"""The engine of encoders on a CPU: OpenVINO over a graph that lies in the bundle.

bundle/  model.xml, model.bin   the graph and its weights
         tokenizer.json

Full precision serves unless the run asked for 8 bits.

Chosen among what was measured with a fine-tuned MiniLM at 256 tokens on real comments, on two cores
of an AMD EPYC (Zen 5) that were busy, so per second of processor time, as multiples of
transformers' pipeline at its defaults and 512 tokens, all in one process; beside it for how many of
600 texts a decision changed, and by how much (rms) the logits moved:

    torch, sorted   1.5                        OpenVINO                 3.5
    ONNX Runtime    3.6                        OpenVINO bf16            5.1   0.0 %   0.008
      static int8   6.5   3.0 %   0.33         OpenVINO int8 by NNCF    6.3   0.8 %   0.091
                                               int8 by models/quantised 7.1   0.5 %   0.057

bf16 is not for all processors, and on another one the same bundle would say something else.
OpenVINO needs numpy alone (59 MB to download; ONNX Runtime 24 MB, and onnx and onnxscript to make
its file) and comes for x86 and ARM, Linux, Windows and macOS on ARM. Its converter and NNCF are not
used: they take 5 s and 25 s, send telemetry unless told not to, and read what torch.jit makes,
which is deprecated. The graph is written from the weights instead (models/graph).

Scores of a text agree within 1e-6 whatever texts share its batch: scales are fixed when the bundle
is made, everything else is single precision (bf16, its default where the processor knows it, is
switched off), and how far a text is padded depends on its own length alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

from .bundle import Bundle
from .linear import probabilities
from .tokens import batched, open_tokenizer, pad

Scores = NDArray[np.float32]

# Added to an attention score, whose exponential is 0 then.
_MASKED = np.float32(-1e9)


class CompiledScorer:
    """Scores texts with the classifier of one bundle.

    Attributes:
        labels: names, in the order of the scores' columns.
        max_length: tokens read of a text.
    """

    def __init__(self, folder: Path, bundle: Bundle) -> None:
        assert bundle.max_length is not None
        self.labels = bundle.labels
        self.max_length: int = bundle.max_length
        self._pad_id = int(bundle.details["pad_id"])
        self._tokenizer = open_tokenizer(folder / "tokenizer.json", self.max_length)
        self._graph = Graph(folder / "model.xml")

    def score(self, texts: Sequence[str], on_done: Callable[[int], None] | None = None) -> Scores:
        """Raw scores in [0, 1], float32 (n_texts, n_labels), in the texts' order.

        Args:
            texts: any number; an empty text is scored like any other, no texts give (0, n_labels).
            on_done: told after each batch how many texts are done.
        """
        scores = np.empty((len(texts), len(self.labels)), np.float32)
        done = 0
        for places, ids, length in batched(self._tokenizer, texts, self.max_length):
            scores[places] = probabilities(self._graph(*pad(ids, self._pad_id, length)))
            done += len(places)
            if on_done is not None:
                on_done(done)
        return scores


class Graph:
    """A graph that says logits of token ids: the one in a file, or one that was just built."""

    def __init__(self, graph: Path | openvino.Model) -> None:
        # Latency: one batch at a time on all cores, as scoring asks for them.
        exact: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        compiled = openvino.Core().compile_model(graph, "CPU", exact)
        self._request = compiled.create_infer_request()
        # It serves one at a time, and pages share a scorer; its cores are all in use meanwhile.
        self._turn = Lock()

    def __call__(self, padded: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float64]:
        """Logits, float64 (n_texts, n_labels), of ids and mask, (n_texts, length) each."""
        found = self.outputs(padded, mask)[0]
        return found.astype(np.float64)

    def outputs(self, padded: NDArray[np.int64], mask: NDArray[np.int64]) -> list[Scores]:
        """All that the graph says, in its order; a graph that is calibrated says more."""
        inputs = {
            "ids": padded.astype(np.int32),
            "mask": np.where(mask == 1, np.float32(0), _MASKED),
        }
        with self._turn:
            found = self._request.infer(inputs)
            return [np.array(found[n], np.float32) for n in range(len(found))]
