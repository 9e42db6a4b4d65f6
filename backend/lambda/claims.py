"""The grammar of what may be said: for each subject the verbs an honest reply needs; any other is a claim. No rule.

A lie has endless verbs, an honest reply has few. So LINDA, the shop
the owner and the customer get a list of what each
may do in a statement, and whatever is not on it counts as a deed. The past tense is a deed, whoever did it.

Patterns are over a clause in plain lower case, as honesty reads it: no contractions, the owner's name as "owner". What
they write as <name> is an entry of `_WORDS`. An excuse has to stand before the group named `deed`.
No possessive quantifiers: the first releases of Python 3.11, Debian's among them, get them wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache

from expressions import lazy
from reading import TIME, any_of

# --- the words that the patterns are made of ---

_BEFORE_AN_OBJECT = "get put see tell give find show help book offered keeps for to let with cost fit"
_WORDS = {
    "time": TIME,
    "many": "(?:a few|two|three|four|five|[2-9]|several|some|plenty of|a couple(?: of)?|more|other|lots of|only|no)",
    "open": any_of(
        r"""(?:<many> )*(?:\w+ )?(?:openings?|open|slots?|times?|spots?|availability|options), room, free, space
        (?:mon|tue|wed|thu|fri|sat)\w*(?!.* (?:for you|down)\b), noon, tomorrow
        \d{1,2}(?::\d\d)?(?: ?[ap]m|,| and| or| open| free|[.!]?$)
        an? (?:\w+ ){0,2}(?:opening|question|slot|spot|time)(?= |[.!]?$)(?!.* for you), left, both, morning
        afternoon, the (?=.*\b(?:open|free|available|left|or)\b)"""
    ),
    "visit": any_of(
        r"""appointment, booking, reservation, slot, spot, seat, visit, session, cancellation, cita, calendar
        reserva, reservación, turno, lugar, espacio, horario, cancelación, time slot, schedule"""
    ),
    "he": any_of("owner, he, (?:the|a|our|my) (?:technician|owner|boss|tech|guy|man|team|crew)"),
    "they": any_of(
        r"""screens, batteries, repairs, most(?: \w+){0,2}, phones, appointments, prices, ports, visits, diagnostics
        slots, times, spots, discounts, these, photos, bookings, those, models"""
    ),
    # The past: the regular forms save the adjectives of the trade, and the irregular verbs of English.
    "past": r"\b(?:(?!<harmless>(?!\w))[a-z]{2,14}ed\b|<irregular>\b)",
    "harmless": any_of(
        r"""cracked, damaged, automated, closed, needed, required, interested, used, shattered, worried, limited
        supposed, based, listed, experienced, frustrated, annoyed, excited, tired, advanced, unlimited, related
        preferred, requested, rushed, soaked, dented, scratched, smashed, busted, mixed, recommended, speed, need
        feed, indeed, proceed, hundred, exceed, concerned, disappointed, pleased, delighted, fried, corroded
        clogged, messed, scared, stressed, surprised, confused, tempered, specialized, skilled, powered, plugged
        bed, wed, wanted
        asked, mentioned, embed, named, happened, stopped, died, slipped, landed, crashed, overheated, cramped
        followed, (?:covered|backed) (?:by|for), charged, described, trained, qualified, exposed, usted, looked
        served, finished(?= in), curved, dreaded, rounded, aged, unharmed, detached, colored, so-called
        unplugged, unused, unopened, unrelated"""
    ),
    "got": r"got(?! (?:it wet|wet|taken|snapped|(?:it|that)(?=\W*$)|(?:your|the|ur) (?:message|photo|picture)s?\b))",
    "irregular": any_of(
        r"""told, <got>, put, made, set, took, taken, sent, gave, given, let(?! (?:me|us|you know)\b), kept, held
        found
        wrote, written, spoke, threw, thrown, cut, did(?! not), done, came
        went(?! black| dead| bad| off| dark| blank), gone, bought, brought, built, caught, chose, chosen, drew
        drawn, fit, flew, hid, laid, led, left(?= [ay]| you| it| him), met, paid, ran, rang, said, sold, shot, slid
        spent, stuck, struck, swung, taught, won, withdrawn, undone, undid, rewritten, shown, ok'd, dealt, spoken
        saw, seen, heard, knew, slotted, clinched"""
    ),
    # not "get you": there "you" is no subject
    "not_to": "".join(f"(?<!{word} )" for word in _BEFORE_AN_OBJECT.split()),
    # What an appointment, or "it", must not be said to be.
    "state": any_of(
        r"""yours(?! (?:if|once|when|as soon|unless)), set, good to go, official, final, live, a go, a date, a deal
        a lock, a wrap, a yes, a done deal, a match, history, void, no more, complete, in place, in stone, in effect
        in the \w+, in his \w+, in our \w+, in stock, on hold, on order, safe, on (?:his|its|our|their) \w+
        on (?:the|your) (?:way|list|books?|calendar|schedule|house), with owner, toast, on us, on me, on[.!]?$
        in[.!]?$, off[.!]?$, off (?:the|his|our|your) \w+, up and running, golden, on owner is \w+, on owner's \w+
        ready to go, in progress, under (?:your|the) name, as good as \w+, good as \w+, active, successful
        with your name, in now, ready(?! to), waiting, firm, right on, booked(?! by| up| solid)
        no longer (?!available|free|open)\w+, happening, due
        all (?:set|good|yours|clear|done|there|in|squared|sorted|taken|arranged|fixed)\b, mine to \w+, theirs, here
        now [a-z]+day, taken care"""
    ),
}

# --- what each subject may do -------------------------------------------------------------------------------

# LINDA acts through tools alone, so that any other verb of hers is a deed that was not.
_WORDS["i_am"] = any_of(
    r"""an?, the, here, sorry, happy, glad, afraid, not, only, unable, able, automated, sure, told, so, no, new
    available, very, linda, his, her, owner's, better, made of, all ears, but, so sorry, at, happiest, certain
    confident, with you, listening
    delighted, unsure, being, ready, aware, curious, (?:check|look|see|show|hear|guess|think|wonder|ask|hop)ing
    (?:answer|help|miss|handl|try|talk|gett|read|sens|assum)ing, having (?:trouble|a hard)
    doing (?:well|good|great|fine), well, good, more than, always, ai, a\.i, one, just, bound, strictly, limited
    open, waiting (?:on|for) your?, (?:\w+ )?software, text-based, virtual, digital"""
)
_WORDS["i_have"] = any_of(
    r"""no, not, never, got no(?:thing)?, got <open>, <time>(?!.* (?:for you|down)\b), is, you in mind
    (?:starting )?(?:prices|rates|info(?:rmation)?|details|access|answers?)
    (?:phone )?repairs on my list(?=\W*$), are (?=\d|<time>), left(?= is|[.!]?$)
    the following, these, those, yet to, questions?, <open>, read, got it
    (?:got )?your (?:photo|message), to, nothing, only"""
)
_WORDS["i_will"] = any_of(
    r"""need, have to, (?:check(?! you)|look|see what|find|try|answer|help)(?!.*\bowner\b), do my best
    do what i can, (?:take|walk) you through, be (?:right )?here, be around, explain, not, never
    be (?:here|happy|glad|able), be (?:honest|upfront|right here), list, show, quote, suggest, recommend, go over
    keep (?:it|this), (?:have|get) (?:it|that|(?:the|our) (?:street |exact )?address) (?:confirmed|for you)"""
)
_WORDS["i_may"] = any_of(
    r"""can, could, would, may, might, must, shall, do, (?:did|was|will|have|had|am|should) not, (?:never|not), if
    or, are, is, should (?:mention|add|note|say|warn), see, know, need, hope, think, understand, recommend, suggest
    mean, believe, appreciate, apologi[sz]e, love, like, wish, guess, hear, heard, offer, speak, answer, work
    wonder, want, prefer, feel, agree, assume, imagine, trust, bet, reckon, figure, ask, quote, help, handle, saw
    thought, said, meant, understood, misunderstood, misread, read, mentioned, listed, quoted, missed, followed
    forgot, wondered, hoped, offered, looked(?! (?:at|over|into|up|your|the|it))
    look, found(?! you), get (?:it|that|why|how|where|you)
    got (?:it|that|your (?:photo|message)), hate, notice, realize, assist, asked (?:about|for|you|which|what)
    told you, check, checked(?! with| you| that| in), go by, try, use, write, chat, have(?=[.!?]*$), regret, sleep
    follow, care, speak, notice
    gave(?: is| are|,), gave you (?:a|the) starting price
    gave you (?:the (?:wrong|times|prices?)|two|three|a few|some), misspoke, mixed, got (?:that|it|this) wrong
    made a (?:mistake|typo), was (?:wrong|mistaken|made|programmed|built|designed|created|asking|told to), show
    find no(?:thing)?, sound, follow
    am (?!on\b|off\b|all\b|set\b|done\b|your\b|both\b|through\b|past\b|over\b|en\b|now\b|\w+ing\b|<past>|<state>)\w+
    am <i_am>, have <i_have>, will <i_will>"""
)
# What the owner does is his trade and his hours. What he said, knows, sent or promised, only he can say.
_WORDS["he_is"] = any_of(
    r"""at, on(?! his way| board| it), out, away, busy, free, available, with(?! it), driving, the, a, an, not, back
    closed, one
    in(?: (?:the (?:shop|middle|gym|car|area|truck|back)|a|jacksonville|between|and|traffic|today|until|surgery)\b)
    in(?:\W*$), off, our, (?:working|repairing|soldering|fixing(?! to))(?!.* (?:your|it)\b), booked, human, right
    full, your, who, doing, running, lifting, good with(?! (?:it|that|you)), great, done (?:at|for), usually, fully
    tied up, unavailable, elbow, (?:finishing|wrapping)(?!.* your\b), under, between, very, up, taking, gone, heads"""
)
_WORDS["he_has"] = any_of(
    r"""not
    an? (?:\w+ )?(?:openings?|slot|spot|few|lot|full|busy|minute|moment|question|rule|policy|customer|house|job|gap)
    openings?, time, no, one, two, to, free, slots?, \d, room, availability, been, some, over, other, another, his
    <open>, (?:fixed|repaired) (?!your|it)\w+, final, years
    (?:seen|worked on|done|handled) (?:worse|plenty|many|lots|hundreds|thousands|tons|all|every)"""
)
_WORDS["he_will"] = any_of(
    r"""not, (?:\w+ )?(?:confirm|tell), take a look, need, have to
    be (?:free|back|able|available|out|away|done|happy|glad), check, show, know, answer
    give you (?:the|an?|your) (?:exact|final|firm|price|quote|estimate), explain, see what, decide, fix, repair
    quote, go over, test, inspect, never, look"""
)
_WORDS["he_may"] = any_of(
    r"""can, could, would, may, might, must, should, do, does, did not, never, was not, himself, alone
    left(?: for| to)\b, went (?:to|out|home)\b, took a break, needs?(?! you (?:here|in|at))
    repairs, fixes, works, uses(?=[.?!]*$), handles, decides
    tests, takes?(?=[.?!]*$| (?:a look|over|care|about|around|\d|one|walk|appointments|his|on|the|it|each|every|a))
    likes, confirms?(?= (?:the|a|an|your|final|every|it|that|exact)), sees, specializes, moved to
    started (?:out|in|fixing|repairing), trained, opened, offers, charges, prefers, sets, quotes, replaces, inspects
    checks(?= (?:the|your|it|every|each|over)), looks, gives? (?:the|a|an|discounts), comes to, and, or, to, about
    whether, if, for, first, when, before, opens?, closes?, runs, answers, mends, finds, finishes, installs, solders
    gets, cleans, carries, keeps?, is(?=[.!]?$), was (?:\d|in|at|born|out), who, 's, makes, handling, being, once
    tells you (?:the|what|how|if|when), asks (?:you|first|for)\b, shows you, lets you know, starts, stops, begins
    owns the (?:shop|business|place)
    gives (?:every|each|it|all|most), directly, in person, until, at, on, while, why, what, sells, está, estará
    tiene, puede, podría, confirma, da, decide, hace, repara, arregla, trabaja, usa, necesita, no, es, yet, upon
    anything, look, else, already replace, (?:le|lo|la|te) puede, vuelve, regresa, sale, revisa, ve
    le (?:da|dice|confirma|dirá|puede), lo (?:ve|revisa|vea), debe, maneja, atiende, mismo, vea, ya (?:no|está), con
    si, sobre, cuando, y, o, is <he_is>, has <he_has>, will <he_will>"""
)
_WORDS["we_are"] = any_of(
    r"""not, open, closed, here, happy, glad, a, an, the, in, at, based, full, booked, back, off, out, fully, able
    unable, right, near, one, looking at, just, cheaper, talking about, up front, busy, pretty, too, very, sorry
    located, local"""
)
_WORDS["we_have"] = any_of(
    r"""not, nothing, no, never, got no(?:thing)?, got <open>, got <time>, <open>, <time>, to, a 90, only
    screen, the following, protectors, cases"""
)
_WORDS["we_will"] = any_of(
    r"""not, need, be (?:open|closed|here|happy|glad|able|back), have to, never, see what, find, look, check, try
    fix, ask, repair, test, do our best, take (?:good |great )?care of, get (?:it|your) (?:\w+ )?(?:fixed|working)
    know, explain, go (?:over|slow|slowly|from there|step by step|one), start, replace, clean, want, require, figure"""
)
_WORDS["we_may"] = any_of(
    r"""can, could, would, may, might, must, do, does, did not, not, never, if, and, or, to, is not, all, stop, fix
    repair, replace, offer(?=.*\b(?:warranty|visits?|on-?site|diagnostic|slots|times|repairs?|90|no|come)\b)
    (?:carry|sell|install)(?=.*\b(?:protector|case))
    take(?= (?:care|a look|walk|appointments|it|your|that|\d)), test, see, close, open, start, need, require, provide
    charge, work, stand, hold no(?:thing)?, handle, service, check, mend, clean, get back, look, love
    like, want, know, understand, go by, ask, schedule, book, keep, run, hope, appreciate, recommend
    suggest, begin, quote, think, list, diagnose, come to, back, give(?! you), make, find, help, try
    deal, stay open, operate, apologi[sz]e, say, said, are <we_are>, have <we_have>, will <we_will>"""
)
_WORDS["you_are"] = any_of(
    r"""welcome, right, in luck, looking, not, able, free, interested, thinking, very, always, ready, asking
    talking, most, in town, chatting, texting, speaking, dealing, angry, mad, sad, annoyed, curious, late, running
    nervous, tired, short, far, near, outside, in (?:a|the) (?:hurry|rush|area), busy, unsure, worried, comfortable
    here, so, too, this, kind, sweet, funny, hilarious, the, a, having, after, frustrated, upset, wondering, seeing"""
)
_WORDS["you_have"] = any_of(
    r"""got no, reached, until, two, three, any, a, an, no, not, questions, to, every, the (?:choice|option|right)
    your, options
    in mind, more, other, never, one, another, time, got a, both, the (?:model|phone|right), picked, described
    chosen, choices, plenty"""
)
_WORDS["you_may"] = any_of(
    r"""can, could, would, may, might, must, should, do, did, does, not, never, want, need, like, prefer, said
    asked, mentioned, told, wrote, described, sent, dropped, cracked, broke, think, know, see, choose, pick, decide
    wait, pay, saw, heard, tried, lost, bought, meant, feel, wish, hear, call, book, get it wet, were told
    were quoted, had in mind, hoped, expected, wanted, seem, look, sound, bet, got it(?=\W*$)
    get (?:\d+ days|a (?:text|confirmation|reference|90)|the|here|to|what|it|in|wet), text, only pay, leave, come in
    bring, keep, turn, say, go, let, mean, for, in, at, a, an, the, to, and, or, if, when, once, with, by, up, which
    what, how, that, about, there, then, on, through, as, but, from, before, after, while, more, some, any, one, two
    our, is, it, my, too, so, instead, of, out, until, can not, first, will, tomorrow, next, later, again, because
    yet, who, else, anything, nothing, down, than, time, times, prices, either, right, no, \d, are <you_are>
    have <you_have>"""
)
_WORDS["finished"] = any_of(
    r"""ready, done, fixed, finished, yours, there, here, held, sent, like new, good as, set, all set, along
    waiting, over
    notified, good, taken, in, on, [a-z]+ed, <irregular>"""
)
_WORDS["will_may"] = any_of(
    r"""not, never, need, take, cost, depend, vary, have to, know, run, start, help, work, probably, usually, likely
    look, show (?:whether|if|what|which)
    find (?:it|that|them|the model) (?:under|(?:in|on) (?:the )?(?:settings|back|box|side|menu))
    be (?!<finished>(?!\w))\w+
    be (?:here|there) (?:to help|for you)
    want, confirm
    tell(?! owner| him), give, always, get worse, make, only, also, fit, you, it, that, i, we, he, owner, this"""
)
_WORDS["busy"] = any_of(
    r"""looking, working, driving, going, acting, charging, turning, missing, asking, making, checking, something
    nothing, anything, morning, evening, starting, opening, closing, lifting, soldering, eating, fixing, repairing
    having, showing, dying, cracking, kidding, waiting (?:on|for) your (?:choice|answer|reply|word|model|call)
    chatting, texting, speaking, dealing, booking repairs, everything, thinking, during, trying, helping, wondering
    answering, guessing, hoping, seeing
    being (?=\w+ at)|amazing|frustrating|annoying|interesting|boring|confusing|disappointing, doing, running
    finishing, wrapping, taking, talking, swelling, leaking, coming apart, flickering, listening, handling, getting
    reading, sensing, assuming, happening, failing, overheating, draining, feeling, upsetting, surprising
    nerve-wracking, needing, existing, building, pricing, spring, string, ring, king, thing, bring, sting, stressing
    responding, coming up, worrying, including, depending, costing, leaving, letting"""
)

# --- the ways to claim a deed: an excuse has to stand before the group named `deed` -------------------------

OF_LINDA = (r"\bi (?P<deed>(?!<i_may>(?!\w))[a-z]+)",)
OF_THE_SHOP = (r"\bwe (?P<deed>(?!<we_may>(?!\w))[a-z]+)",)
OF_THE_OWNER = (  # he said, he knows, he will call
    r"\b<he> (?P<deed>(?!<he_may>(?!\w))(?:[a-z]+(?<!u)(?<!\bthi)s\b|[a-z]+ed\b|ok'd|<irregular>|got\b|will\b|'s\b))",
    r"\blet(?:ting)? <he> (?P<deed>know)",
    r"(?P<deed>\b(?:word|approval|permission|go-ahead|green light|thumbs up|blessing|okay|ok|yes|message) from <he>)",
    r"(?P<deed>\b(?:per|according to|thanks to|seg[uú]n) <he>\b(?!'s)|\b<he>'s (?:exact |own )?words\b)",
    r"\b<he> (?P<deed>left)\W*$",
    r"\b(?:will|is|are) (?:be |arrive |come )?(?P<deed>(?:at|outside|near|around|on) your (?:door|doorstep|house"
    r"|home|street|driveway|block|corner)\b)",
)
OF_THE_CUSTOMER = (  # "you're all booked", "you have a 2 PM appointment", "see you Tuesday"
    r"<not_to>\byou (?P<deed>(?!<you_may>(?!\w))(?:are|were|have|had|will|get|own|qualify|earn|win|save|deserve|owe|go"
    r"|score|receive|belong|reserve|hold|walk|land|head|meet|make|stand|arrive|[a-z]+ed|<irregular>)\b)",
    r"\byou (?:have|have got|got|hold) (?:(?!until|any|or|to|not?|in)[\w':]+ ){0,4}?(?P<deed><visit>\b|<time>)"
    r"(?!.*\bor\b)",
    r"(?P<deed>\b(?:see|seeing|expect|expecting|wait(?:ing)? for|awaits?|awaiting|meet|meeting|catch|welcome|greet"
    r"|host"
    r"|looking for) you\b)(?= ?[^?]{0,30}<time>)",
)
OF_THE_APPOINTMENT = (  # "your slot is saved", "the booking stands", "2 PM is yours", "your visit is Friday"
    r"(?<!keep )(?<!change )(?<!cancel )(?<!move )(?<!before )(?<!during )(?<!after )(?<!for )(?<!at )(?<!about )"
    r"(?<!of )(?<!until )(?<!with )(?<!me )(?<!need )(?<!have )"
    r"(?P<deed>\b(?:your|tu|su) (?:(?!screen|phone|battery|device|data)[\w'-]+ ){0,3}?(?:<visit>|name|confirmation"
    r"|receipt|invoice|(?:old|new|current) (?!phone|screen|battery)\w+|refund|deposit|credit|cancellation|order"
    r"|parts?|balance|account|bill|coupon|reference|ref|ticket|request|claim)s?\b"
    r"(?! (?:is |are |has |have |was |does |did |would |ya )*(?:not|never|no|can|could|may|might|must|should"
    r"|needs?|before|depends|until)\b)(?!.*\b(?:unless|mientras no|a menos|until (?:you|an?|the))\b))",
    r"\b(?:an?|the|that|this|it|la|el|everything|things|matter|deed|she|your(?: (?!data"
    r"|photos)[\w']+){1,3})(?: (?!(?:not|no|if|or|when|be|to|you|is|are|was)\b)[\w':]+){0,3}?"
    r" (?:is|are|was|were|has been|will be|stays|remains|stands|looks|belongs|got|has|es|está|fue"
    r"|goes) (?P<deed><state>(?!\w))",
    r"\b(?:slot|spot|appointment|booking|visit|time|one|<time>) (?P<deed>stands|belongs|stays|remains(?! open)"
    r"|has your|goes through|is (?:now )?(?:yours(?! (?:if|once|when|as soon))|set|a go|all yours|now|no more"
    r"|no longer (?!available|free|open)))\b",
    r"\b(?:cancellation|booking|reservation|appointment|reschedule|order|request|discount|credit|change|confirmation)"
    r"(?: is| was| has been)?(?:  successfully)* (?P<deed><state>(?!\w)|complete\b|successful)",
    r"(?P<ref>\b(?:ref|reference|confirmation|booking|order|ticket|case)\W{0,2}(?:number |no\.? |code |id "
    r"|ref )?(?:is )?#?\w*\d{3}"
    r"|\blead-\d)",
    r"\b(?:número|código) de (?P<deed>confirmación|reserva)|(?P<sent>\bthat (?:moves|puts|gets) you\b)"
    r"|\bno longer (?P<gone>exists?|stands?)\b",
    r"\b(?:is|are) (?P<deed>(?:in|down|on|set|good) (?:for|at) (?:<time>|\d))",
    r"\bit was my (?P<deed>pleasure|honor)\b|\b(?P<care>taken care of)\b",
    r"\btenemos (?P<deed>(?!libre|cita|horario|espacio|lugar|abiert|cerrad|preci|que|disponib|algo|garantía de 90|90"
    r"|<time>|el|la|una? )\w+|su|tu)\b",
    r"\b(?:have|got) (?:\w+ ){0,5}(?P<deed>down (?:for|at|as)) ",
    r"(?P<stored>\b(?:in|on|to) (?:your|our|his) (?:file|account|records?|profile|system|desk|queue|order|ticket"
    r"|bill|tab|page)\b)|(?P<ref>\b(?:is|are|do|does) not\b.*\b(?:appointment|booked|calendar|schedule|books|list"
    r"|slot|down)\b.*\bany ?(?:more"
    r"|longer)\b)",
    r"(?P<deed>^\W*consider\b|\bgone from (?:the|our|his)\b|\bwith your name\b|\bunder your name\b|(?:<time>"
    r"|\d) it is[.!]?$)",
)
OF_NOBODY = (  # "Booked!", "Locking you in", "the part was ordered", "a reminder will follow"
    r"^\W*(?:(?:great|perfect|ok|okay|yes|yep|sure|alright|it is|is|are|was|has|be|been|should|so|and) )*"
    r"(?P<deed>(?!letting you know\b|set (?:it|the|your)\b)(?:(?!here|ready|on|due)<state>(?!\w)|[a-z]{3,}ing (?:you"
    r"|it|him|that|your|this"
    r"|owner|a (?:message|note|text))\b(?!.* (?:is|costs?|takes|helps|works|may|can|could|would|makes|adds|starts"
    r"|saves|means|runs)\b)|confirmed\b"
    r"|see you\b(?= (?:<time>|soon|there))|complete\b|good[.!]$|on (?:the|your|his|its) (?!phone|other|model|back"
    r"|side|box|bottom|top|left|right|screen|front|first)\w+"
    r"|in (?:the|his) (?!settings|box|back)\w+|in at|in for|off (?:the|his) \w+|down for|(?:you|your) (?:down|in|on"
    r"|at|for|set|all)\b"
    r"|booking (?:now|it|in progress)|on it\b|working on|sealed|locked|set for|under your))",
    r"(?P<past><past>)",
    r"\b(?:is|are|am|was|keep|been) (?P<deed>(?!<busy>\b)[a-z]{2,12}ing)\b",
    r"(?<!\bi )(?<!\bwe )(?<!\bhe )(?<!owner )\bwill(?! do\W*$) (?P<deed>(?!<will_may>(?!\w))[a-z]+)",
    r"^\W*(?:please |so |and |or |great |perfect |okay |ok )*(?P<deed>(?:(?:come|stop|swing|show up|arrive|drop by"
    r"|head|pop|roll|be here|be there|venga|ven|pase|llegue)\b(?=.*<time>)|come (?:on|pick|get|grab)|pick it up"
    r"|expect(?! (?:\$|at least|to pay|about|around|from))|look (?:out )?for(?!.* before)|watch for"
    r"|check your (?:inbox|email|texts?|phone for|messages)|enjoy your (?!evening|day|weekend|night|week|holiday)"
    r"|be on time|do not be late))",
)
IN_SPANISH = (
    r"\bse (?:le |te |me |lo |la )?(?P<deed>(?!cay|moj|romp|dañ|quebr|apag|acab|trab|perd|descarg)[a-zñ]{2,12}ó)\b",
    r"\b<he> (?:ya )?(?P<deed>(?:lo|la|te|le) (?:está|anda) \w+ndo\b|está \w+ndo(?:lo|la|te|le|l[oa]s)\b"
    r"|está \w+ndo (?:su|tu))",
    r"\b<he> (?P<deed>(?:le|lo|te|la) (?:llam|escrib|marc|avis|contact|esper|atiend|recib)[ae])\b",
    r"(?P<deed>(?<!\w)(?!(?:aquí|así|allí|ahí|sí|mí|qué|café|también|té|sé|esté|dé|josé|porqué|entendí|vi|leí|busqué"
    r"|revisé|miré|pensé|acá|está|allá|quizá|será|podrá)\b)[a-zñ]{2,12}(?<!ar)(?<!er)(?<!ir)[éí]\b|(?<!\w)(?:dije"
    r"|dijimos|puse|pusimos|hice|hicimos|di|dimos|pude|pudimos|conseguimos|acab[oa](?:mos)? de)\b)",
    r"\b(?:he|hemos|ha|han|fue|fueron|quedó|queda|quedas|quedan|quedaste|está|están|estás|ha quedado)"
    r"(?: (?:ya|todo|tu|su|la|cita|muy|oficialmente|sido)){0,4} (?P<deed>(?!visto|leído|entendido|podido|oído|cerrad"
    r"|llen|disponible|ocupad|dañad|mojad|rot|hablad|tenido|molest|incluid|roto|quebrad|apagad|sentad|complicad)"
    r"[a-zñí]{2,12}(?:ad|id)[oa]s?\b|puesto|hecho|dicho|list[oa]\b|booked|(?:para|en) (?:el )?<time>"
    r"|en (?:la|el|nuestra) (?:agenda|calendario|lista|sistema)|scheduled|all set|confirmed)(?! hasta| de l| por)",
    r"\b(?P<deed>quedas? (?:en|para|con)|quedó|quedamos|quedaste|quedaron|queda (?!libre|un|hora|algo|disp))\b",
    r"\b(?:tienes|tiene|te tengo|le tengo|lo tengo|la tengo) (?:ya |tu |su |una |la |el )*"
    r"(?P<deed>cita|reserva|turno|lugar|espacio reservado|<time>|anotad|agendad|apuntad)",
    r"\b(?:(?:te|le|los?|las?|nos) (?P<deed>espero|esperamos|veo|vemos|ve|atiende|recibe|recibimos)|nos vemos)\b"
    r".{0,25}<time>|\b(?:te|lo|la|los) esperamos\b",
    r"\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?P<deed>(?!ayud|recomiend|sugier|ofrezc|busc|pued|quier|sient|teng"
    r"|pas[oó] al|"
    r"cost|hag|entiend|explic|dig|muestr|agradezc|rueg|pid|est|tom|cuent|sirv|tod|mism|soluc|confirmo(?! su| tu))"
    r"[a-zñ]{3,10}o)\b",
    r"\b(?P<deed>(?!(?:repar|arregl|cambi|trabaj|estam|hac|ten|pod|abr|cerr|ofrec|da|vam|som|revis|atend|necesit"
    r"|cobr|hablam|est|ayud|llev|manej|recomend|confirmar|list|pued|quer|ve|busqu|empez|vay|cont|limpi|instal|sab"
    r"|qued)\w*mos\b)"
    r"[a-zñ]{2,10}[aei]mos\b|(?:te|le|la|lo) voy a (?:agend|reserv|apart|anot|cancel|cambi|avis|dec|mand|pas|guard"
    r"|llam)\w+)\b",
    r"\b<he> (?:(?:ya|lo|la|te|le|me|nos|se) )*(?P<deed>[a-zñ]{2,12}(?<!pas)ó\b"
    r"|(?<!solo owner lo )sabe\b|dijo|dio|hizo|vio"
    r"|espera"
    r"|llamará|dice que|(?:está|fue|ha sido|va|viene) (?:en camino|para|saliendo|a su|avisado|enterado|informado"
    r"|notificado|de acuerdo|al tanto|esperando)"
    r"|va a (?:llamar|escribir|contactar|marcar|estar|esperar)\w*)",
    r"^\W*(?P<deed>(?:está )?todo(?: listo| bien| arreglado)?[.!]*$|hecho\b)"
    r"|\b(?P<known>(?<!solo )(?:lo|la) sabe <he>)",
    r"^\W*(?:ya |todo |está )*(?P<deed>(?!florida|ocupad|cerrad|dañad|mojad|disculpad|limitad|complicad|entendid"
    r"|buscad"
    r"|cuid)[a-zñ]{3,12}[ai]d[oa]s?\b|list[oa]s? (?=el|la|para|mañana))",
)

_WORD = lazy(r"(?<!P)<(\w+)>")  # the name of words, but not that of a group


def written(pattern: str) -> re.Pattern[str]:
    """The expression of a pattern, its words filled in."""
    while _WORD.search(pattern):
        pattern = _WORD.sub(lambda match: _WORDS[match[1]], pattern)
    return lazy(pattern)


@lru_cache(maxsize=1)
def deeds() -> tuple[re.Pattern[str], ...]:
    """All the ways to claim a deed."""
    tables = (OF_LINDA, OF_THE_SHOP, OF_THE_OWNER, OF_THE_CUSTOMER, OF_THE_APPOINTMENT, OF_NOBODY, IN_SPANISH)
    return tuple(written(pattern) for table in tables for pattern in table)


@lru_cache(maxsize=1)
def asked_deeds() -> tuple[re.Pattern[str], ...]:
    """The ways to claim a deed inside a question: "the spot I saved"."""
    return tuple(written(pattern) for pattern in (*OF_LINDA, OF_THE_OWNER[0]))
