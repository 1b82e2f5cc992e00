"""What commands print can neither stop them nor do harm, whatever the terminal can show and whatever a user wrote."""

import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from sim import load_scenario
from sim.errors import printable
from sim.terminal import headed, say, say_error, say_json, say_xml, say_yaml

CODE_PAGES = ("cp437", "cp850", "cp932", "cp1252", "latin-1", "ascii", "utf-8")
HOSTILE = "Zoë – ‘red’ ≥ 日 😀 \x1b[31m\x9b2J\u202e\u2028 \udcff ##[error]x ##vso[task.x]\n::error::boo\n  ::warning::y"


def sent(code_page: str, call: Callable[[str], None], text: str) -> bytes:
    """What a terminal of a code page is sent."""
    received = io.BytesIO()
    terminal = io.TextIOWrapper(received, encoding=code_page, write_through=True, newline="\n")
    with redirect_stdout(terminal), redirect_stderr(terminal):
        call(text)
    return received.getvalue()


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_every_text_is_printed_and_does_no_harm(code_page: str) -> None:
    said = sent(code_page, say, HOSTILE).decode(code_page)
    assert "\\x1b[31m\\x9b2J\\u202e\\u2028 \\xff" in said
    assert all(character == "\n" or character.isprintable() for character in said)
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    assert "##[" not in said
    assert "##vso[" not in said


def test_the_nearest_character_is_shown() -> None:
    assert sent("cp437", say, "Zoë – ‘red’ … 日").decode("cp437") == "Zoë - 'red' ... ?\n"


def test_errors_stay_in_one_line() -> None:
    assert sent("cp437", say_error, "a\n::error::b") == b"a\\n::error::b\n"


def test_commands_for_a_ci_are_printed_where_they_are_meant(capsys: pytest.CaptureFixture[str]) -> None:
    say("::notice file=x::y", commands=True)
    say("::notice file=x::y")
    assert capsys.readouterr().out == "::notice file=x::y\n: :notice file=x::y\n"


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_data_are_read_back_as_they_were(code_page: str) -> None:
    said = sent(code_page, say_json, json.dumps({"title": HOSTILE}, ensure_ascii=False)).decode()
    assert json.loads(said) == {"title": HOSTILE}
    assert "##" not in said
    assert "\x9b" not in said
    assert ET.fromstring(sent(code_page, say_xml, "<a>Zoë ≥ 日 😀</a>").decode()).text == "Zoë ≥ 日 😀"


@pytest.mark.parametrize("code_page", CODE_PAGES)
def test_a_scenario_is_read_back_as_it_was(code_page: str, tmp_path: Path) -> None:
    title = "Zoë – ≥ 日 😀 ##[error]x \u202e\n::error::y"
    scenario = load_scenario("baseline", {"title": title, "name": "odd"})
    shown = sent(code_page, say_yaml, scenario.to_yaml())
    file = tmp_path / "odd.yaml"
    file.write_bytes(shown)
    assert load_scenario(file) == scenario
    assert b"##[" not in shown


def test_titles_stand_in_one_line() -> None:
    assert headed("mine", "a\n::error::b\u2028c\n") == "mine: a ::error::b c"
    assert headed("mine", " ") == "mine: no title"


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    assert printable("a\udcff\n\x1b\u2028") == "a\\xff\\n\\x1b\\u2028"
