"""Letters: composed from a pair of templates, plain text first, and handed to the mail server."""

from dataclasses import asdict, dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address."""

    to: str
    subject: str
    text: str
    html: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def compose(name: str, to: str, /, **context: Any) -> Letter:
    """templates/emails/<name>.txt (first line is the subject) and <name>.html with the context."""
    subject, _, text = render_to_string(f"emails/{name}.txt", context).strip().partition("\n")
    html = render_to_string(f"emails/{name}.html", {**context, "subject": subject})
    # A line break in a subject could add headers; a name typed by somebody may hold one.
    return Letter(to, " ".join(subject.split())[:200], text.strip() + "\n", html)


def send(letter: Letter) -> None:
    """Give the letter to the mail server; transport errors travel up."""
    mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to])
    mail.attach_alternative(letter.html, "text/html")
    mail.send()
