"""Scripts are counted exactly, languages guessed well enough to warn."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from toxapp.data.texts import languages

FOLDER = Path(os.environ.get("TOXAPP_REAL_DATA", "/nonexistent"))

SENTENCES = {
    "en": "I do not think that this is a good idea, and you know it as well as I do.",
    "de": "Ich glaube nicht, dass das eine gute Idee ist, und das weißt du so gut wie ich.",
    "fr": "Je ne pense pas que ce soit une bonne idée, et tu le sais aussi bien que moi.",
    "es": "No creo que esto sea una buena idea, y tú lo sabes tan bien como yo.",
    "it": "Non penso che questa sia una buona idea, e tu lo sai bene quanto me.",
    "nl": "Ik denk niet dat dit een goed idee is, en dat weet jij net zo goed als ik.",
    "pl": "Nie sądzę, żeby to był dobry pomysł, i wiesz o tym tak samo dobrze jak ja.",
    "tr": "Bunun iyi bir fikir olduğunu düşünmüyorum, sen de benim kadar iyi biliyorsun.",
    "ru": "Я не думаю, что это хорошая идея, и ты знаешь это так же хорошо, как и я.",
    "ar": "لا أعتقد أن هذه فكرة جيدة وأنت تعرف ذلك جيدا كما أعرفه أنا",
    "hi": "मुझे नहीं लगता कि यह एक अच्छा विचार है और तुम भी यह अच्छी तरह जानते हो",
    "ko": "나는 이것이 좋은 생각이라고 생각하지 않으며 너도 나만큼 잘 알고 있다",
    "ja": "これは良い考えだとは思いませんし、あなたも私と同じくらいよく知っているはずです。",
    "zh": "我不认为这是一个好主意，你和我一样清楚这一点，所以请不要再这样做了。",
    "el": "Δεν νομίζω ότι αυτή είναι καλή ιδέα και το ξέρεις τόσο καλά όσο εγώ.",
    "he": "אני לא חושב שזה רעיון טוב ואתה יודע את זה בדיוק כמוני",
    "th": "ฉันไม่คิดว่านี่เป็นความคิดที่ดีและคุณก็รู้ดีพอๆกับฉัน",
}


def counted(texts: list[str]) -> dict[str, int]:
    counts = languages.scripts(texts).tolist()
    return {name: n for name, n in zip(languages.SCRIPTS, counts, strict=True) if n}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_guessed(code: str) -> None:
    assert languages.languages([SENTENCES[code]]) == ((code, 1.0),)


def test_shares_are_of_texts_with_twenty_letters_the_largest_first() -> None:
    texts = [SENTENCES["de"], *[SENTENCES["en"]] * 3, "Nein!", "12345 67890 12345 67890", ""]
    assert languages.languages(texts) == (("en", 0.75), ("de", 0.25))


def test_shares_below_two_per_cent_are_left_out() -> None:
    english = [SENTENCES["en"]]
    assert languages.languages([SENTENCES["de"], *english * 49]) == (("en", 0.98), ("de", 0.02))
    assert languages.languages([SENTENCES["de"], *english * 50]) == (("en", 50 / 51),)


def test_without_letters_there_is_no_language() -> None:
    assert languages.languages(["", "lol", "https://example.org/a/long/link/in/english"]) == ()


def test_links_and_names_do_not_speak() -> None:
    tweet = f"RT @angela_in_english https://the.english.example/words {SENTENCES['de'][:40]}"
    assert languages.languages([tweet]) == (("de", 1.0),)


def test_every_language_that_can_be_guessed_has_a_name() -> None:
    known = LanguageIdentifier.from_pickled_model(MODEL_FILE).nb_classes
    assert set(known) - {"nb"} == set(languages.NAMES)
    assert languages.name("de") == "German"
    assert languages.name("xx") == "xx"


def test_a_very_long_text_is_guessed_by_its_beginning() -> None:
    assert languages.languages([SENTENCES["fr"] * 10_000]) == (("fr", 1.0),)


class TestScripts:
    @pytest.mark.parametrize(
        ("code", "script"),
        [
            ("fr", "Latin"),
            ("ru", "Cyrillic"),
            ("ar", "Arabic"),
            ("hi", "Devanagari"),
            ("ko", "Hangul"),
            ("ja", "Japanese"),
            ("zh", "Chinese"),
            ("el", "Greek"),
            ("he", "Hebrew"),
            ("th", "Thai"),
        ],
    )
    def test_a_sentence_has_the_script_of_its_letters(self, code: str, script: str) -> None:
        assert counted([SENTENCES[code]]) == {script: 1}

    def test_the_script_of_most_letters_counts(self) -> None:
        assert counted(["OK, я понял", "Он said: never again"]) == {"Cyrillic": 1, "Latin": 1}

    def test_texts_without_letters_are_counted_apart(self) -> None:
        assert counted(["", "123", "😀", "…", "a"]) == {"no letters": 4, "Latin": 1}

    def test_rare_scripts_are_other_and_counts_add_up(self) -> None:
        assert counted(["ᚠᚢᚦ", "Ｆｕｌｌ", "abc"]) == {"other": 1, "Latin": 2}

    def test_no_texts_make_zeros(self) -> None:
        assert languages.scripts([]).sum() == 0


@pytest.mark.real
@pytest.mark.skipif(not FOLDER.is_dir(), reason="TOXAPP_REAL_DATA names no folder")
@pytest.mark.parametrize(
    ("name", "column"),
    [("jigsaw/natural.csv", "comment_text"), ("davidson/labeled_data.csv", "tweet")],
)
def test_real_comments_are_english_also_short_ones(name: str, column: str) -> None:
    texts = pd.read_csv(FOLDER / name)[column].tolist()
    found = languages.languages(texts[::12])
    assert [code for code, _ in found] == ["en"]
    assert found[0][1] > 0.94
    assert counted(texts)["Latin"] > 0.999 * len(texts)
