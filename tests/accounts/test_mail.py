from django.core import mail as outbox

from accounts import mail, tasks

CONTEXT = {
    "by": "Ana <b>\nBcc: x@evil.test",
    "isp": "Ana & Sons",
    "role": "support",
    "link": "http://ana.localhost/j/",
}


def test_a_letter_has_subject_text_and_html():
    letter = mail.compose("invitation", "a@b.test", **CONTEXT)
    assert (
        letter.subject == "Ana <b> Bcc: x@evil.test invites you to Ana & Sons" or "\n" not in letter.subject
    )
    assert "http://ana.localhost/j/" in letter.text
    assert "Ana &amp; Sons" in letter.html
    assert "<b>\nBcc" not in letter.html


def test_every_letter_composes():
    for name, context in {
        "reset": {"name": "Ana", "link": "http://x/"},
        "workspaces": {"workspaces": [{"name": "Ana Net", "url": "http://ana/"}]},
        "welcome": {"name": "Ana", "isp": "Ana Net", "url": "http://ana/"},
    }.items():
        letter = mail.compose(name, "a@b.test", **context)
        assert letter.subject
        assert "http://" in letter.text
        assert "http://" in letter.html


def test_post_seals_what_crosses_the_broker(db, soon, monkeypatch):
    seen = []
    monkeypatch.setattr(
        tasks, "seal", lambda plain, bound_to: seen.append(plain) or real(plain, bound_to=bound_to)
    )
    with soon():
        tasks.post("reset", "a@b.test", name="Ana", link="http://secret.test/token")
    assert len(seen) == 1
    assert [letter.to for letter in outbox.outbox] == [["a@b.test"]]
    assert "http://secret.test/token" in outbox.outbox[0].body


real = tasks.seal
