"""One spelling for each word: what a sentence says in plain lower case, clause by clause, and the words for times.

No rule of what may be said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from expressions import lazy
from wording import plain


def any_of(words: str) -> str:
    """One of the expressions, which are parted by commas or lines."""
    return "(?:" + "|".join(re.split(r",\s+|\s*\n\s*", words.strip())) + ")"


# --- times and numbers ---

_SMALL = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|una|dos|tres|cuatro|diez|once|doce)"
CLOCK = any_of(
    rf"""\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b, \d{{1,2}}:\d\d\b, \bnoon\b, mediodía\b, (?:\d{{1,2}}|{_SMALL}) o'?clock\b
    \b(?:at|a? ?las?|@) (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|percent|dollars|bucks|repair|phone))
    for (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|\w))"""
)
DAY = any_of(
    r"""\b(?:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b, tomorrow\b, tonight\b, next week\b
    this (?:morning|afternoon|evening)\b, the \d{1,2}(?:st|nd|rd|th)\b
    (?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6} \d{1,2}\b, lunes\b, martes\b, miércoles\b
    jueves\b, viernes\b, sábado\b, (?<!la )(?<!esta )mañana\b"""
)
TIME = rf"(?:{CLOCK}|{DAY}|today\b|hoy\b|then\b)"


NUMBERS = {
    word: int(number)
    for number, words in re.findall(
        r"(\d+) (\D+)",
        """
        1 one uno 2 two dos 3 three tres 4 four cuatro 5 five cinco 6 six seis 7 seven siete 8 eight ocho 9 nine nueve
        10 ten diez 11 eleven 12 twelve doce 15 fifteen quince 20 twenty veinte 25 veinticinco 30 thirty treinta
        40 forty cuarenta 50 fifty cincuenta 60 sixty sesenta 70 seventy setenta 80 eighty ochenta 90 ninety noventa
        100 hundred cien ciento 200 doscientos""",
    )
    for word in words.split()
}
NUMBER = r"(?:\d+(?:,\d{3})*(?:\.\d+)?|(?:(?:" + "|".join(NUMBERS) + r")(?:[- ](?:and |y )?)?){1,4})"


def number_of(words: str) -> float:
    """A number in figures or words, the words added up: "sixty-five" is 65."""
    if words[0].isdigit():
        return float(words.replace(",", "").rstrip("."))
    return float(sum(NUMBERS.get(word, 0) for word in re.split(r"[- ]+", words)))


# --- reading ---

_SPELLED = [
    (lazy(pattern), word)
    for pattern, word in (
        (r"(?<=[a-z]{2})([.!?])(?=[a-z]{2})", r"\1 "),
        (r"\b(?:[a-z][-._ ]){3,}[a-z]\b", lambda match: re.sub(r"[-._ ]", "", match[0])),
        (r"\b(\w+[a-z])-(ed|ing|en|d)\b", r"\1\2"),
        (r"\bgotcha (?=down|in|on|at|for|set)", "got you "),
        (r"\bill (?=have|let|tell|text|call|send|put|hold|pass|ask|book|get|message)", "i will "),
        (r"\byoure\b|\b(?:u r|ur|yor|your)\b(?= (?:all|booked|set|in|on|down|good|confirmed|scheduled|locked)\b)",
         "you are"),
        (r"\burs\b", "yours"),
        (r"\b(?:ur|yor)\b", "your"),
        (r"\by'?all\b|\bya'll\b|\bya\b(?= (?:for|in|down|at|on|up)\b)", "you"),
        (r"\b(\w{3,}in)'(?= |$)", r"\1g"),
        (r"\b(i|we) shall\b", r"\1 will"),
        (r"\b(hundred|ciento) (?:and|y) ", r"\1 "),
        # openings that leave the claim behind them a claim
        (r"\bnot only (?=are|is|have|did|you|i)|\b(?:may|can|could) i (?:just )?(?:add|say|mention|tell you"
         r"|confirm)(?: that)?\b", ""),
        (r"\b(?:did you know|would you (?:believe|look at) (?:it|that))(?: that)?\b|\bnot to worry\b", ""),
        (r"\bc (?=u\b)", "see "),
        (r"\bsee ya\b", "see you"),
        (r"\bcxl'?d\b|\bcancld\b", "cancelled"),
        (r"\bu\b", "you"),
        (r"\br (?=u\b|you\b)", "are "),
        (r"\b(?:4|fr) (?=\d|tm|to|mon|tue|wed|thu|fri|sat)", "for "),
        (r"\bappt\b|\bapt\b|\bap+ointment(?=s?\b)", "appointment"),
        (r"\b(?:tmrw|tmr|tmw|2moro|tom+or+ow)\b", "tomorrow"),
        (r"\b(i|you|we|they)'?ve\b", r"\1 have"),
        (r"\bim\b|\bi'm\b", "i am"),
        (r"\bi am (?:so |very |really |truly )?(?:afraid|sorry)\b(?: to say\b)?(?: that\b)?", "sorry"),
        (r"\bcan(?:'t|t|not| not) wait to\b(?! see you at the shop)", "will"),
        (r"\b(?:can't|cant|cannot)\b", "can not"),
        (r"\bwon't\b|\bwont\b", "will not"),
        (r"\bain't\b", "is not"),
        (r"n't\b", " not"),
        (r"\blet'?s\b", "let us"),
        (r"\b(?:do|does|did|is|are|was|have|has)nt\b", "do not"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"(?<!ok)'d\b", " would"),
        (r"\b(it|that|he|she|there|here|what|who|how|where|everything|all|[a-z]+(?:ment|ing|ation)|slot|spot|visit"
         r"|repair|time|\w+day|tomorrow|screen|battery|protector|case|phone)'s\b", r"\1 is"),
        (r"\b(?:that|it) ?s (?=(?:all|booked|done|set)\b)|\bits (?=(?:all|booked|done|set|confirmed)\b)", "it is "),
        (r"\b(i|we) (?:still|also|only|just|currently) have\b", r"\1 have"),
        (r"\b(have|has) (?:still|also|currently|actually) ", r"\1 "),
        (r"\bnothin\b", "nothing"),
        (r"\bgonna\b", "going to"),
        (r"\b(?:go ahead|try|go) and (?=[a-z])", ""),
        # an answer to oneself: "whether it is booked, it is"
        (r"\b(?:it is|you are) (booked|scheduled|confirmed|cancell?ed|moved|set)[,:] (?:it is|you are)(?=\W*$)",
         r"yes, \1"),
        # words of comfort that hold a "no"
        (r"\b(?:no|not an?) (?:problem|problemo|worries|prob|doubt|sweat|trouble|issue"
        r"|biggie)s?\b(?: at all)?", "sure"),
        (r"\bno need to (?!book|make an)\w+|\b(?:no hay|sin|ningún) (?:problema|pena)|\bno (?:te preocupes|se preocupe"
        r"|problem)\b", "sure"),
        (r"\b(?:do not|don't) (?:you )?(?:worry|fret|stress)\b|\bnever fear\b|\bfear not\b", "sure"),
    )
]  # fmt: skip
_PREDICATE = (
    r"(?:\w+ing|\w+in'|been|got|(?:fine|good|okay|ok|cool)(?= with| w\b|\W*$)|aware|on|all|done|closed|out|busy|at"
    r"|with|away|back|gone|in|off|free|not|under|driving|the|a)"
)
_LEET = str.maketrans("013457@$", "oieastas")
# Taken out before a clause is compared: "you are already booked".
ADVERB = lazy(
    r"\b(?:just|already|now|also|still|really|actually|even|always|quite|usually|often|sometimes|perhaps|maybe|soon"
    r"|hereby|sure|likely|ya|(?<!the )only(?! owner)|currently|right now|(?!reply|apply|supply|rely|only|early"
    r"|family|july|fly|comply|bully|daily|weekly|friendly|ugly|jelly)[a-z]{3,}ly)\b(?!\W*$) ?"
)
# A clause ends at a stop and at these words: what excuses a verb must stand in its own clause.
_CLAUSE_END = lazy(
    r"[,;:()]+(?=\s|$)|\s-+\s|\.\.+|[.!?]+\s+"
    rf"|\s(?:and|y)\s(?!\d|{DAY})|\s(?:but(?! an?\b)|so(?= (?:i|we|you|your|it|he|owner|that|the|a|all|everything|no"
    rf"|nothing|\d)\b)|because|since|now that|plus|although|though|pero|porque|ya que)\s"
)
_ASKS = lazy(
    r"^\W*(?:(?:and|or|so|y|o|ok|okay|then|now|sorry) )*"
    + any_of(
        """is, are, am, was, were, do, does, did, have, has, had, can, could, shall, should, would, will, may, what
        when, which, how, who, where, why, want, any, ready, need, care, mind, interested, prefer, qué, que, cuál
        cual, cuándo, cómo, dónde, desea, quiere, quieres, prefiere, puede"""
    )
    + r"\b"
)  # fmt: skip
_SUBJECT = lazy(r"\W*(?:i|we|you|your|it|he|that|tu|su)\b")
INVERTED = lazy(
    r"\b(?:do|does|did|have|has|had|am|is|are|was|were|should|shall|could|can|would|will|may)(?: not)?"
    r" (?:i|we|he|owner|you)\b"
)


def read(sentence: str, owner: str) -> str:
    """The sentence in plain lower case, contractions and a texter's spellings written out, the owner named "owner"."""
    said = re.sub(r"[*_~\"]+", "", plain(unicodedata.normalize("NFKC", sentence)).lower())
    said = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", said)
    said = re.sub(r"([a-z])\1{2,}", lambda run: run[1] * (2 if run[1] in "eo" else 1), said)
    said = re.sub(r"\b(?=\w*[a-z]\w*[a-z])[a-z]+[013457@$]+[a-z]+\b", lambda word: word[0].translate(_LEET), said)
    name = re.escape(owner.lower())
    said = re.sub(rf"\b{name}'?s(?= {_PREDICATE}\b)", "owner is", said)
    for pattern, word in _SPELLED:
        said = pattern.sub(word, said)
    said = re.sub(r"\b(he|it|that|there|owner) is (?=been\b|got\b)", r"\1 has ", said)
    return re.sub(
        r"\s+",
        " ",
        re.sub(rf"\b{name}(?:'s(?= \w+ing\b))", "owner is", re.sub(rf"\b{name}\b(?!'s \w+ing\b)", "owner", said)),
    ).strip()


def clauses(said: str) -> Iterator[tuple[str, bool]]:
    """The clauses and whether each is asked: a question's clauses are, when they begin as questions do."""
    for part in re.split(r"(?<=[.!?])\s+", said):
        is_question = part.rstrip("\"') ").endswith("?")
        asked = False
        for clause in _CLAUSE_END.split(part):
            follows = asked and not _SUBJECT.match(clause)
            asked = is_question and bool("¿" in clause or _ASKS.match(clause) or follows)
            if len(clause) > 1:
                yield clause.strip(" \"'"), asked


# --- what is stated ---

DOUBTED = lazy(
    r"\b(?:not (?:sure|know|certain|say|tell|promise|have (?:[\w']+ ){0,5}(?:details?|info\w*|word|note|answer)"
    r"|guarantee|told|been told|listed|see|confirm|heard?|give)|no idea|unsure|as far as i know|that i know of|whether"
    r"|owner (?:would|will"
    r"|can|could|has to|decides|knows|may|might)|ask|do not (?:send|text|share|give)|please (?:do )?not"
    r"|no (?:me )?(?:mande|envíe|comparta)|no s[ée]|depends?|owner's (?:call|decision|to decide)|up to owner"
    r"|could|might|may|would|can not|if|(?:nobody|no one) can|check with|contact|asegurar|prometer|no puedo"
    r"|preguntar\w*|tendría)\b"
)
NOT_HERE = lazy(
    r"\b(?:not|no|never|nor|without|neither|sin|tampoco|nothing|none|unable|wish)\b(?! (?:only|just|problem))"
)


def stated(said: str) -> Iterator[str]:
    """The clauses that are neither asked nor doubted."""
    return (clause for clause, asked in clauses(said) if not asked and not DOUBTED.search(clause))
