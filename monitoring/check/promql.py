"""Extracts from a Prometheus expression the names of its series and the labels that it selects."""

import re

STRING = r'"(?:[^"\\]|\\.)*"'
BRACES = re.compile(rf"\{{(?:[^}}\"]|{STRING})*\}}")
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
RANGE = re.compile(r"\[[^\]]*\]")
OFFSET = re.compile(r"\boffset\s+-?\w+")
NAME = re.compile(r"(?<![\w:.])([a-zA-Z_:][\w:]*)\s*(\x00\d+\x00)?(?!\s*\(|[\w:])")
WORDS = {"and", "or", "unless", "bool", "inf", "nan"}


def selectors(expression):
    """Returns (name, text in its braces) for each selector, in order."""
    braces = []

    def keep(match):
        braces.append(match[0])
        return f"\0{len(braces) - 1}\0"

    text = BRACES.sub(keep, expression)
    text = re.sub(STRING, "", text)
    for noise in (RANGE, OFFSET, GROUPING):
        text = noise.sub(" ", text)
    found = [(match[1], braces[int(match[2].strip("\0"))] if match[2] else "") for match in NAME.finditer(text)]
    return [(name, matchers) for name, matchers in found if name.lower() not in WORDS]


def labels(matchers):
    """Returns the labels that a pair of braces selects."""
    return re.findall(r"([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)", re.sub(STRING, "", matchers))
