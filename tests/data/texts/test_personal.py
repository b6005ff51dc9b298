"""What looks like personal data is found; what only has digits or an @ is not."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toxapp.data.texts import personal

FOLDER = Path(os.environ.get("TOXAPP_REAL_DATA", "/nonexistent"))

# All of these are invented, or set aside for examples by those who give such numbers out.
FOUND = {
    "email": [
        "write to jane.doe+x@mail.example.com.",
        "(ÄNNE@EXAMPLE.DE)",
    ],
    "user_name": ["@jane_doe you are wrong", "RT @x1: so", "thanks /u/some-body", ".. u/Abc"],
    "profile": [
        "see https://www.facebook.com/jane.doe.77",
        "twitter.com/jane_doe/status/1",
        "https://www.linkedin.com/in/jane-doe",
        "ftp://jane:secret@localhost/",
    ],
    "ip": [
        "signed 195.12.34.7 (talk)",
        "(71.64.6.46)",
        "by 2a00:1450:4001:81b::200e today",
        "2601:14C:0:F6E9:71B2:6F01:9EB8:B237",
    ],
    "phone": [
        "call +44 20 7946 0958 now",
        "+49 (0)30 1234567",
        "0049 30 1234567",
        "(212) 555-0187",
        "212-555-0187",
        "1-800-555-0199",
        "212.555.0187",
        "Tel.: 030/1234567",
        "020 7946 0958",
        "06 12 34 56 78",
        "+15550100199",
    ],
    "account": [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "card 5555555555554444!",
        "3782 822463 10005",
        "DE89 3704 0044 0532 0130 00",
        "GB82WEST12345698765432",
    ],
    "street": [
        "I live at 221 Baker Street",
        "come to 1600 Pennsylvania Ave, now",
        "12b Old Mill Rd.",
        "184 38th Street",
        "am 14, rue de la Paix",
        "in der Hauptstraße 12a",
        "Bahnhofstr. 7",
        "Calle de Alcalá 45",
    ],
}

CLEAN = [
    "",
    "04:27, 20 Jan 2004 (UTC)",
    "2004-01-20 04:27:33",
    "20.01.2004 10:15",
    "01-02-2004",
    "in 1914-1918 and 1939-1945",
    "1999 2000 2001 2002 2003 2004",
    "version 1.2.3.4 of 10.4.11.0",
    "Chrome/49.0.2623.112",
    "localhost is 127.0.0.1, the printer 192.168.1.100",
    "256.300.1.1 and 1.2.3.4.5.6",
    "std::vector::begin() a::b 04:27:33:12 00:1A:2B:3C:4D:5E",
    "ISBN 978-0-306-40615-7, 0-306-40615-2, ISSN 1234-5679",
    "I won 1,000,000 to 10 000 000 dollars, $212 555 0187",
    "the id is 718622022112345678 or 2013120610010869",
    "4111 1111 1111 1112",
    "+10000000000 for this",
    "DE00 3704 0044 0532 0130 00",
    "see you @ 5 pm @ home @@ @user @USER, 3@4",
    "https://example.org/a/212-555-0187?x=212-555-0187",
    "https://www.facebook.com/sharer/x https://twitter.com/search?q=x",
    "one of 24 hours on Wall Street",
    "2005 Sesame Street",
    "10 Things about the Road",
    "either/or, and/or, u/s, w/u",
    "score 3-2, 7-5, 6-4, 10-8, 21-19",
    "3.14159265358979 and 1/2/3/4/5/6/7/8",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts]
)
def test_each_kind_is_found_and_taken_for_no_other(kind: str, text: str) -> None:
    assert personal.kinds(text) == [kind]


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_has_digits_or_an_at_sign_is_none(text: str) -> None:
    assert personal.kinds(text) == []


def test_positions_are_by_kind_and_ascending_and_a_text_counts_once() -> None:
    texts = ["a@example.org b@example.org", "", "@jane 212-555-0187", "c@example.org"]
    found = personal.positions(texts)
    assert list(found) == list(personal.KINDS)
    assert {kind: where.tolist() for kind, where in found.items() if len(where)} == {
        "email": [0, 3],
        "user_name": [2],
        "phone": [2],
    }


@given(st.integers(10**12, 10**15 - 1))
def test_of_all_check_digits_one_is_right(digits: int) -> None:
    numbers = [f"4{digits:015d}"[:15] + str(check) for check in range(10)]
    assert sum("account" in personal.kinds(number) for number in numbers) == 1


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "+1",
        "a@",
        "@a",
        "a.",
        "1.",
        "a:",
        "0 1",
        "Aa ",
        "1 Aa ",
        "A1",
        "AB12 ",
        "://a:",
        "-",
    ],
)
def test_long_repetitions_take_no_time(piece: str) -> None:
    personal.kinds(piece * 20_000)


@pytest.mark.real
@pytest.mark.skipif(not FOLDER.is_dir(), reason="TOXAPP_REAL_DATA names no folder")
class TestRealTexts:
    def test_wikipedia_comments_are_signed_with_addresses_and_times(self) -> None:
        texts = pd.read_csv(FOLDER / "jigsaw" / "natural.csv").comment_text.tolist()
        found = {kind: len(where) for kind, where in personal.positions(texts).items()}
        assert 1_200 < found["ip"] < 1_350
        assert 50 < found["email"] < 70
        assert found["phone"] < 12
        assert found["street"] < 12
        assert found["account"] == 0

    def test_tweets_name_users(self) -> None:
        tweets = pd.read_csv(FOLDER / "davidson" / "labeled_data.csv").tweet.tolist()
        found = personal.positions(tweets)
        assert 0.5 < len(found["user_name"]) / len(tweets) < 0.65
        assert len(found["ip"]) == len(found["account"]) == len(found["street"]) == 0
