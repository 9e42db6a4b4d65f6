"""Who wants a person on a call: the caller by his words, or LINDA's model, which says that it puts him through.

Speech comes as a recognizer heard it: no punctuation to rely on. Pure; no model, no table.
"""

from __future__ import annotations

import re

from wording import sentences

# Words that mean a person wherever they are said, and words that do only as the one who is to be talked to: "someone
# sat on my phone", "people can't hear me" and "Brandon fixed it last week" ask for nobody.
_SURELY_A_PERSON = (
    r"\b(?:human(?: being)?|(?:real|live|actual) (?:person|agent|human)|representative|(?<!my )operator(?! code)"
    r"|operadora?|representante|(?:un|ser) humano|persona real"
    r"|(?:want|need|get(?: me)?|give me) (?:a |an )?(?:person|agent)(?! (?:to|who|that)\b))\b"
)
_NO_MACHINE = (
    r"\b(?:don't|do not|not|rather than|instead of|tired of|hate)(?: (?:want|like|wanna))?(?: to)?"
    r"(?: (?:talk|talking|speak|speaking|deal|dealing))?(?: (?:to|with))? (?:an? |this |the )?"
    r"(?:robots?|machines?|bots?|ai|computers?|automat\w+)\b"
    r"|\bno quiero hablar con (?:una? |la |el )?(?:m[aá]quina|robot|computadora)\b"
)
_ONE = (
    r"(?:{owner}|person|agent|someone(?: else)?|somebody(?: else)?|anyone|anybody|manager|owner|boss|technician|guy|him"
    r"|persona|alguien|encargado|dueño|gerente|técnico|él)"
)
_TO_ONE = rf"(?: \w+){{{{0,2}}}}? (?:{_ONE}|man|woman|lady)\b(?!')"
_WISH_FOR_A_PERSON = (
    rf"\b(?:(?:talk|talking|speak|speaking|chat) (?:to|with){_TO_ONE}"
    rf"|(?:connect|transfer|patch|put)(?: me| us)?(?: over| through)? (?:to|with){_TO_ONE}"
    rf"|(?:get|give) me{_TO_ONE}|(?:reach|ask for|hold of) (?:{{owner}}|the owner)\b(?!')"
    r"|^(?:please |can you |could you |just )*(?:call|ring) {owner}(?: please| for me| now)*$"
    r"|^customer service(?: please)?$"
    rf"|(?:want|need) {{owner}}\b(?!'| to\b)|(?:put|get) {{owner}} on\b"
    rf"|(?:transfer|connect) me(?: (?:through|over|please|now))*$"
    rf"|(?:p[aá]same|p[aá]seme|com[uú]nicame|comun[ií]queme|ponme|p[oó]ngame) (?:a|con){_TO_ONE}"
    rf"|(?:hablar|comunicarme|comuníqueme|comunicar|páseme|pásame|pasarme|me pasa|me comunica) con{_TO_ONE})"
)
_IS_HE_THERE = (
    r"(?:(?:hi|hello|hey|hola) )*(?:is|está) (?:(?:the|el|la) )?"
    r"(?:{owner}|owner|manager|boss|technician|dueño|gerente|técnico|anybody|anyone|somebody|someone|alguien)"
    r"(?: (?:there|in|available|around|home|ahí|disponible|por ahí))?(?: (?:please|por favor))?"
)
_FILLERS = r"(?:(?:a|an|the|una?|el|la|hey|hi|hello|yes|ok|okay|just|for) )*"
_ONLY_A_PERSON = rf"{_FILLERS}(?:{_ONE}(?: (?:please|now|por favor))+|(?!{{owner}}){_ONE})"
_ONLY_THE_OWNER = rf"{_FILLERS}{{owner}}"
# What is said of a phone that does not hear: nobody is asked for.
_TALKED_ABOUT = (
    r"\b(?:(?:when|while|if|as) (?:i'm|i am|i) (?:talk|talking|speak|speaking)"
    r"|(?:can't|cannot|couldn't) (?:talk|speak)) (?:to|with) \w+"
)
_OWN_NAME = r"\b(?:my name is|my name's|name is|this is|i'm|i am|it's|me llamo|mi nombre es|soy) {owner}\b"
_COMPLAINT = (
    r"\b(?:complaint|(?:to|gonna|will) complain|money back(?! guarantee)|rip(?:ped)? ?off|scammed"
    r"|(?:a|total) scam|lawsuit|unacceptable"
    r"|furious|(?:want|need|get|give me|demand|like|my|owe me) (?:an? |my )?(?:full )?refund|refund (?:me|my)"
    r"|(?:get|call|calling|hire|contact|contacting|hear from) (?:an?|my|our) (?:lawyer|attorney)(?!')"
    r"|(?:going to|gonna|will|i'll) sue|my (?:lawyer|attorney) (?:will|is going)"
    r"|(?:i'm|i am|we're|we are)(?: (?:very|really|so|extremely|pretty))? (?:upset|angry|disappointed|mad)"
    r"(?:$| (?:with|at|about|in|by) (?:you|your|this|that|the|how|{owner})\b)"
    r"|you.{{0,20}} (?:bad|terrible|awful|horrible|poor|lousy) (?:job|work|repair)"
    r"|^(?:(?:this|that) is |what an? |your )?(?:bad|terrible|awful|horrible|poor|lousy|the worst)"
    r" (?:service|job|experience)$"
    r"|(?:you|you guys|{owner}) (?:broke|ruined|scratched|damaged|lost|messed up)"
    r"|(?:you|{owner}) (?:put in|installed|replaced|fixed|repaired)\b.{{0,40}}"
    r"\b(?:came off|fell|broke|stopped|cracked|died|failed|peeling)"
    r"|(?:your|the) (?:repair|fix) (?:failed|broke|didn't (?:hold|work|last))"
    r"|(?:broke|stopped working|not working|doesn'?t work|went out) again"
    r"|(?:fixed|repaired|replaced|repair)\b.{{0,60}}\bstill (?:broken|not working|doesn'?t work|isn'?t working)"
    r"|queja\w*|reclamo|reclamación|reclamar|reembolso|devuélvan\w*|estafa\w*|abogado"
    r"|enojad[oa](?! con (?:mi|el|la|mis)\b)"
    r"|(?:arregl|repar|cambi)\w+.{{0,60}}\bsigue (?:roto|rota|sin funcionar|igual)"
    r"|otra vez (?:se )?(?:rompió|dañó)|(?:se )?(?:rompió|dañó) otra vez)\b"
)
# What somebody says who puts a caller through. LINDA's model has no way to do that, so it is done by code.
_PUTS_THROUGH = (
    r"(?:connect|transferr?|patch)(?:ing)? (?:you|your call)\b(?! (?:down|in|first))"
    r"|put(?:ting)? you (?:right |straight )?(?:through|on with)|(?:stay|hold) on the line|hold the line"
    r"|(?:(?:please|just) hold(?: on)?|hold(?: on)?,? please)(?: (?:a|one|just a) (?:moment|second|minute))?[ .!]*$"
    r"|(?:let me|i'll|i will|i'm|i am)(?: just)?(?: going to)?"
    r" (?:get|getting|grab|ring|ringing|call|calling|check with) {owner}"
    r"(?: (?:for you|on the (?:line|phone)|(?:right )?now|and call you back))?[ .!]*$"
    r"|(?:^|, )(?:getting|ringing|calling) {owner}(?: (?:for you|now))?[ .!]*$"
    r"|(?:let me|i'll|i will|we'll)\b.{{0,40}}\bcall you (?:right )?back(?! (?:when|once|after|if))"
    r"|(?:le |te |lo |la )(?:comunico|paso|transfiero|conecto) (?:con|a) {owner}"
    r"|(?:le|lo|la) (?:comunico|transfiero)[ .!]*$|(?:espere|permanezca) en la línea"
)
_ONLY_SAYS_THAT_IT_COULD = (
    r"\b(?:if|can|could|cannot|not|no|never|\w+n't|would|want|like|unable|may|might|press|say|app|once|when"
    r"|si|puedo|puede|quiere|oprima|diga)\b"
)


def wants_person(words: str, owner: str, *, opening: bool = False) -> str:
    """Why a person should take this call: "person", "complaint", or "". `opening` are the first words of a call, in
    which the owner's name alone is no answer to a question for the caller's.
    """
    name = re.escape(owner.lower())
    said = " ".join(re.findall(r"[\w']+", words.lower()))
    said = re.sub(rf"{_TALKED_ABOUT}|{_OWN_NAME.format(owner=name)}", "", said).strip()
    if re.search(_COMPLAINT.format(owner=name), said):
        return "complaint"
    whole = [_ONLY_A_PERSON, _IS_HE_THERE, *([_ONLY_THE_OWNER] if opening else [])]
    asked = any(re.fullmatch(pattern.format(owner=name), said) for pattern in whole) or any(
        re.search(pattern.format(owner=name), said) for pattern in (_SURELY_A_PERSON, _WISH_FOR_A_PERSON, _NO_MACHINE)
    )
    return "person" if asked else ""


def is_put_through(answer: str, owner: str) -> bool:
    """Whether LINDA's answer says that the caller is being put through, which is not asked and is no offer."""
    puts_through = _PUTS_THROUGH.format(owner=re.escape(owner.lower()))
    told = (sentence.lower().replace("\u2019", "'") for sentence in sentences(answer) if not sentence.endswith("?"))
    return any(
        re.search(rf"\b(?:{puts_through})", each) and not re.search(_ONLY_SAYS_THAT_IT_COULD, each) for each in told
    )
