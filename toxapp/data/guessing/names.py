"""What the names of columns and of classes say, in the languages that labelled files come in.

A name is a hint, never a proof: what the cells are decides first.
"""
# ruff: noqa: RUF001 - words of languages that are not written in Latin letters

from __future__ import annotations

import re
import unicodedata


def folded(name: str) -> str:
    """The name without accents."""
    parted = unicodedata.normalize("NFD", name)
    bare = "".join(letter for letter in parted if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare)


def listed(together: str) -> frozenset[str]:
    """The words of a list, without accents."""
    return frozenset(folded(together).split())


# Beginnings of words: toxic, toxicity, Toxizität.
_HARM = tuple(
    listed(
        "tox hate hating hatred offens offend abus hs hof токс ненавист odio haine hass "
        "nefret 혐오 仇恨 ヘイト كراهية nienawi hejt hadefuld"
    )
)
_MILDER_HARM = tuple(
    listed(
        "insult obscen threat profan racis sexis sexual misogyn homophob xenophob islamophob "
        "transphob antisemit fatphob aggress agress bully cyberbull harass vulgar attack "
        "violen spam slur swear radical extremis humiliat dehuman hostil derogat discrimin "
        "stereotyp prejud provoc bias harm nsfw porn inappropr troll rude sarcas genocid "
        "improp foul supremac inflammat unsafe fake jailbreak irony ironic ofens ofes offes injur "
        "beleidig diskrimin volgar minacc amenaz hakaret kufur saldirgan irkci cinsiyetci "
        "obraz wulgar mizogin оскорб угроз обсцен расизм сексизм агресс мат 욕설 악플 차별 "
        "비하 폭력 攻击 侮辱 歧视 辱骂 有害 毒性 差別 攻撃 悪意 誹謗 暴力 عنصري مسيء घृणा "
        "आपत्ति"
    )
)
_FEELING = tuple(
    listed(
        "anger angry annoy joy happ sad fear disgust surpris trust anticipat love optimis "
        "pessimis admirat amuse approv disapprov caring confus curio desire disappoint "
        "embarrass excite gratitu grief nervous pride realiz relief remorse worry guilt "
        "shame neutral positiv negativ alegria tristeza miedo freude trauer joie colere "
        "tristesse gioia rabbia tristezza paura радост грусть страх злость 기쁨 슬픔 분노 喜 "
        "怒 悲"
    )
)
_LABEL = listed(
    "label labels class classes classification classificacao classificazione clasificacion "
    "klassifikation klasse clase classe klass etiqueta etiquette etichetta "
    "rotulo etiket etykieta sinif kategorie emotion emotions emocion subtask task метка "
    "класс 标签 类别 标注 라벨 레이블 ラベル 分類 تصنيف"
)
_LIKELY = {
    **dict.fromkeys(listed("sentiment annotation gold verdict truth stance polarity"), 3),
    **dict.fromkeys(listed("tag tags target answer sentimento 감정"), 3),
    **dict.fromkeys(listed("category categories type intent rating majority"), 2),
}
_MARKS = listed("tr ag off yn")
_SCALES = listed("level levels severity degree intensity scale rank rating type types kind nivel")
_POLAR = listed("sentiment polarity stance sentimento sentimiento category 감정")
_SILENT = listed(
    "is has the a b c id ids final gold speech name majority comb text tweet comment language sub "
    "binary"
)
_ID = listed(
    "id ids uid uuid guid index idx row nr unnamed hitid userid tweetid commentid postid "
    "textid sentid rownames workerid"
)
NUMBER = "a number of things"
_NEVER = {
    NUMBER: listed(
        "count counts cnt total number num n length len size likes dislikes like upvotes "
        "downvotes ups downs retweets retweet favorites favourites favorite followers "
        "friends replies shares views judgments votes year month day hour raters annotators "
        "position page latitude longitude round fold"
    ),
    "a time": listed("timestamp date datetime time created updated utc"),
    "a measure of a model or of agreement": listed(
        "confidence prob probs probability score scores pred prediction predicted "
        "predictions logit logits model agreement certainty kappa err infitms outfitms "
        "hypothesis weight"
    ),
    "an address": listed("url urls link links href"),
    "a language": listed("lang language sprache idioma langue lingua"),
    "about the post, not its text": listed(
        "verified edited deleted logged golden trusted truncated quote favorited retweeted "
        "unclear unit worker coder thread parent spans span rationale rationales tokens "
        "offsets entities author user username screen annotator rater reply anotador speaker"
    ),
}
_ABOUT = listed(
    "age gender sex race ethnicity nationality education politics religion country city "
    "location region state topic source platform domain dataset data site subreddit "
    "subforum group party device query keyword keywords hashtag hashtags functionality "
    "templ template direction method context title name section ns sample lemma ident "
    "case minority level version batch set part channel video article publication origin "
    "corpus phase status"
)
_RESTS = listed(
    "clean normal none neither ok okay nontoxic nonhate nonoffensive nothate notoxic "
    "harmless benign safe nohate nothing"
)
_NEGATIONS = listed(
    "not non no none without never kein keine keiner nicht ohne nao sem nenhum nenhuma "
    "pas ne sans aucun aucune sin ninguno ninguna senza nessun nessuna niet ikke inte "
    "nie nem degil bukan tidak khong không не нет без لا ليس غير नहीं"
)
_HARMLESS = _RESTS | listed(
    "other neutral neutro neutre normale negative negativ negatif neg ham approved "
    "accept accepted acceptable appropriate civil polite nag unt real fine good limpio "
    "limpo pulito propre sauber temiz норма нормальный нейтральный чистый normalny "
    "netral nhof noff 正常 中性 无害 没有 없음 정상 중립 無害 普通 なし عادي نظيف otro "
    "otra outro altro autre andere sonstige diger 0 false falsch faux falso nein nee hayir hayır"
)


def words(name: str) -> tuple[str, ...]:
    """The words of a column name: `CommentId` and `comment_id` are comment and id."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+", folded(name))
    return tuple(word.casefold() for word in found)


def hint(name: str) -> int:
    """How much a name speaks for labels, from 0 (nothing) to 6 (it says label or toxic alone)."""
    found = words(name)
    best = max((_hint(word) for word in found), default=0)
    telling = all(_hint(word) or word in _SILENT for word in found)
    return best + (best > 0 and telling)


def is_general(name: str) -> bool:
    """The name says that here are labels, and not which."""
    found = {*words(name)}
    general = _LABEL | {*_LIKELY}
    return bool(found & general) and found <= general | _SILENT


def against(name: str) -> str:
    """What a column of this name is, whatever its cells are, when it is no label; or ""."""
    found = {*words(name)}
    if any(word.endswith("confidence") for word in found):
        return "a measure of a model or of agreement"
    if found & _ID and not found & (_LABEL | {"category", "sentiment"}):
        return "an id"
    # Offensive language is one that is spoken in every language.
    found -= {"language"} if is_harm(name) else set()
    return next((reason for reason, barred in _NEVER.items() if found & barred), "")


def is_about(name: str) -> bool:
    """The name says that classes here are of the post, its author or its source."""
    return bool({*words(name)} & _ABOUT)


def is_polar(name: str) -> bool:
    """The name says that there is a for and an against: sentiment, stance."""
    return bool({*words(name)} & _POLAR)


def is_scale(name: str) -> bool:
    """The name says that numbers are degrees or kinds: toxicity_level, hate_type."""
    return bool({*words(name)} & _SCALES)


def is_rest(name: str) -> bool:
    """The name says that no other label holds: clean, none, non_toxic."""
    return bool({*words(name)} & (_RESTS | {"non", "not", "no"}))


def is_negative(value: str) -> bool:
    """The value says that something does not hold: NOT, none, non-toxic, normal, nothate."""
    found = re.findall(r"[^\W_]+", folded(value).casefold())
    if any(word in _NEGATIONS or word in _HARMLESS for word in found):
        return True
    head = found[0] if found else ""
    marks = ("not", "non", "no", "un", "in")
    return any(head.startswith(mark) and _is_harm(head[len(mark) :]) for mark in marks)


def negates(value: str, other: str) -> bool:
    """`value` is `other` with a beginning that takes it back: NGEN and GEN."""
    one, two = (re.sub(r"[\W_]+", "", folded(v).casefold()) for v in (value, other))
    marks = (*_NEGATIONS, "n", "un", "in", "im", "dis", "anti")
    return bool(two) and one in {mark + two for mark in marks}


def is_harm(value: str) -> bool:
    """The value names something harmful."""
    return any(_is_harm(word) for word in words(value))


def is_feeling(value: str) -> bool:
    """The value names an emotion."""
    return any(word.startswith(_FEELING) for word in words(value))


def _is_harm(word: str) -> bool:
    return word.startswith(_HARM + _MILDER_HARM)


def _hint(word: str) -> int:
    if word in _LABEL or word.startswith(_HARM):
        return 5
    if word in _MARKS or word.startswith(_MILDER_HARM + _FEELING):
        return 4
    return _LIKELY.get(word, 0)
