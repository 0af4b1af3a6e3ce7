"""Makes conversations in which numbers are said, in every way that people and recognisers have."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from sidebyside.model import Side

SECRETS = ("card", "security code", "expiry", "one-time code", "bank", "identity", "phone")
HARMLESS = ("amount", "date", "time", "quantity", "order")

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", *["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_FILLERS = ["uh", "um", "okay", "go ahead", "and then", "er", "then", "so", "right", "yeah"]
_INTERJECTIONS = ["uh huh", "mm-hm", "okay", "yes", "go ahead", "got it", "right", "mhm", "yeah", "okay go ahead"]
_SOUNDS_LIKE = {
    "two": ["to", "too"], "four": ["for", "fore"], "one": ["won"], "eight": ["ate"], "three": ["tree", "free"],
    "six": ["sex", "sick"], "nine": ["nein"], "oh": ["owe"],
}  # fmt: skip
# Words a recogniser might put in: the commonest, and a few that happen to be units or plurals.
_COMMON = """
the and a of in it is that was you he on are with his they at be this from I have by not but what all were we when
your can said there an do how if will up out them then she many some would other into has more her like him see
could no make than first been its who now people my made over did down only way find use may water long very after
words called just where most know get day days year great think say hear right look old any same tell does set want
air well also play small end put home read hand port large even land here must big high such why
"""
STRAY = _COMMON.split()
_PREFIXES = {
    "visa": ("4", (13, 16, 19)), "mastercard": ("5", (16,)), "mastercard 2": ("22", (16,)), "amex": ("37", (15,)),
    "discover": ("6011", (16,)), "diners": ("36", (14,)), "jcb": ("35", (16,)), "maestro": ("50", (12, 13, 16, 18, 19)),
}  # fmt: skip


@dataclass
class Said:
    """One utterance to come: who, which words, and which secret (its index) its digits belong to."""

    side: Side
    words: list[str]
    secret: int | None = None
    pause: float = 0.6
    """Seconds of silence before it."""


@dataclass
class Talk:
    """A conversation: the sort of number in it, and how many digit words are nobody's secret."""

    kind: str
    said: list[Said]
    errors: float = 0.0
    """How often the newest word of a partial is wrong."""


def _luhn(body: str) -> str:
    total = 0
    for i, c in enumerate(reversed(body)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return body + str(-total % 10)


class Maker:
    """Makes conversations from a seed, with a share of recognition errors."""

    def __init__(self, seed: int, errors: float = 0.0) -> None:
        self.random = random.Random(seed)
        self.errors = errors

    # --- ways of saying digits -----------------------------------------------------------------------------------

    def one(self, digit: str) -> str:
        """A digit as a word."""
        if digit == "0":
            return self.random.choice(["zero", "oh", "oh", "nought"])
        return ONES[int(digit)]

    def pair(self, two: str) -> list[str]:
        """Two digits as teens, tens, or one by one."""
        if two[0] == "0":
            return [self.one("0"), self.one(two[1])]
        if two[0] == "1":
            return [TEENS[int(two[1])]]
        ten = TENS[int(two[0])]
        if two[1] == "0":
            return [ten]
        return [f"{ten}-{ONES[int(two[1])]}"] if self.random.random() < 0.5 else [ten, ONES[int(two[1])]]

    def spoken(self, digits: str) -> list[str]:
        """A group of digits in words."""
        r = self.random
        way = r.random()
        if way < 0.25 and len(digits) % 2 == 0:
            if len(digits) == 4 and digits[2:] == "00" and digits[0] != "0":
                return [*self.pair(digits[:2]), "hundred"]
            return [w for i in range(0, len(digits), 2) for w in self.pair(digits[i : i + 2])]
        words: list[str] = []
        i = 0
        while i < len(digits):
            same = 1
            while i + same < len(digits) and digits[i + same] == digits[i] and same < 3:
                same += 1
            if same > 1 and r.random() < 0.6:
                words += ["double" if same == 2 else "triple", self.one(digits[i])]
                i += same
            else:
                words.append(self.one(digits[i]))
                i += 1
        return words

    def groups(self, digits: str) -> list[str]:
        """A long number cut as people cut it."""
        r = self.random
        if len(digits) == 15 and r.random() < 0.7:
            return [digits[:4], digits[4:10], digits[10:]]
        size = r.choice([4, 4, 4, 3, 2, 5])
        return [digits[i : i + size] for i in range(0, len(digits), size)]

    # --- errors --------------------------------------------------------------------------------------------------

    def misheard(self, words: list[str]) -> list[str]:
        """Words after a recogniser: some replaced, dropped, or put in."""
        r, out = self.random, []
        for word in words:
            if r.random() >= self.errors:
                out.append(word)
                continue
            sort = r.random()
            if sort < 0.5:
                near = _SOUNDS_LIKE.get(word)
                choice = r.random()
                if near and choice < 0.4:
                    out.append(r.choice(near))
                elif choice < 0.75:
                    out.append(r.choice(ONES))
                else:
                    out.append(r.choice(STRAY))
            elif sort < 0.75:
                out += [word, r.choice([*ONES, *STRAY[:40]])]
        return out or [r.choice(ONES)]

    def misread(self, digits: str) -> str:
        """Figures after a recogniser."""
        r, out = self.random, []
        for digit in digits:
            if r.random() >= self.errors:
                out.append(digit)
                continue
            sort = r.random()
            if sort < 0.5:
                out.append(r.choice("0123456789"))
            elif sort < 0.75:
                out += [digit, r.choice("0123456789")]
        return "".join(out) or r.choice("0123456789")

    # --- secrets -------------------------------------------------------------------------------------------------

    def _number(self) -> str:
        prefix, lengths = self.random.choice(list(_PREFIXES.values()))
        length = self.random.choice(lengths)
        body = prefix + "".join(self.random.choice("0123456789") for _ in range(length - 1 - len(prefix)))
        return _luhn(body)

    def _figures(self, digits: str) -> list[str]:
        r = self.random
        groups = [self.misread(g) for g in self.groups(digits)]
        way = r.random()
        if way < 0.25:
            return ["".join(groups)]
        if way < 0.5:
            return ["-".join(groups)]
        if way < 0.65:
            return [f"{g}," for g in groups[:-1]] + [groups[-1] + r.choice(["", "."])]
        if way < 0.75:
            return ["-".join("".join(groups))]
        if way < 0.85:
            return [" ".join(c) for g in groups for c in [g]]
        return groups

    def read_out(self, digits: str, figures: bool) -> list[list[str]]:
        """A number as chunks of words that may become utterances."""
        r = self.random
        if figures:
            whole = self._figures(digits)
            if len(whole) > 2 and r.random() < 0.4:
                cut = r.randrange(1, len(whole))
                return [whole[:cut], whole[cut:]]
            if len(whole) > 1 and r.random() < 0.2:
                mixed = [w if r.random() < 0.6 else " ".join(self.spoken(re.sub(r"\D", "", w) or "1")) for w in whole]
                return [mixed]
            return [whole]
        chunks = []
        for group in self.groups(digits):
            words = self.misheard(self.spoken(group))
            if r.random() < 0.25:
                words = [r.choice(_FILLERS) for _ in range(r.choice([1, 1, 1, 2]))] + words
            chunks.append(words)
        return chunks

    def said(self, chunks: list[list[str]], side: Side, secret: int) -> list[Said]:
        """Chunks as utterances of one side, with the other side's murmurs in between."""
        r = self.random
        other = Side.REP if side is Side.CUSTOMER else Side.CUSTOMER if side is Side.REP else Side.MIXED
        out: list[Said] = []
        current: list[str] = []
        for k, chunk in enumerate(chunks):
            current += chunk
            if k == len(chunks) - 1 or r.random() < 0.35:
                out.append(Said(side, current, secret, r.choice([0.3, 0.8, 2.0, 6.0])))
                current = []
                if k < len(chunks) - 1 and r.random() < 0.6:
                    out.append(Said(other, r.choice(_INTERJECTIONS).split()))
        return out

    def _cue(self, kind: str, other: Side, side: Side) -> tuple[list[Said], list[str]]:
        """What the other side asks, and how the answer begins."""
        r = self.random
        asked = {
            "card": ["could I take the long card number please", "and the card number", "what are the card details"],
            "security code": [
                "and the security code on the back",
                "what are the last digits on the back of the card",
                "can I have the CVV please",
            ],
            "expiry": ["and the expiry date", "when does it expire", "what is the expiration date on it"],
            "one-time code": [
                "I have just sent you a code can you read it back",
                "what is the verification code",
                "please tell me the one time passcode",
            ],
            "bank": ["what is the account number", "and the sort code please", "can I get the routing number"],
            "identity": ["what are the last four of your social", "can I get your national insurance number"],
            "phone": ["what is the best number to reach you on", "can I take a phone number"],
        }[kind]
        openings = {
            "card": ["my card number is", "it's", "sure it's", "yes", "the card is", ""],
            "security code": ["the security code is", "it's", "that's", ""],
            "expiry": ["it expires", "expiry is", "it's", ""],
            "one-time code": ["it says", "the code is", "it's", ""],
            "bank": ["it's", "the account number is", ""],
            "identity": ["it's", "sure", ""],
            "phone": ["it's", "you can call me back on", ""],
        }[kind]
        opening = r.choice(openings).split()
        return [Said(other, r.choice(asked).split())], opening

    def _digits(self, kind: str) -> str:
        r = self.random
        if kind == "card":
            return self._number()
        if kind == "expiry":
            return f"{r.randrange(1, 13):02d}{r.randrange(26, 35)}"
        lengths = {
            "security code": [3, 3, 3, 4],
            "one-time code": [4, 6, 6, 6],
            "bank": [6, 8, 8, 9, 10],
            "identity": [4, 9, 9],
            # Seven digits without a cue may be said so that they cannot be told from six: "sixty three".
            "phone": [10, 10, 11],
        }
        return "".join(r.choice("0123456789") for _ in range(r.choice(lengths[kind])))

    def secret(self, kind: str) -> Talk:
        """A conversation in which a number is said that must not be kept."""
        r = self.random
        digits = self._digits(kind)
        side, other = r.choice([(Side.CUSTOMER, Side.REP), (Side.CUSTOMER, Side.REP), (Side.MIXED, Side.MIXED)])
        figures = r.random() < 0.4
        long = len(digits) >= 12 or kind == "phone"
        cued = not long or r.random() < 0.5
        asked, opening = self._cue(kind, other, side)
        if not cued:
            asked, opening = [], r.choice(["it's", "so", "yes it's", ""]).split()
        if kind == "expiry" and figures:
            chunks = [[f"{digits[:2]}/{digits[2:]}"]]
        elif kind == "expiry" and r.random() < 0.3:
            chunks = [[_MONTHS[int(digits[:2]) - 1], *self.pair(digits[2:])]]
        else:
            chunks = self.read_out(digits, figures)
        answer = self.said(chunks, side, 0)
        answer[0].words = opening + answer[0].words
        talk = Talk(kind, asked + answer, self.errors)
        if r.random() < 0.5:
            # The rep reads it back.
            again = self.read_out(digits, figures) if kind != "expiry" else chunks
            back = self.said(again, other, 1)
            back[0].words = r.choice([[], ["okay"], ["so", "that's"]]) + back[0].words
            talk.said += back
        talk.said += [Said(other, ["thank", "you", "let", "me", "put", "that", "in", "for", "you", "now"])]
        return talk

    # --- what must survive ---------------------------------------------------------------------------------------

    def amount_words(self, n: int) -> str:
        """A cardinal in words, up to 99 999."""
        if n < 10:
            return ONES[n]
        if n < 20:
            return TEENS[n - 10]
        if n < 100:
            return TENS[n // 10] + (f"-{ONES[n % 10]}" if n % 10 else "")
        if n < 1000:
            tail = f" and {self.amount_words(n % 100)}" if n % 100 else ""
            return f"{ONES[n // 100]} hundred{tail}"
        tail = f" {self.amount_words(n % 1000)}" if n % 1000 else ""
        return f"{self.amount_words(n // 1000)} thousand{tail}"

    def harmless(self, kind: str) -> Talk:
        """A conversation in which a number is said that must survive."""
        r = self.random
        figures = r.random() < 0.5

        def say(n: int) -> str:
            return str(n) if figures else self.amount_words(n)

        n = r.choice([r.randrange(2, 100), r.randrange(100, 1000), r.randrange(1000, 60000)])
        number = r.choice([str(n), f"{n:,}"]) if figures else say(n)
        cents = r.randrange(1, 100)
        price = f"${n:,}.{cents:02d}" if figures else f"{number} dollars and {say(cents)} cents"
        month, day, year = r.choice(_MONTHS), r.randrange(1, 29), r.randrange(2015, 2031)
        said_year = str(year) if figures else f"twenty {say(year % 100)}"
        hour, minute = r.randrange(1, 13), r.choice([5, 10, 20, 25])
        clock = f"{hour}:{minute:02d}" if figures else f"{say(minute)} past {say(hour)}"
        order = "".join(r.choice("0123456789") for _ in range(r.choice([4, 5, 5, 6])))
        said_order = order if figures else " ".join(self.spoken(order))
        written = f"the letter is dated {day:02d}/{r.randrange(1, 13):02d}/{year} at the top"
        sentence = {
            "amount": [
                f"that comes to {price} in all",
                f"I was charged {'£' + format(n, ',') if figures else number + ' pounds'} twice",
                f"they took {number} euros from me without asking",
                f"it went up by {say(n % 100)} percent since spring",
            ],
            "date": [
                f"it came on {month} {say(day)} I believe",
                f"I moved house in {said_year} and nobody noticed",
                f"it was the {say(day)} of {month} when it broke",
                f"since {month} {said_year} nothing has worked",
                written if figures else f"back in {said_year} it was fine",
            ],
            "time": [
                f"the driver comes at {clock} today",
                f"I waited until {say(hour)} o'clock for them",
                f"call me after {say(hour)} pm if you can",
            ],
            "quantity": [
                f"we get {number} calls about this each day",
                f"about {number} a day I would guess",
                f"it took {say(n % 100)} weeks to arrive here",
                f"I ordered {number} boxes and got none",
                f"there are {number} customers waiting for this",
                f"it runs on an iPhone {r.randrange(11, 18)} with {number} hours of battery",
                f"between {number} and {number} people ask us that",
            ],
            "order": [
                f"my order number is {said_order} and it never came to me",
                f"it's about order {said_order} from the other week which is late",
                f"the ticket was {said_order} but nobody answered me at all",
                f"put me through to extension {said_order} please if you can",
            ],
        }[kind]
        side = r.choice([Side.CUSTOMER, Side.REP, Side.MIXED])
        words = r.choice(sentence).split()
        talk = Talk(kind, [Said(side, words)], self.errors)
        talk.said.append(Said(side, r.choice(["is there anything else to do", "so what happens with it now"]).split()))
        return talk

    def talk(self) -> Talk:
        """Any conversation."""
        if self.random.random() < 0.6:
            weights = (6, 4, 2, 2, 2, 1, 2)
            return self.secret(self.random.choices(SECRETS, weights)[0])
        return self.harmless(self.random.choice(HARMLESS))
