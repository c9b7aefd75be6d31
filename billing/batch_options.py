"""What may be chosen for a batch beside plan and count: what its codes look like, the price, and until when they wait."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Sum

from billing.models import Batch
from kmikro.lib import codes
from kmikro.lib.money import LARGEST
from kmikro.lib.refusal import Refusal
from tenants import zones

FARTHEST = timedelta(days=5 * 366)
PREFIX_SIGNS = "".join(sign for sign in codes.ALPHABET if sign.isalpha())
SIGNS = {"mixed": "letters and digits", "digits": "digits", "letters": "letters"}


@dataclass(frozen=True, slots=True)
class Options:
    """price_minor None: the plan's. use_by: the last day on which a code is used for the first time."""

    prefix: str = ""
    alphabet: str = codes.DEFAULT.alphabet
    length: int = codes.DEFAULT.length
    price_minor: int | None = None
    use_by: date | None = None


PLAIN = Options()


def shape_of(options: Options, count: int) -> codes.Shape:
    """The shape that was chosen. Raises Refusal when it cannot be read, or its codes can be guessed."""
    prefix = codes.normalise(options.prefix)
    if len(prefix) > codes.LONGEST_PREFIX or any(sign not in PREFIX_SIGNS for sign in prefix):
        text = f"A prefix has up to {codes.LONGEST_PREFIX} of the letters {PREFIX_SIGNS}."
        raise Refusal("bad_prefix", text, field="prefix")
    if options.alphabet not in codes.ALPHABETS:
        raise Refusal("bad_alphabet", "Choose mixed, digits or letters.", field="alphabet")
    if not codes.SHORTEST <= options.length <= codes.LONGEST:
        text = f"The random part has {codes.SHORTEST} to {codes.LONGEST} signs."
        raise Refusal("bad_length", text, field="length")
    shape = codes.Shape(prefix, options.alphabet, options.length)
    there = made_of(shape)
    least = codes.shortest_for(shape.alphabet, count + there)
    if shape.length < least:
        more = f", beside {there:,} made before" if there else ""
        text = (
            f"{shape.length} random {SIGNS[shape.alphabet]} make {shape.room:,} codes: too few for {count:,} vouchers"
            f"{more}, somebody could guess one. Choose {least} or more."
        )
        raise Refusal("short_codes", text, field="length")
    return shape


def made_of(shape: codes.Shape) -> int:
    """How many vouchers of this shape were asked for before."""
    same = Batch.objects.filter(prefix=shape.prefix, alphabet=shape.alphabet, length=shape.length)
    return int(same.aggregate(count=Sum("count"))["count"] or 0)


def price_of(options: Options, plans_own: int) -> int:
    """What one voucher is sold for."""
    if options.price_minor is None:
        return plans_own
    if not 0 <= options.price_minor <= LARGEST:
        raise Refusal("bad_price", "The price is zero or more, and not absurdly large.", field="price_minor")
    return options.price_minor


def last_moment(options: Options, now: datetime) -> datetime | None:
    """When the last day on which the codes may begin is over on the ISP's clock."""
    if options.use_by is None:
        return None
    zone = zones.own()
    if options.use_by < now.astimezone(zone).date():
        raise Refusal("past_use_by", "This day is over. Choose today or later.", field="use_by")
    if options.use_by > (now + FARTHEST).date():
        raise Refusal("far_use_by", "Choose a day of the next five years, or none.", field="use_by")
    return datetime.combine(options.use_by + timedelta(days=1), time(), zone).astimezone(UTC)
