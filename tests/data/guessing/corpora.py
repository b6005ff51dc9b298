"""Files of the shapes that public corpora have: their columns and conventions, invented texts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from toxapp.data.guessing.guess import Roles, of_columns

Table = dict[str, list[str]]
Column = Callable[[random.Random, int, Table], list[str]]

ROWS = 300

_WORDS = {
    "en": "the garden was quiet and our neighbour brought apples while it rained all morning",
    "de": "der Garten war still und unsere Nachbarin brachte Äpfel während es morgens regnete",
    "es": "el jardín estaba tranquilo y nuestra vecina trajo manzanas mientras llovía",
    "it": "il giardino era tranquillo e la vicina portava mele mentre pioveva di mattina",
    "pt": "o jardim estava calmo e a nossa vizinha trouxe maçãs enquanto chovia de manhã",
    "fr": "le jardin était calme et notre voisine apportait des pommes pendant la pluie",
    "tr": "bahçe sessizdi ve komşumuz sabah yağmur yağarken bize elma getirdi",
    "da": "haven var stille og vores nabo kom med æbler mens det regnede hele morgenen",
    "pl": "ogród był cichy a nasza sąsiadka przyniosła jabłka kiedy rano padał deszcz",
    "id": "kebun itu sepi dan tetangga kami membawa apel ketika hujan turun pagi hari",
    "vi": "khu vườn yên tĩnh và bà hàng xóm mang táo đến khi trời mưa cả buổi sáng",
    "ru": "в саду было тихо и наша соседка принесла яблоки пока утром шёл дождь",
    "ar": "كانت الحديقة هادئة وجارتنا أحضرت التفاح بينما كان المطر ينزل في الصباح",
    "hi": "बगीचा शांत था और हमारी पड़ोसन सुबह बारिश में सेब लेकर आई",
    "ko": "정원은 조용했고 이웃은 아침에 비가 오는 동안 사과를 가져왔다",
}
_UNSPACED = {
    "zh": "花园很安静我们的邻居早上下雨时带来了苹果",
    "ja": "庭は静かで朝の雨の中で隣の人がりんごをくれた",
}


def texts(language: str = "en", words: int = 9) -> Column:
    """Sentences of 2 to 2 * `words` - 2 words, all different for practical purposes."""

    def made(rng: random.Random, n: int, _: Table) -> list[str]:
        if language in _UNSPACED:
            letters = _UNSPACED[language]
            return ["".join(rng.choices(letters, k=rng.randint(5, 30))) for _ in range(n)]
        known = _WORDS[language].split()
        return [" ".join(rng.choices(known, k=rng.randint(2, 2 * words - 2))) for _ in range(n)]

    return made


def pick(weights: Mapping[str, float] | str) -> Column:
    """One of the values, by their weights; of "a b c" each as often."""
    given = dict.fromkeys(weights.split(), 1.0) if isinstance(weights, str) else weights
    return lambda rng, n, _: rng.choices(list(given), list(given.values()), k=n)


def marks(share: float, zero: str = "0", one: str = "1") -> Column:
    """`one` in so many of the cells, else `zero`."""
    return pick({one: share, zero: 1 - share})


def blanked(column: Column, share: float, word: str = "") -> Column:
    """The column with so many of its cells replaced by `word`."""

    def made(rng: random.Random, n: int, table: Table) -> list[str]:
        return [word if rng.random() < share else cell for cell in column(rng, n, table)]

    return made


def ids(pattern: str = "{}") -> Column:
    """A different number in every cell."""
    return lambda _, n, __: [pattern.format(10_000 + 7 * i) for i in range(n)]


def index(start: int = 0) -> Column:
    """The number of the row."""
    return lambda _, n, __: [str(start + i) for i in range(n)]


def numbers(low: int, high: int) -> Column:
    """Whole numbers, each as often."""
    return lambda rng, n, _: [str(rng.randint(low, high)) for _ in range(n)]


def shares(raters: int, likely: float = 0.2) -> Column:
    """The share of raters who agreed, 0.0 to 1.0."""

    def one(rng: random.Random) -> str:
        return str(round(sum(rng.random() < likely for _ in range(raters)) / raters, 6))

    return lambda rng, n, _: [one(rng) for _ in range(n)]


def several(values: str, delimiter: str, *, form: str = "{}", quote: str = "") -> Column:
    """One value mostly, else two or three, between `delimiter`s."""
    known = values.split()

    def one(rng: random.Random) -> str:
        chosen = rng.sample(known, min(len(known), rng.choice([1, 1, 1, 2, 3])))
        return form.format(delimiter.join(quote + value + quote for value in chosen))

    return lambda rng, n, _: [one(rng) for _ in range(n)]


def none_of(*columns: str) -> Column:
    """1 where none of `columns`, made before, is 1."""
    return lambda _, __, table: [
        str(int(all(float(cell or 0) == 0 for cell in cells)))
        for cells in zip(*(table[name] for name in columns), strict=True)
    ]


def of(column: str, what: Callable[[str], str]) -> Column:
    """A column that follows from another one, made before."""
    return lambda _, __, table: [what(cell) for cell in table[column]]


@dataclass(frozen=True)
class Corpus:
    """A file's columns, and what they are.

    Attributes:
        columns: by name, in file order.
        text: the text column.
        format: of the labels.
        labels: the columns of labels, or the one that holds them all.
        values: list, class: what becomes labels.
        more: fields of the labelling that matter here.
    """

    columns: dict[str, Column]
    text: str
    format: str
    labels: tuple[str, ...]
    values: tuple[str, ...] = ()
    split: str | None = None
    complements: tuple[str, ...] = ()
    more: tuple[tuple[str, object], ...] = ()


def guessed(corpus: Corpus, seed: int) -> Roles:
    """What is guessed of the corpus' 300 rows."""
    rng = random.Random(seed)
    table: Table = {}
    for name, column in corpus.columns.items():
        table[name] = column(rng, ROWS, table)
    return of_columns(tuple(table), [pa.array(cells, pa.string()) for cells in table.values()])


def check(corpus: Corpus, seed: int) -> None:
    """Fail where the guess is not what the corpus is."""
    found = guessed(corpus, seed)
    assert found.labelling is not None
    assert (found.text_column, found.split_column) == (corpus.text, corpus.split)
    assert found.labelling.format == corpus.format
    assert found.labelling.columns == corpus.labels
    assert found.labelling.values == corpus.values
    assert found.complements == corpus.complements
    for field, value in corpus.more:
        assert getattr(found.labelling, field) == value
