"""Telephone numbers: what people write, and the digits by which a number is found again. Pure.

Digits are those of E.164 without the plus. A number without its country gets the one of the ISP; a leading zero is
dropped where the country dials it inside only.
"""

import re

WRITTEN = re.compile(r"\+?[0-9][0-9 ()./-]{3,22}")
FEWEST, MOST = 4, 15

# ITU-T E.164 country codes by ISO 3166-1.
_CODES = (
    "AD376 AE971 AF93 AG1 AI1 AL355 AM374 AO244 AR54 AS1 AT43 AU61 AW297 AZ994 BA387 BB1 BD880 BE32 BF226 BG359 BH973 "
    "BI257 BJ229 BM1 BN673 BO591 BR55 BS1 BT975 BW267 BY375 BZ501 CA1 CD243 CF236 CG242 CH41 CI225 CK682 CL56 CM237 "
    "CN86 CO57 CR506 CU53 CV238 CW599 CY357 CZ420 DE49 DJ253 DK45 DM1 DO1 DZ213 EC593 EE372 EG20 ER291 ES34 ET251 FI358 "
    "FJ679 FK500 FM691 FO298 FR33 GA241 GB44 GD1 GE995 GF594 GG44 GH233 GI350 GL299 GM220 GN224 GP590 GQ240 GR30 GT502 "
    "GU1 GW245 GY592 HK852 HN504 HR385 HT509 HU36 ID62 IE353 IL972 IM44 IN91 IQ964 IR98 IS354 IT39 JE44 JM1 JO962 JP81 "
    "KE254 KG996 KH855 KI686 KM269 KN1 KP850 KR82 KW965 KY1 KZ7 LA856 LB961 LC1 LI423 LK94 LR231 LS266 LT370 LU352 LV371 "
    "LY218 MA212 MC377 MD373 ME382 MF590 MG261 MH692 MK389 ML223 MM95 MN976 MO853 MP1 MQ596 MR222 MS1 MT356 MU230 MV960 "
    "MW265 MX52 MY60 MZ258 NA264 NC687 NE227 NG234 NI505 NL31 NO47 NP977 NR674 NU683 NZ64 OM968 PA507 PE51 PF689 PG675 "
    "PH63 PK92 PL48 PM508 PR1 PS970 PT351 PW680 PY595 QA974 RE262 RO40 RS381 RU7 RW250 SA966 SB677 SC248 SD249 SE46 SG65 "
    "SH290 SI386 SK421 SL232 SM378 SN221 SO252 SR597 SS211 ST239 SV503 SX1 SY963 SZ268 TC1 TD235 TG228 TH66 TJ992 TK690 "
    "TL670 TM993 TN216 TO676 TR90 TT1 TV688 TW886 TZ255 UA380 UG256 US1 UY598 UZ998 VA39 VC1 VE58 VG1 VI1 VN84 VU678 "
    "WF681 WS685 XK383 YE967 YT262 ZA27 ZM260 ZW263"
)
CODES = {word[:2]: word[2:] for word in _CODES.split()}
_KEEPS_ZERO = {"IT", "SM", "VA"}  # the zero is part of the number


def is_written(text: str) -> bool:
    """Whether this can be a telephone number as people write it."""
    return WRITTEN.fullmatch(text) is not None


def digits(written: str, country: str = "") -> str:
    """The digits of a number with its country's code, so far as it can be known; '' when it is none."""
    bare = re.sub(r"[^0-9]", "", written)
    if not FEWEST <= len(bare) <= MOST + 2:
        return ""
    if written.lstrip().startswith("+"):
        return bare
    if bare.startswith("00"):
        return bare[2:]
    code = CODES.get(country, "")
    if not code:
        return bare
    if country in _KEEPS_ZERO:
        return bare if bare.startswith(code) and len(bare) > len(code) + 8 else code + bare
    if bare.startswith("0"):
        return code + bare[1:]
    # 254 722 418 906 written without its plus; a number of that length inside a country begins with a zero.
    return bare if bare.startswith(code) and len(bare) >= len(code) + 8 else code + bare


def part(typed: str) -> str:
    """What of a search can be looked for in the digits of numbers: '0722 418' and '+254722' both work."""
    bare = re.sub(r"[^0-9]", "", typed)
    if not bare or not re.fullmatch(r"[0-9 ()./+-]+", typed):
        return ""
    return bare.lstrip("0")
