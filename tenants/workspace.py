"""What an ISP settles about itself: for now the language in which its customers are answered."""

from datetime import datetime

from accounts.journal import Actor, record
from kmikro.lib.languages import LANGUAGES
from kmikro.lib.refusal import Refusal
from tenants import scope
from tenants.models import Isp


def check_language(language: str) -> None:
    """Raises Refusal when customers cannot be answered in it."""
    if language not in LANGUAGES:
        text = f"Customers are answered in {', '.join(LANGUAGES.values())}."
        raise Refusal("bad_language", text, field="language")


def answer_in(isp: Isp, language: str, *, by: Actor, now: datetime) -> None:
    """Answer customers who have chosen none in this language; call inside the tenant. RADIUS hears of it by itself."""
    check_language(language)
    if isp.language == language:
        return
    record(by, "workspace.language", isp, now=now, changed=[isp.language, language])
    with scope.outside():
        Isp.objects.filter(pk=isp.pk).update(language=language)
    isp.language = language
