"""What commands print can neither stop them nor do harm, whatever the terminal can show and whatever a user wrote."""

import io
import json
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from sim import load_scenario
from sim.errors import printable
from sim.terminal import headed, say, say_error, say_json, say_xml, say_yaml

CODE_PAGES = ("cp437", "cp850", "cp932", "cp1252", "latin-1", "ascii", "utf-8")
HOSTILE = "Zoë – ‘red’ ≥ 日 😀 \x1b[31m\x9b2J\u202e\u2028 \udcff ##[error]x ##vso[task.x]\n::error::boo\n  ::warning::y"


@pytest.fixture(params=CODE_PAGES)
def terminal(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """The bytes that a terminal of this code page is sent."""
    sent = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(sent, encoding=request.param, write_through=True, newline="\n"))
    return sent


def test_every_text_is_printed_and_does_no_harm(terminal: io.BytesIO) -> None:
    say(HOSTILE)
    said = terminal.getvalue().decode(sys.stdout.encoding)
    assert "\\x1b[31m\\x9b2J\\u202e\\u2028 \\xff" in said
    assert all(character == "\n" or character.isprintable() for character in said)
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    assert "##[" not in said
    assert "##vso[" not in said


def test_the_nearest_character_is_shown() -> None:
    sent = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", io.TextIOWrapper(sent, encoding="cp437", write_through=True, newline="\n"))
        say("Zoë – ‘red’ … 日")
    assert sent.getvalue().decode("cp437") == "Zoë - 'red' ... ?\n"


def test_errors_stay_in_one_line(terminal: io.BytesIO) -> None:
    say_error("a\n::error::b")
    assert terminal.getvalue() == b"a\\n::error::b\n"


def test_commands_for_a_ci_are_printed_where_they_are_meant(capsys: pytest.CaptureFixture[str]) -> None:
    say("::notice file=x::y", commands=True)
    say("::notice file=x::y")
    assert capsys.readouterr().out == "::notice file=x::y\n: :notice file=x::y\n"


def test_data_are_read_back_as_they_were(terminal: io.BytesIO) -> None:
    say_json({"title": HOSTILE})
    said = terminal.getvalue().decode()
    assert json.loads(said) == {"title": HOSTILE}
    assert "##" not in said
    assert "\x9b" not in said
    terminal.truncate(0)
    terminal.seek(0)
    say_xml("<a>Zoë ≥ 日 😀</a>")
    assert ElementTree.fromstring(terminal.getvalue().decode()).text == "Zoë ≥ 日 😀"


def test_a_scenario_is_read_back_as_it_was(terminal: io.BytesIO, tmp_path_factory: pytest.TempPathFactory) -> None:
    title = "Zoë – ≥ 日 😀 ##[error]x \u202e\n::error::y"
    scenario = load_scenario("baseline", {"title": title, "name": "odd"})
    say_yaml(scenario.to_yaml())
    file = tmp_path_factory.mktemp("shown") / "odd.yaml"
    file.write_bytes(terminal.getvalue())
    assert load_scenario(file) == scenario
    assert b"##[" not in terminal.getvalue()


def test_titles_stand_in_one_line() -> None:
    assert headed("mine", "a\n::error::b\u2028c\n") == "mine: a ::error::b c"
    assert headed("mine", " ") == "mine: no title"


def test_bytes_that_are_no_text_are_shown_as_bytes() -> None:
    assert printable("a\udcff\n\x1b\u2028") == "a\\xff\\n\\x1b\\u2028"
