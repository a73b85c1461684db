"""What somebody logs in with, in a few words: "Chrome on Android". Contract: GetSessions.

A browser calls itself by the names of others as well, so the more particular names are looked for
first. Nothing depends on it: whoever asks may call themselves anything.
"""

from __future__ import annotations

import re
from typing import Final

MAX_READ_LENGTH: Final = 512  # characters of what a browser says of itself
BROWSERS: Final = (
    ("YaBrowser/", "Yandex Browser"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("UCBrowser/", "UC Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
PROGRAM: Final = re.compile(r"(?!Mozilla)([A-Za-z][A-Za-z0-9._-]{0,39})(?:/|$)")


def client_name_of(user_agent: str | None) -> str:
    """Names a browser and what it runs on, or a program; "" for what says nothing known."""
    told = (user_agent or "")[:MAX_READ_LENGTH]
    if program := PROGRAM.match(told):
        return program[1]
    browser = next((name for sign, name in BROWSERS if sign in told), "")
    system = next((name for sign, name in SYSTEMS if sign in told), "")
    return " on ".join(filter(None, (browser, system)))
