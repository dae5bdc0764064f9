"""Words from strangers → words that fit our alerts. Pure.

An alert on a screen is short: a headline of 40 characters, a few steps. What is longer is cut
where a sentence or at least a clause ends; the full text stays in the alert's file.
"""

import re
from collections.abc import Iterator

from content.document import UNSEEN

SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;]+|\n|\.(?=\s|$)|$)")
CLAUSE = re.compile(r"[，,、：:—\s]")
CHINESE = re.compile(r"[\u3400-\u9fff]")
LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
LEAST_LINE = 0.5
"""A clause is worth cutting at only if it leaves this part of the room filled."""


def clean(text: str) -> str:
    """`text` without what a screen cannot show and an editor cannot see; its lines stay, spaces are single."""
    lines = LINE_BREAKS.sub("\n", text).replace("\t", " ").split("\n")
    return "\n".join(re.sub(r"[ \u3000\xa0]+", " ", UNSEEN.sub("", line)).strip() for line in lines).strip()


def one_line(text: str) -> str:
    """`text` cleaned, in one line."""
    words = clean(text).split("\n")
    return re.sub(r"\n+", "" if CHINESE.search(text) else " ", "\n".join(words)).strip()


def steps(text: str) -> str:
    """An instruction, one step a line.

    The lines of a Chinese text are meant; those of another are where a narrow page ended, and
    only an empty line separates.
    """
    cleaned = clean(text)
    if CHINESE.search(cleaned):
        lines = cleaned.split("\n")
    else:
        lines = [paragraph.replace("\n", " ") for paragraph in re.split(r"\n{2,}", cleaned)]
    return "\n".join(line for line in lines if line)


def shortened(text: str, most: int) -> str:
    """As many whole sentences of `text` as fit; of a single long one its beginning, with …"""
    if len(text) <= most:
        return text
    kept = ""
    for sentence in sentences(text):
        if len((kept + sentence).rstrip()) > most:
            break
        kept += sentence
    return kept.strip() or cut(text, most)


def sentences(text: str) -> Iterator[str]:
    """The sentences with what ends them; together they are the text."""
    return (match[0] for match in SENTENCE.finditer(text) if match[0])


def cut(text: str, most: int) -> str:
    """The beginning of `text` and …, cut between words or clauses where that wastes little."""
    head = text[: most - 1]
    breaks = [match.start() for match in CLAUSE.finditer(text[:most]) if match.start() >= most * LEAST_LINE]
    return (head[: breaks[-1]] if breaks else head).rstrip() + "…"
