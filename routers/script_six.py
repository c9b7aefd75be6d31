"""The line to paste on RouterOS 6.49. What differs of the script itself is in `script`, where `six` is said.

6 has no authorities to check a web server against, so its line checks nothing: whoever sits between could hand out
another script. Where that matters the pasted block (`script_paste`) is the way, which comes through the browser.
"""

from routers.script import quote

FILE = "kmikro-6.rsc"


def one_line(url: str) -> str:
    """Fetch, run, forget; 6 wants the way of asking in a word of its own and no question mark anywhere."""
    mode, loose = ("https", " check-certificate=no") if url.startswith("https:") else ("http", "")
    return (
        f"/tool fetch mode={mode} url={quote(f'{url}/{FILE}')} dst-path={FILE}{loose}; :delay 2s; "
        f"/import file-name={FILE}; /file remove {FILE}"
    )
