"""The line of RouterOS 6."""

from routers import script_six


def test_the_line_is_one_line_without_signs_that_a_terminal_takes_for_help() -> None:
    line = script_six.one_line("https://ana.example.net/e/abc")
    assert line == (
        '/tool fetch mode=https url="https://ana.example.net/e/abc/kmikro-6.rsc" dst-path=kmikro-6.rsc '
        "check-certificate=no; :delay 2s; /import file-name=kmikro-6.rsc; /file remove kmikro-6.rsc"
    )
    assert not set("\n\t?") & set(line)
    assert "mode=http url" in script_six.one_line("http://ana.localhost:8000/e/abc")
