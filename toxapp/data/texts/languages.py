"""In which scripts and languages texts are.

Scripts are certain and of every text. Languages are a guess (py3langid: 97 languages, told by
byte sequences) on a sample of texts with at least 20 letters; a share of few per cent may be an
error, which is why shares below 2 % are not given.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

LEAST_LETTERS = 20
LEAST_SHARE = 0.02

# By the first word of a letter's Unicode name; all others are "other".
_SCRIPTS = {
    "LATIN": "Latin",
    "FULLWIDTH": "Latin",
    "MATHEMATICAL": "Latin",
    "CYRILLIC": "Cyrillic",
    "GREEK": "Greek",
    "ARABIC": "Arabic",
    "HEBREW": "Hebrew",
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HALFWIDTH": "Japanese",
    "HANGUL": "Hangul",
    "DEVANAGARI": "Devanagari",
    "BENGALI": "Bengali",
    "GURMUKHI": "Gurmukhi",
    "GUJARATI": "Gujarati",
    "TAMIL": "Tamil",
    "TELUGU": "Telugu",
    "KANNADA": "Kannada",
    "MALAYALAM": "Malayalam",
    "SINHALA": "Sinhala",
    "THAI": "Thai",
    "LAO": "Lao",
    "KHMER": "Khmer",
    "MYANMAR": "Burmese",
    "GEORGIAN": "Georgian",
    "ARMENIAN": "Armenian",
    "ETHIOPIC": "Ethiopic",
}
NO_LETTERS = "no letters"
SCRIPTS = (NO_LETTERS, *dict.fromkeys(_SCRIPTS.values()), "other")

NAMES = {
    "af": "Afrikaans", "am": "Amharic", "an": "Aragonese", "ar": "Arabic", "as": "Assamese",
    "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "br": "Breton",
    "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish",
    "de": "German", "dz": "Dzongkha", "el": "Greek", "en": "English", "eo": "Esperanto",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish",
    "fo": "Faroese", "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada",
    "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin", "lb": "Luxembourgish",
    "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy", "mk": "Macedonian",
    "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese",
    "ne": "Nepali", "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian", "oc": "Occitan",
    "or": "Odia", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto", "pt": "Portuguese",
    "qu": "Quechua", "ro": "Romanian", "ru": "Russian", "rw": "Kinyarwanda",
    "se": "Northern Sami", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu",
    "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "ug": "Uyghur", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "vo": "Volapük", "wa": "Walloon", "xh": "Xhosa",
    "zh": "Chinese", "zu": "Zulu",
}  # fmt: skip

# Enough for a guess, and the library overflows at 65,536 of one sequence in a text.
_CHARACTERS_READ = 400
_NO_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|&#?\w+;|\bRT\b")


def languages(texts: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Language codes (ISO 639-1) and their shares in (0, 1], the largest first.

    Shares are of the texts with 20 letters or more; those below 2 % are left out. () where no
    text has as many. Takes about a tenth of a millisecond a text: give a sample.
    """
    read = [plain for plain in map(_plain, texts) if _enough_letters(plain)]
    counts = Counter(
        code for start in range(0, len(read), 100) for code in _guessed(read[start : start + 100])
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((code, n / len(read)) for code, n in ordered if n >= LEAST_SHARE * len(read))


def name(code: str) -> str:
    """What a language is called on screen; the code itself where it has no name here."""
    return NAMES.get(code, code)


def scripts(texts: Sequence[str]) -> NDArray[np.int64]:
    """How many of `texts` are mainly in each of `SCRIPTS`, in that order; adds up to n.

    A text's script is that of most of its letters, of the earlier in `SCRIPTS` where two are
    level. Chinese characters beside Japanese ones count as Japanese.
    """
    latin, wide = SCRIPTS.index("Latin"), []
    counts = np.zeros(len(SCRIPTS), np.int64)
    for text in texts:
        if not text.isascii():
            wide.append(text)
        elif _LETTER.search(text):
            counts[latin] += 1
        else:
            counts[0] += 1
    for text in wide:
        counts[_main_script(text)] += 1
    return counts


_LETTER = re.compile("[A-Za-z]")


def _main_script(text: str) -> int:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    letters = np.bincount(_table()[codes], minlength=len(SCRIPTS))
    chinese, japanese = SCRIPTS.index("Chinese"), SCRIPTS.index("Japanese")
    if letters[japanese]:
        letters[japanese] += letters[chinese]
        letters[chinese] = 0
    letters[0] = 0
    return int(letters.argmax())


@cache
def _table() -> NDArray[np.uint8]:
    """For every code point the position of its script in `SCRIPTS`; 0 for what is no letter."""
    table = np.zeros(0x110000, np.uint8)
    for code in filter(lambda code: chr(code).isalpha(), range(0x110000)):
        first = unicodedata.name(chr(code), "").split(" ")[0]
        table[code] = SCRIPTS.index(_SCRIPTS.get(first, "other"))
    return table


def _plain(text: str) -> str:
    """The beginning of `text` without what is in no language: links, names, entities."""
    return _NO_LANGUAGE.sub(" ", text[: 2 * _CHARACTERS_READ])[:_CHARACTERS_READ]


def _enough_letters(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= LEAST_LETTERS


def _guessed(texts: list[str]) -> list[str]:
    """The likeliest language of each of a few texts: together 20 times as fast as one by one."""
    identifier = _identifier()
    counts = np.stack([identifier.instance2fv(text) for text in texts])
    best = identifier.nb_classprobs(counts).argmax(axis=1)
    codes = [identifier.nb_classes[index] for index in best]
    # The library has Norwegian twice: by its own name and as Bokmål.
    return ["no" if code == "nb" else code for code in codes]


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_pickled_model(MODEL_FILE)
