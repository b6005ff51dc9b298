"""Which column holds the texts that labels are about.

The longest and most varied column is it, unless names say better: a cleaned or translated copy, a
title, an explanation or the post that was answered are texts, but not the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from toxapp.data.guessing import names
from toxapp.data.guessing.profile import Profile

_TEXT = names.listed(
    "text texts comment comments tweet tweets body content message messages post posts sentence "
    "sentences document documents utterance utterances review reviews generation input headline "
    "texto textos comentario comentarios frase oracion texte phrase commentaire testo commento "
    "kommentar nachricht satz beitrag tekst bericht metin yorum cumle mesaj opmerking komentarz "
    "comentari mensagem kommentare teks komentar текст комментарий сообщение твит предложение "
    "文本 内容 评论 微博 句子 文章 コメント テキスト 発言 本文 投稿 文 문장 댓글 텍스트 본문 "
    "نص تغريدة تعليق النص पाठ टिप्पणी"
)
_COPIES = names.listed(
    "clean cleaned processed preprocessed preproc lemma lemmas lemmatized stemmed tokenized "
    "normalized translated translation translations tokens lower filtered prep stopwords masked "
    "en english pos bert"
)
# Whatever else the name says: a parent comment, a clean text.
_BESIDE = names.listed(
    "reason explanation rationale description justification bio profile context parent previous "
    "prev prompt title subject hashtags hashtag keywords keyword span spans stereotype definition "
    "counterspeech rewrite"
)
# At the end of the name: the comment's author, not the author's comment.
_OTHERS = _BESIDE | names.listed(
    "name user author username url urls link links language lang location source topic date "
    "created target output response answer reply note notes summary phrase templ template lemma "
    "annotation annotations label labels place entities type status article"
)


def column(profiles: Sequence[Profile]) -> str | None:
    """The name of the text column among `profiles`, None where no column looks like free text.

    Of equally good ones it is the first.
    """
    longest = max((p.length for p in profiles if _could_be(p)), default=0.0)
    scores = {p.name: _likeness(p, longest) for p in profiles if _could_be(p)}
    return _best(scores)


def _best(scores: Mapping[str, float]) -> str | None:
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 0 else None


def _could_be(profile: Profile) -> bool:
    """Free text, or under the name of one at least no numbers, ids or addresses."""
    if not profile.known or profile.numbers > 0.5 or profile.rigid > 0.5:
        return False
    if names.against(profile.name) == "an id":
        return False
    return _is_named(profile.name) or profile.prose >= 0.25


def _is_named(name: str) -> bool:
    return bool({*names.words(name)} & _TEXT) and not _is_other(name)


def _is_other(name: str) -> bool:
    found = names.words(name)
    return bool({*found} & _BESIDE) or found[-1:] in {(word,) for word in _OTHERS}


def _likeness(profile: Profile, longest: float) -> float:
    """Length against the longest column, times variety, times what the name says."""
    found = {*names.words(profile.name)}
    variety = profile.distinct / profile.known
    weight = 1.0
    if _is_named(profile.name):
        weight = 8.0 if found <= _TEXT else 5.0
    if found & _COPIES:
        weight *= 0.3
    if _is_other(profile.name):
        weight *= 0.15
    if profile.bracketed:
        weight *= 0.05
    filled = profile.known / profile.cells
    return float((0.1 + profile.length / longest) * variety * weight * filled)
