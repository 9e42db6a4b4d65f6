"""Discounts, gifts and amounts: whether a sentence gives something away or names a price that is not the shop's.

An amount is a part's price (a service, an accessory, the visit), or the sum of what is named since the amount before.
"Free" may be said of the diagnostic, of a question and of time. What is denied ("it isn't $50") gives nothing away.
Sentences come as reading.read leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import product

from expressions import lazy
from reading import DAY, NOT_HERE, NUMBER, NUMBERS, TIME, any_of, clauses, number_of, stated
from shop import Service, Shop


def untrue_of_money(shop: Shop, said: str, percents: Collection[int]) -> set[str]:
    """ "discount" and "price", where the sentence is not so. `percents` are the discounts this customer really has."""
    if _grants_a_discount(said, percents) or _has_a_perk(said):
        return {"discount"}
    return {"price"} if _gives_away(said) or _names_other_amount(shop, said, percents) else set()


# --- discounts ----------------------------------------------------------------------------------------------

_PERCENT = lazy(r"\b(\d{1,3}|[a-z]+(?:-[a-z]+)?) ?(?:%|percent\b|por ?ciento\b)")
_DISCOUNT = lazy(
    r"\byou (?:will )?saved? \$|(?:%|percent|por ?ciento)|(?:dollars|bucks|\$ ?\d+|\d+\$|\b\d+) (?:off|less)\b"
    r"|\bhalf\b(?! (?:an )?(?:hour|past|day))(?<!an hour and a half)|\bmitad\b|\boff (?:the|your|any|all|each|every)\b"
    r"|\b(?:waive[sd]?|waiving|buy one|courtesy|bogo|2 for 1|two for one|toss\w* in|beat the cost|throw(?:ing"
    r"|n)? in)\b|\b(?:knock|shav|quito|rebaj|descuent|discount|markdown)\w*"
)
# "80 %" of a battery is no discount.
_HEALTH = lazy(
    r"^(?!.*(?<!shuts )(?<!shut )(?<!turns )(?<!turn )\b(?:off|discount|less)\b).*\b(?:charge[sd]?|battery|drops?"
    r"|dies|at \d+ ?%|below|capacity|health|shuts? down|brightness)\b"
)
_REFUSES = lazy(
    r"\b(?:not|no|never|unable|without|nor|wish|if (?:i|there|owner)|could|only (?:owner|the owner)|ask|asking"
    r"|check with|approv\w+|approval|up to"
    r"|needs?|solo owner|puede|depends?|may|might|whether|more than|nunca|ningún|pregunt\w+|permiso|decides?"
    r"|rest with)\b(?! (?:charge|extra|cost|only|just|less))"
)


def percents_in(said: str) -> set[int]:
    return {int(number_of(named)) for named in _PERCENT.findall(said)}


def _grants_a_discount(said: str, percents: Collection[int]) -> bool:
    """Whether a clause grants one that was not granted. Asking for it and refusing it do not."""
    for clause, asked in clauses(said):
        named = percents_in(clause)
        granted = bool(named) and named <= set(percents)
        excused = granted or (asked and not named) or _HEALTH.search(clause) or _REFUSES.search(clause)
        if not excused and _DISCOUNT.search(clause):
            return True
    return False


# Rebates for somebody; LINDA may say that there is none, or ask.
_PERKS = lazy(
    r"\b"
    + any_of(
        r"""price[- ]match\w*, coupons?, vouchers?, promo\w*, specials?, deals?(?! with), on sale
        (?:spring|summer|fall|winter|holiday|flash|big|weekend|black friday) sale, bonus
        (?:free|our|as a) gifts?, rewards?, points(?! (?:to|at)\b)
        loyal\w*, vip, family rate, student, military, senior\w*, veteran\w*, returning, first-time, first responder\w*
        combo, bundle, nonprofit, member(?:ship|s)?, referral\w*, group (?:rate|price), teachers?, nurses?
        (?:customers?|clients?|members|businesses|companies|locals|people) (?:\w+ )?(?:gets?|pays?|saves?|earns?)
        employee price"""
    )
    + r"\b"
)


def _has_a_perk(said: str) -> bool:
    """Whether the shop is said to have a rebate for somebody."""
    return any(_PERKS.search(clause) and not NOT_HERE.search(clause) for clause in stated(said))


# --- for nothing --------------------------------------------------------------------------------------------

_NOTHING_TO_PAY = lazy(
    r"\b(?:no|any|a|without|sin|zero|ningún) (?:(?:extra|additional|trip|service|travel|visit|diagnostic) )?"
    r"(?:costs?|charge|fees?|costo|cargo)\b(?<!any cost)(?<!\ba fee)(?<!\ba charge)(?<!\ba cost)"
    r"|\b(?:not|never|nothing to|no|nunca)(?: (?!if|until|unless|that)\w+){0,2}? (?:cost|charge (?:you|for|anything"
    r"|extra|a|any)|(?:be|get) charged|have a fee|pay|owe|bill|cuestan?|tiene costo|cobr(?!ado)\w+|pagar?)\b"
    r"(?! (?:more|less|over|it|by|\$? ?\d))"
    r"|\b(?:costs?|pay|owe|cuesta|paga) (?:you )?(?:nothing|zero|nada)\b|\bzero dollars\b|\$ ?0\b"
    r"|\bon (?:us|me|the house|the shop|our dime|my dime|our tab|my tab)\b|\b(?:is|are) on owner\b|\bmy treat\b"
    r"|\bfor nothing\b|\bcomplimentary\b|\bcortesía\b|\b(?:invita|cuenta de) la casa\b"
    r"|(?<!tarjeta de )(?<!tarjetas de )\bregal\w+\b"
    r"|(?<!not )\bincluded\b|(?<!no )\bincluid[oa]s?\b|\bcome with (?:every|each|any)\b"
    r"|\b(?:comes|goes|thrown in) with (?:every|each|any|your|the|all)\b|\bincludes the repair\b"
)
_FREE = lazy(r"\b(?:free|gratis|gratuit[oa]s?)\b")
_FREE_TIME = lazy(
    rf"\b(?:feel|hands|toll|is anyone|are you|you are|he is|owner is|when you are) free\b|\bfree (?:to|from|until"
    rf"|after|between|at|on|when|times?|slots?|spots?|hours?|openings?|for an? |then|now|all day|{TIME}|{DAY}|\d)"
)
# "Tuesday at 2 is free for your screen": nothing but a time of day stands before it, and it is for one repair.
_TIME_IS_FREE = lazy(
    rf"^\W*(?=(?:(?! free ).)*(?:\d|noon))(?:{TIME}|\d{{1,2}}\b)(?:,? (?:{TIME}|at|on|the|and|or|\d{{1,2}}\b))*"
    r" (?:is|are|looks?)(?: (?:still|also|both|all|wide))* free for (?:your|an?|the|that|it)\b"
)
_TIMELY = lazy(rf"{TIME}|\b(?:times?|slots?|spots?|days?|next|what|calendar|morning|afternoon|week|\d)\b")
_COSTS_NOTHING = lazy(
    r"\b(?:diagnos\w+|check(?:ed)?|look(?:ed)?|looking|diagnóstico|revis\w+|estimate|quote|presupuesto|question|ask"
    r"|call|text|talk(?:ing)?|chat(?:ting)?|asking|book(?:ing)?|cancel(?:l?ing)?|coming in|preguntar)\b"
)
_COSTS_MONEY = lazy(
    r"\b(?:protector|case|screens?|batter\w+|repairs?|replacement|visit|on-site|water|port|glass|charger|cleaning"
    r"|cable|delivery|shipping|funda|pantalla|visita|agua|trip|installation|loaner|phone|reparación|labor)s?\b"
)
_LATER = lazy(r"\b(?:until|till|before|unless|up ?front|in advance|here|over text|by text|today|yet|if|now)\b")
_EXCEPTION = lazy(r"\b(?:unless|except|besides|other than|excepto|salvo)\b.*")
_DOUBTS = lazy(r"\b(?:that i know of|as far as i know|not sure|do not know|not say|not promise|can not|no s[ée])\b")


def _gives_away(said: str) -> bool:
    """Whether something that costs money is said to cost none."""
    for whole, asked in clauses(said):
        clause = _EXCEPTION.sub("", whole)
        paid = bool(_COSTS_MONEY.search(clause))
        harmless = bool(_COSTS_NOTHING.search(clause)) or bool(_COSTS_NOTHING.search(said) and not paid)
        nothing = _NOTHING_TO_PAY.search(clause)
        later = nothing and not paid and _LATER.search(clause[nothing.end() :])
        if nothing and not (asked or later or _DOUBTS.search(clause)) and (paid or not harmless):
            return True
        timely = not paid and bool(_FREE_TIME.search(clause) or _TIMELY.search(clause))
        free = _FREE.search(_TIME_IS_FREE.sub("", clause))
        if free and not timely and not _REFUSES.search(clause) and (paid or not harmless):
            return True
    return False


# --- amounts ------------------------------------------------------------------------------------------------

_AMOUNT = lazy(
    rf"\$ ?({NUMBER})|\b({NUMBER}) ?(?:\$|(?:dollars?|bucks|usd|d[oó]lares|pesos|cash|even|flat|out the door)\b)"
    r"|\b(?:only|just|total(?: (?:is|of|to|comes to))?|costs?|cuestan?|runs?|price (?:is|of)|for you|it is|about"
    r"|around|sale en|vale|son|charge|pay|precio es|precio:|price:|call it(?: an even)?|comes to|be|(?:starts?"
    r"|begins?) at|is)(?: (?:you|about|around|just|only|solo|de|en|at|a)){0,2}"
    rf" ({NUMBER})(?!\w|\.\d|-)(?! ?(?:%|\$|dollar|buck|usd|pesos|dólar|[ap]\.?m|:|-?(?:min|hour|day|month|year|gb"
    rf"|week|am|pm|percent|o'clock|slot|open|option|phone|repair|time|appoint|book|star|de la|mile|free|block|left|st"
    rf"|nd|rd|th|of|or more|digit|number|letter)))"
    # "I can do that screen for sixty": thirteen and more, since less is a time of day
    rf"|\b(?:do|fix|repair|replace|get|give|have|make|let|dejo|hago)\b[^.,;?$]{{0,40}}\b(?:for|at|en|por) ({NUMBER})"
    r"(?=\W*$|,| (?:since|because|if|just|only|cash|for you|today|then|and|but|instead|total|as|given|porque|si)\b)"
)
_LARGEST_HOUR = 12
_PRICED = lazy(
    r"\b(?:price|cost|costs|total|charge|pay|run|runs|cuestan?|precio|sale|vale|screens?|batter\w+|glass|port"
    r"|protector|case|pantallas?|batería|fix|repair|quote|only|just|comes? to|call it|nada más)\b"
)
_OTHERS_PRICE = lazy(
    r"\b(?:they (?:quote|charge|ask)|they|quoted?|elsewhere|other (?:shop|place|store)s?|competitors?|apple(?! watch)"
    r"|budget|paid|worth|value|valued|bought|cotizaron|you said|you mentioned|another shop|charged you)\b"
)
_DENIED_AMOUNT = lazy(
    r"\b(?:not|no|never|nor|wish i could|don't)\b(?!.*\b(?:more|over|above|exceed|even|but|than|less|only|just"
    r"|charge[sd]?|pay|cost|owe)\b)[^,;]*$"
)
_ON_SITE = lazy(
    r"\b(?:on[- ]?site|visits?|visitas?|come to you|your (?:place|home|house|office|door)|domicilio|casa|travel|trip)\b"
)
_OTHER_DEVICE = lazy(r"\b(?:watch|pixel|ipad|motorola|moto|oneplus|lg|nokia|tablet|macbook|laptop|google)\b")
_ALIASES = [
    (lazy(alias), word)
    for alias, word in (
        (r"\bprotector(?:es)? de pantalla\b|\btempered glass\b", "protector"),
        (r"\bfundas?\b", "phone case"),
        (r"\bfront(?= and back glass\b)", "screen"),
        (r"\brevisión\b|\bcheck-?up\b", "diagnostic"),
        (
            r"(?<!charging )(?<!charge )(?<!charger )(?<!usb )(?<!lightning )\bports?\b|\bpuertos?(?! de carga)\b",
            "charging port",
        ),
    )
]
_COUNT = lazy(rf"(?<![$\d])\b(both|amb[oa]s|[2-9]|1[0-2]|{'|'.join(NUMBERS)})\b(?! ?(?:[ap]m|%|dollars|bucks))")
_TOGETHER = lazy(
    r"\b(?:con|with|plus|total|together|adds?|added|adding|makes?|all|both|including|on top|juntos|más|would be)\b"
)
# With an extra that another sentence named: "with an iPhone screen that would start at $94 in all".
_IN_ALL = lazy(r"\b(?:in all|in total|altogether|all together|en total)\b|^\W*(?:so )?(?:together )?with an? ")
_BREAK = lazy(r"[,;:]\s|\b(?:and|but|y|pero|or|o|plus)\b")


def _names_other_amount(shop: Shop, said: str, percents: Collection[int]) -> bool:
    """Whether an amount of money is none of the shop's, save what others ask, what is denied, and right sums."""
    if any("$" in clause and _FEE.search(clause) and not NOT_HERE.search(clause) for clause in stated(said)):
        return True
    done = 0
    right: list[float] = []
    for match in _AMOUNT.finditer(said):
        amount = _amount_of(match, said)
        before, after = said[done : match.start()], _BREAK.split(said[match.end() :], maxsplit=1)[0]
        here = _BREAK.split(before)[-1] + after
        if not amount or _OTHERS_PRICE.search(here) or _is_denied(said, match):
            continue
        allowed = _prices(shop, said, before, after) | ({sum(right)} if len(right) > 1 else set())
        allowed |= {round(price * (100 - percent) / 100, 2) for price in allowed for percent in percents}
        if amount not in allowed:
            return True
        right.append(amount)
        done = match.end()
    return False


def _amount_of(match: re.Match[str], said: str) -> float:
    """The amount that was found, 0 for a number that is none."""
    if match[4]:
        number = number_of(match[4])
        priced = _PRICED.search(said) or re.search(
            r"\b(?:it|that|this|\w*phone|samsung|galaxy) (?:for|at|en|por) \w", match[0]
        )
        return number if number > _LARGEST_HOUR and priced else 0.0
    return number_of(match[1] or match[2] or (match[3] if _is_bare_price(match[3], said) else "0"))


# An amount is a price, and no fee but the visit's.
_FEE = lazy(
    r"^(?!.*\b(?:visit|on-?site|trip|coming|travel|water|domicilio)\b).*\b(?:fee|charge for|surcharge|cargo)\b"
    r"|\b(?:go(?:es)? toward|counts? toward|towards|applied|deducted|credited|taken off|comes off|per (?:hour|mile"
    r"|day|week|month)|a month|monthly|hourly)\b"
)


def _is_denied(said: str, amount: re.Match[str]) -> bool:
    """Whether the clause says that an amount is none: "it is not $50", "a $1 screen is not real"."""
    if re.search(r"\b(?:rather than|instead of|not|en vez de) (?:the |de )?$", said[: amount.start()]):
        return True
    unreal = re.match(
        r"[^,;.]*\b(?:is not|are not|no es|not (?:possible|real|right|correct|something))\b", said[amount.end() :]
    )
    return bool(unreal or _DENIED_AMOUNT.search(_BREAK.split(said[: amount.start()])[-1]))


def _is_bare_price(number: str, said: str) -> bool:
    """Whether a number without a sign of money is an amount: "only 45"."""
    return number not in ("", "one", "uno", "a") and len(number) > 1 and bool(_PRICED.search(said))


def _prices(shop: Shop, said: str, before: str, after: str) -> set[float]:
    """What an amount may be: the price of the part named next to it, or the sum of those named since the last one."""
    parts, around = _parts(shop, before, said), _parts(shop, said, said)
    behind = [part for part in _parts(shop, after, said) if part != [0.0]]
    near = _parts(shop, _BREAK.split(before)[-1], said) or behind[:1]
    if near == [[0.0]] and any(service.fixed_usd for service, _place in services_in(shop, after)):
        near = behind[:1]
    adds = bool(_TOGETHER.search(said))
    every = {price for service in shop.services for price in _prices_of(service, said)}
    extras = [float(item.usd) for item in shop.accessories] + [float(shop.onsite_visit_usd)]
    if not around:
        return set(extras) if _OTHER_DEVICE.search(said) else every | set(extras)
    if around == [[0.0]] and not near and not _parts(shop, before, said):
        return {float(service.fixed_usd or 0) for service in shop.services}
    allowed = _sums(parts) | _sums(near) | _with_extras(shop, (near or around)[-1:], around, said)
    if not near:
        allowed |= _sums(around) | {price for part in around for price in part}
    elif len(near) == 1 or not adds:
        allowed |= set(near[-1])
    if adds and all(len(part) == 1 and part[0] in extras for part in around):
        allowed |= {price + sum(part[0] for part in around) for price in every} | {sum(extras[:-1])}
    if _IN_ALL.search(said) and not any(part in ([extra] for extra in extras) for part in around):
        allowed |= {price + extra for price in (near or around)[-1] for extra in extras}
    if not near and (elided := _of_the_brand(shop, _BREAK.split(before)[-1], said)):
        return elided
    counts = {2.0 if word[0] in "ba" else number_of(word) for word in _COUNT.findall(said)}
    return allowed | {price * count for price in (near or around)[-1] for count in counts if count}


def _of_the_brand(shop: Shop, near: str, said: str) -> set[float]:
    """What the services of a sentence cost for the brand that is named alone: "screens from $79, Samsung from $89"."""
    named = [service for service, _place in services_in(shop, said) if _brands(service, near)]
    return {price for service in named for price in _prices_of(service, near)}


def _with_extras(shop: Shop, part: list[list[float]], around: list[list[float]], said: str) -> set[float]:
    """One part with the visit, where that is named, or with all the others, where the words add up."""
    visit = [[float(shop.onsite_visit_usd)]] if _ON_SITE.search(said) else []
    more = [other for other in around if other not in part] if _TOGETHER.search(said) else []
    return _sums([*part, *visit]) | _sums([*part, *more])


def _parts(shop: Shop, text: str, said: str) -> list[list[float]]:
    """What a text names that has a price, in its order: the prices that each may have."""
    found: dict[int, list[float]] = {}
    for alias, word in _ALIASES:
        text = alias.sub(word, text)
    for item in shop.accessories:
        named = re.search(rf"(?:\b{re.escape(item.name)}|(?<!in )(?<!that )\b{item.name.split()[-1]})s?\b", text)
        if named:
            found[named.start()] = [float(item.usd)]
            text = text.replace(named[0], "#" * len(named[0]))
    if visit := _ON_SITE.search(text):
        found[visit.start()] = [float(shop.onsite_visit_usd)]
    for service, place in services_in(shop, text):
        prices = _prices_of(service, text if _brands(service, text) else said)
        if prices and (prices != [0.0] or not found):
            found[place] = prices
    return [prices for _place, prices in sorted(found.items())]


def services_in(shop: Shop, text: str) -> list[tuple[Service, int]]:
    """The services that a text names and where, the free ones last; "cracked" means the screen if nothing else does."""
    named: dict[str, tuple[Service, int]] = {}
    taken: list[tuple[int, int]] = []
    places = [(place, service) for service in shop.services for place in _words_of(service.words).finditer(text)]
    for place, service in sorted(places, key=lambda each: (each[0][0].endswith("ed"), -len(each[0][0]))):
        start, end = place.span()
        if all(end <= first or last <= start for first, last in taken) and not (named and place[0].endswith("ed")):
            taken.append((start, end))
            named[service.id] = (service, start)
    return sorted(named.values(), key=lambda each: each[0].fixed_usd == 0)


@lru_cache(maxsize=32)
def _words_of(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return lazy(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?:e?s)?(?!\w)" if words else r"(?!)")


def _brands(service: Service, text: str) -> list[str]:
    """The brands of a service's prices that a text names; a Galaxy is a Samsung."""
    text = text.replace("galaxy", "samsung")
    return [brand for brand in service.from_usd if brand and brand.lower() in text]


def _prices_of(service: Service, text: str) -> list[float]:
    """What a service costs, for the brand that a text names or for any; nothing for one without a price."""
    usual = [service.from_usd[brand] for brand in _brands(service, text)] or list(service.from_usd.values())
    if service.from_usd.keys() - {""} and not _brands(service, text) and _OTHER_DEVICE.search(text):
        return []
    return [float(price) for price in usual or ([] if service.fixed_usd is None else [service.fixed_usd])]


def _sums(parts: list[list[float]]) -> set[float]:
    return {sum(chosen) for chosen in product(*parts)} if parts else set()
