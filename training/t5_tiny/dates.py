"""Dates as people write them, and their ISO 8601 form.

Where a numeric form is ambiguous: with slashes or hyphens the month comes first (3/4/2021 is the fourth of March) unless the first
number exceeds 12; with dots the day comes first (4.3.2021 is the fourth of March). A year of two digits is 1950 to 2049.
"""

import calendar
import random

PREFIX = "date: "
_MONTHS = list(calendar.month_name)
_SHORT = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth
twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first""".split()


def _suffix(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _numeric(year: int, month: int, day: int, rng: random.Random) -> str:
    wide = rng.random() < 0.5
    d, m = (f"{day:02d}", f"{month:02d}") if wide else (str(day), str(month))
    y = f"{year % 100:02d}" if 1950 <= year <= 2049 and rng.random() < 0.3 else str(year)
    kind = rng.randrange(6)
    if kind == 0:
        return f"{d}.{m}.{y}"
    if kind == 1:
        separator = rng.choice("//.")
        return f"{year}{separator}{m}{separator}{d}"
    if kind == 2:
        return f"{year}-{m}-{d}"
    if kind == 3 and day > 12:
        return f"{d}{'/' if wide else '-'}{m}{'/' if wide else '-'}{y}"
    if kind == 4 and wide:
        return f"{year}{m}{d}"
    separator = rng.choice("//-")
    return f"{m}{separator}{d}{separator}{y}"


def _worded(year: int, month: int, day: int, rng: random.Random) -> str:
    name = _MONTHS[month]
    if rng.random() < 0.35:
        name = _SHORT[month] + rng.choice(["", "."])
        if month == 9 and rng.random() < 0.3:
            name = "Sept" + rng.choice(["", "."])
    roll = rng.random()
    ordinal = _ORDINALS[day - 1] if roll < 0.15 else f"{day}{_suffix(day)}" if roll < 0.5 else str(day)
    y = f"'{year % 100:02d}" if 1950 <= year <= 2049 and rng.random() < 0.05 else str(year)
    comma = rng.choice([",", ",", ""])
    the = "the " if rng.random() < 0.4 else ""
    text = rng.choice([
        f"{name} {ordinal}{comma} {y}",
        f"{name} {'the ' if roll < 0.3 else ''}{ordinal}{comma} {y}",
        f"{ordinal} {name}{comma if comma and rng.random() < 0.3 else ''} {y}",
        f"{the}{ordinal} of {name}{comma} {y}",
        f"{day}-{_SHORT[month]}-{y.lstrip(chr(39))}",
        f"{y}, {name} {ordinal}" if len(y) == 4 else f"{name} {ordinal} {y}",
    ])  # fmt: skip
    if rng.random() < 0.25:
        weekday = calendar.day_name[calendar.weekday(year, month, day)]
        text = f"{weekday if rng.random() < 0.7 else weekday[:3]}{rng.choice([', ', ' '])}{text}"
    if rng.random() < 0.1:
        text = "on " + text
    return text


def example(rng: random.Random) -> tuple[str, str]:
    """A random date as (source with its prefix, ISO 8601)."""
    year = rng.randint(1900, 2099) if rng.random() < 0.8 else rng.randint(1000, 2199)
    month = rng.randint(1, 12)
    day = rng.randint(1, calendar.monthrange(year, month)[1])
    text = (_numeric if rng.random() < 0.45 else _worded)(year, month, day, rng)
    roll = rng.random()
    if roll < 0.15:
        text = text.lower()
    elif roll < 0.2:
        text = text.upper()
    elif roll < 0.27:
        text += "."
    return PREFIX + text, f"{year:04d}-{month:02d}-{day:02d}"
