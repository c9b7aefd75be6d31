"""Amounts as integer minor units with an ISO 4217 currency."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kmikro.lib.refusal import Refusal

# ISO 4217 exponents that are not 2 (amendment 176).
EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
LARGEST = 10**15


def exponent(currency: str) -> int:
    """Decimal places of the currency's minor unit."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """minor: integer in the currency's smallest unit; currency: three capitals."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, typed: str, currency: str) -> "Money":
        """Read what a person typed ('1,500' or '19.90'); refuses more decimals than the currency has."""
        try:
            amount = Decimal(typed.replace(",", "").replace("\u00a0", "").replace(" ", ""))
        except InvalidOperation:
            raise Refusal("bad_amount", "Type the amount as a number, for example 1500 or 19.90.") from None
        places = exponent(currency)
        scaled = amount.scaleb(places) if amount.is_finite() else Decimal("NaN")
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise Refusal("bad_amount", f"{currency} has {places} decimal places; type no more than that.")
        if not 0 <= scaled <= LARGEST:
            raise Refusal("bad_amount", "The amount must be zero or more, and not absurdly large.")
        return cls(int(scaled), currency)

    @property
    def major(self) -> Decimal:
        """The amount in the currency's main unit."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))
