"""Letters of other alphabets that look like Latin ones, so that a borrowed name is noticed.

A small part of Unicode's confusables: the letters that a whole name can be written with. Marks are
taken off before this table is used, and full-width and styled letters are folded by NFKD.
"""

_CYRILLIC = {
    "АВЕЅІЈКМНОРСТУХԚԜԌ": "ABESIJKMHOPCTYXQWG",
    "авеѕіјкмнорстухԛԝгьһԁӏ": "aBesijkmHopcTyxqwrbhdl",
}
_GREEK = {
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ": "ABEZHIKMNOPTYXCJ",
    "αβγεηικνορτυχωϲϳς": "aByenikvopTuxwcjc",
}
_ARMENIAN = {"ՕՍԼ": "OUL", "օոսհցզյ": "onuhgqj"}
_LATIN = {"ıłŁøØđĐɑɡɩʟǀ": "ilLoOdDagiLl"}

LOOKALIKES = {
    ord(letter): latin
    for table in (_CYRILLIC, _GREEK, _ARMENIAN, _LATIN)
    for letters, latins in table.items()
    for letter, latin in zip(letters, latins, strict=True)
}

# What else is taken for what on a screen, in the order it is replaced.
SEEN_AS = (("1", "l"), ("I", "l"), ("0", "O"), ("rn", "m"), ("vv", "w"), ("cl", "d"))
