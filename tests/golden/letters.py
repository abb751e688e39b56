"""Letters of Vietnamese taken apart: base, shape, tone, and the keys that write them in Telex and VNI.

The keys follow the published tables of both input methods (Vietnamese Unicode project, "Input Method").
"""

import unicodedata

TONE_KEYS = {
    "\u0301": ("s", "1"),
    "\u0300": ("f", "2"),
    "\u0309": ("r", "3"),
    "\u0303": ("x", "4"),
    "\u0323": ("j", "5"),
}
_TELEX_SHAPES = {"\u0302": "", "\u0306": "w", "\u031b": "w"}  # a circumflex doubles its own letter
_VNI_SHAPES = {"\u0302": "6", "\u0306": "8", "\u031b": "7"}


def parts(letter: str) -> tuple[str, str, str]:
    """Split one NFC letter into its base, its shape mark and its tone mark (each '' when absent)."""
    base, shape, tone = "", "", ""
    for char in unicodedata.normalize("NFD", letter):
        if char in TONE_KEYS:
            tone = char
        elif char in _VNI_SHAPES:
            shape = char
        else:
            base += char
    return base, shape, tone


def plain(text: str) -> str:
    """Drop every mark: tones, shapes and the bar of đ."""
    joined = "".join(parts(letter)[0] for letter in text)
    return joined.replace("đ", "d").replace("Đ", "D")


def toneless(text: str) -> str:
    """Drop the tones, keep the shapes and đ."""
    return unicodedata.normalize("NFC", "".join("".join(parts(letter)[:2]) for letter in text))


def typed(word: str, style: str, *, vni: bool) -> str:
    """Spell a word as the keys pressed: tone key at the end of the word, at once, or every key at the end."""
    keys, late, tone_key = "", "", ""
    for letter in word:
        base, shape, tone = parts(letter)
        if base in "đĐ":
            keys += ("d" if base == "đ" else "D") + ("9" if vni else "d")
            continue
        key = "" if not shape else _VNI_SHAPES[shape] if vni else _TELEX_SHAPES[shape] or base.lower()
        keys += base if style == "late" else base + key
        late += key if style == "late" and key not in late else ""
        if tone:
            tone_key = TONE_KEYS[tone][1 if vni else 0]
            if style == "inline":
                keys, tone_key = keys + tone_key, ""
    pair = ("u7o7", "uo7") if vni else ("uwow", "uow")  # one key marks both letters of ươ
    return keys.replace(*pair) + late + tone_key
