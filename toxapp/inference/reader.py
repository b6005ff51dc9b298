"""Reads the probabilities of label strings out of a T5, wherever the model is.

One pass of the decoder over a tree of strings gives them all. Does not know texts or files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from .strings import Marginals, Members, Tree, Words, every, longer, marginals, short, tree

# Rows of the vocabulary's distribution at once: 66 MB in the vocabulary of T5.
_HEAD_ROWS = 512


@dataclass(frozen=True, eq=False)
class _Walk:
    """Log probabilities on a tree.

    Attributes:
        whole: float64 (n_texts, n_strings), of each string without its end.
        following: float64 (n_texts, n_strings, 1 + n_labels), of what comes next: see `Words`.
    """

    whole: NDArray[np.float64]
    following: NDArray[np.float64]

    @property
    def ended(self) -> NDArray[np.float64]:
        """(n_texts, n_strings), of each string with its end."""
        return self.whole + self.following[:, :, 0]


class Reader:
    """Reads the marginals of labels out of a model, wherever the model is.

    Args:
        model: the T5, in evaluation mode.
        words: what its strings are made of.
        method: "exact" or "beams".
    """

    def __init__(self, model: Any, words: Words, method: str) -> None:
        self._model = model
        self._words = words
        self._n_labels = len(words.labels)
        self._exact = method == "exact"
        strings = every(self._n_labels) if self._exact else short(self._n_labels)
        self._first = tree(words, strings)

    @torch.inference_mode()
    def read(self, ids: torch.Tensor, mask: torch.Tensor) -> Marginals:
        """The marginals of texts, token ids and attention mask (n_texts, longest)."""
        if self._exact:
            found = self._walk(self._first, self._encoded(ids, mask), mask)
            return marginals(self._first.strings, found.ended, self._n_labels)
        parts = []
        for row, length in enumerate(mask.sum(1).tolist()):
            parts.append(self._search(ids[row : row + 1, :length]))
        return Marginals(
            np.concatenate([part.logits for part in parts]),
            np.concatenate([part.known for part in parts]),
        )

    @torch.inference_mode()
    def write(self, ids: torch.Tensor, longest: int) -> list[int]:
        """What the model writes of one text (1, n_tokens): at most `longest` tokens."""
        written: list[int] = self._model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=longest,
            num_beams=1,
            do_sample=False,
        )[0].tolist()
        inner = written[1:]
        return inner[: inner.index(self._words.end)] if self._words.end in inner else inner

    def _search(self, ids: torch.Tensor) -> Marginals:
        """The marginals of one text (1, n_tokens) over the most probable strings."""
        mask = torch.ones_like(ids)
        encoded = self._encoded(ids, mask)
        grown = self._first
        strings: list[Members] = []
        ended: list[NDArray[np.float64]] = []
        while True:
            found = self._walk(grown, encoded, mask)
            strings += grown.strings
            ended.append(found.ended)
            named = slice(1 if grown is self._first else 0, None)  # nothing follows "none"
            whole, following = found.whole[0, named], found.following[0, named, 1:]
            known = float(np.logaddexp.reduce(np.concatenate(ended, axis=1)[0]))
            candidates = longer(grown.strings[named], whole, following, known=known)
            if not candidates:
                return marginals(strings, np.concatenate(ended, axis=1), self._n_labels)
            grown = tree(self._words, candidates)

    def _encoded(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = self._model.encoder(ids, attention_mask=mask).last_hidden_state
        return states

    def _walk(self, grown: Tree, encoded: torch.Tensor, mask: torch.Tensor) -> _Walk:
        """Log probabilities of the strings of a tree, for each text."""
        wanted, places = np.unique(
            np.concatenate([grown.tokens, self._words.following()]), return_inverse=True
        )
        at_node, following = np.split(places, [len(grown.tokens)])
        hidden = self._decoded(grown, encoded, mask)
        found = self._log_probabilities(hidden, wanted)
        steps = found[:, grown.parents, at_node]
        steps[:, 0] = 0.0  # the start is given
        whole = steps @ grown.sees[grown.ends].T.astype(np.float64)
        return _Walk(whole, found[:, grown.ends][:, :, following])

    def _decoded(self, grown: Tree, encoded: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(n_texts, n_nodes, d_model): the decoder's states, each node seeing its own way alone.

        Every beginning is computed once, and the encoded text is attended to once per layer:
        33 strings one by one would need both many times over.
        """
        decoder, device = self._model.decoder, encoded.device
        tokens = torch.from_numpy(grown.tokens).to(device).expand(len(encoded), -1)
        lowest = torch.finfo(encoded.dtype).min
        sees = torch.from_numpy(grown.sees).to(device)
        unseen = torch.zeros(sees.shape, device=device).masked_fill(~sees, lowest)[None, None]
        padding = (1.0 - mask[:, None, None, :].to(encoded.dtype)) * lowest
        bias = self._position_bias(grown, device)
        hidden = decoder.embed_tokens(tokens)
        for block in decoder.block:
            hidden, _, _ = block(hidden, unseen, bias, encoded, padding)
        states: torch.Tensor = decoder.final_layer_norm(hidden)
        return states

    def _position_bias(self, grown: Tree, device: torch.device) -> torch.Tensor:
        """(1, n_heads, n_nodes, n_nodes): distances along the tree, not along the row of nodes."""
        attention = self._model.decoder.block[0].layer[0].SelfAttention
        apart = torch.from_numpy(grown.depths[None, :] - grown.depths[:, None]).to(device)
        buckets = attention._relative_position_bucket(
            apart,
            bidirectional=False,
            num_buckets=attention.relative_attention_num_buckets,
            max_distance=attention.relative_attention_max_distance,
        )
        bias: torch.Tensor = attention.relative_attention_bias(buckets).permute(2, 0, 1)[None]
        return bias

    def _log_probabilities(
        self, hidden: torch.Tensor, wanted: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """(n_texts, n_nodes, n_wanted): of those tokens, among all of the vocabulary."""
        config = self._model.config
        if config.scale_decoder_outputs:
            hidden = hidden * config.d_model**-0.5
        columns = torch.from_numpy(wanted).to(hidden.device)
        parts = []
        for rows in torch.split(hidden.flatten(0, 1), _HEAD_ROWS):
            logits = self._model.lm_head(rows).float()
            found = logits[:, columns] - logits.logsumexp(1, keepdim=True)
            parts.append(found.cpu().double().numpy())
        together: NDArray[np.float64] = np.concatenate(parts)
        return together.reshape(*hidden.shape[:2], len(wanted))
