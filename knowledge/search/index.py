"""The search index over a catalogue: built once, asked often, the same answer to the same question always."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from knowledge.search import denial, judging, operations
from knowledge.search.concepts import Bags, Owners, Title, concepts, wordings
from knowledge.search.found import Decision, Entry, Found, Hit, Weighed
from knowledge.search.places import Reading
from knowledge.search.reading import Reader
from knowledge.search.space import Space
from knowledge.search.surfaces import Surfaces, spelled_out, split_title
from knowledge.search.thesaurus import Initials, listed_words
from knowledge.vietnamese import fold, nfc, syllables

CLOSER_LOOK: Final = 24
QUESTION_SHARE: Final = 0.8
TELLING_SHARE: Final = 0.72
ORDER: Final = 0.05
# A concept that stands for many procedures finds only those that the question names as well.
_FEW: Final = 8
_CASE: Final = "trường hợp"
ALIAS_SHARE: Final = 0.9
BAG: Final = 0.45
# So many of the best are looked at once more: what no name of theirs explains speaks against them.
ONCE_MORE: Final = 8
UNEXPLAINED: Final = 0.2
_LEAST_TELLING: Final = 0.08
_MOST_KEPT: Final = 1_000


class Index:
    """A catalogue made searchable. Building reads the vocabulary files; asking only computes.

    entries: the catalogue, in any order. later: whether the wordings written after reading the tuning questions take
    part; False for calibration only.
    """

    def __init__(self, entries: Sequence[Entry], *, later: bool = True) -> None:
        self._entries = tuple(entries)
        space = Space()
        self._surfaces = Surfaces(space)
        self._operations: list[tuple[frozenset[str], frozenset[str]]] = []
        self._denials: list[denial.Said] = []
        initials, owners = Initials(), Owners()
        for owner, entry in enumerate(self._entries):
            self._enter(owner, entry, initials, owners)
        self._owners = owners.settle()
        self._bags = self._enter_concepts(later)
        self._concepts_of: dict[int, list[int]] = {}
        for number, row in enumerate(self._owners):
            for owner in row:
                self._concepts_of.setdefault(owner, []).append(number)
        self._kept_words: dict[int, frozenset[int]] = {}
        self._by_owner: list[list[int]] = [[] for _ in self._entries]
        self._surfaces.finish(len(self._entries))
        for number, surface in enumerate(self._surfaces.all):
            if surface.owner < len(self._entries):
                self._by_owner[surface.owner].append(number)
        self._reader = Reader(
            space, self._surfaces.rarity, self._surfaces.pair_rarity, self._surfaces.title_pair, initials
        )
        # The lists that only questions need are read now, so that the first question waits no longer than others.
        self.search("gia hạn")

    def _enter(self, owner: int, entry: Entry, initials: Initials, owners: Owners) -> None:
        head, tail = split_title(entry.title)
        title = _title(head, tail)
        # "Điều chỉnh dự án trong trường hợp chia, tách": the case is what is done.
        reach = len(title.folded) if tail.lower().startswith(_CASE) else title.head
        offered = titled = operations.of_title(title.folded[:reach], title.written)
        initials.add(title.written)
        owners.enter(owner, title, offered)
        self._surfaces.add(owner, "title", entry.title)
        for alias in entry.aliases:
            self._surfaces.add(owner, "alias", alias)
            name = _title(alias)
            named = operations.of_title(name.folded, name.written)
            offered |= named
            owners.enter(owner, name, named or offered, ALIAS_SHARE)
        self._operations.append((offered, titled))
        self._denials.append(denial.said(title.folded))

    def _enter_concepts(self, later: bool) -> Bags:
        for word in sorted(listed_words() | operations.listed_words()):
            self._surfaces.space.add(word)
        first = len(self._entries)
        for number, wording in wordings(later):
            self._surfaces.add(first + number, "telling", wording)
        folded = self._surfaces.space.folded
        told = (
            (owner - first, [folded[n] for n in numbers]) for owner, numbers in self._surfaces.rows() if owner >= first
        )
        return Bags(told)

    def search(self, text: str, top: int = 3, *, explain: bool = False) -> Found:
        """Find the procedures that a question means; any text of any length is answered, nothing is raised.

        explain: whether the hits say which evidence counted.
        """
        reading = self._reader.read(text)
        weighed, foreign, order = self._weigh(reading)
        best = [weighed[owner] for owner in order[: max(top, 2)]]
        verdict = judging.judge(self._signs(reading, best, order, foreign))
        hits = tuple(self._hit(owner, weighed[owner], best[0], verdict) for owner in order[: max(top, 0)])
        if explain:
            hits = tuple(
                replace(hit, evidence=tuple(self._evidence(weighed[owner], reading)))
                for hit, owner in zip(hits, order, strict=False)
            )
        return Found(text, Decision(verdict.decision) if hits else Decision.unknown, hits)

    def signs(self, text: str) -> judging.Signs:
        """Return the figures on which a decision rests; for calibration."""
        reading = self._reader.read(text)
        weighed, foreign, order = self._weigh(reading)
        return self._signs(reading, [weighed[owner] for owner in order[:2]], order, foreign)

    def _signs(
        self, reading: Reading, best: Sequence[Weighed], order: Sequence[int], foreign: tuple[float, int]
    ) -> judging.Signs:
        if not best:
            return judging.Signs()
        left, largest = _unexplained(reading, self._words_of(order[0]), *self._told_of(order[0]))
        foreign_left = 1.0
        if foreign[1] >= 0:
            foreign_left, _ = _unexplained(reading, self._bags.words(foreign[1]))
        return judging.Signs(
            best=best[0].score,
            second=best[1].score if len(best) > 1 else 0.0,
            lexical=max(best[0].wordings)[0] if best[0].wordings else 0.0,
            telling=best[0].telling,
            foreign=foreign[0],
            left=left,
            largest=largest,
            foreign_left=foreign_left,
            fit=best[0].fit,
            strange=reading.strange / (reading.needed or 1.0),
            weight=reading.content,
        )

    def _hit(self, owner: int, one: Weighed, best: Weighed, verdict: judging.Verdict) -> Hit:
        entry = self._entries[owner]
        score = verdict.confidence * (one.score / best.score if best.score else 0.0)
        return Hit(entry.id, nfc(entry.title), round(score, 4))

    def _evidence(self, one: Weighed, reading: Reading) -> Iterator[str]:
        if one.wordings:
            score, number = max(one.wordings)
            yield f"{self._surfaces.all[number].kind} {score:.2f}: {' '.join(self._shared(reading, number))}"
        if one.telling > _LEAST_TELLING:
            yield f"concept {one.telling:.2f}: {concepts()[one.concept].key}"
        if one.fit:
            yield f"operation {one.fit:+.2f}"
        if one.denial:
            yield f"subject or exempt {one.denial:+.2f}"
        if one.left > _LEAST_TELLING:
            yield f"unexplained {one.left:.2f}"
        if story := [word for word, firm in zip(reading.words, reading.firm, strict=True) if not firm]:
            yield f"story: {' '.join(story)}"
        for other in reading.sayings:
            yield f"{other.source}: {' '.join(other.words)}"

    def _shared(self, reading: Reading, number: int) -> Iterable[str]:
        """The words of a wording that a question says, each once, in the question's order."""
        held = self._surfaces.all[number].words
        best = (
            max(((match, n) for n, match in place.known.meant.items() if n in held), default=None)
            for place in reading.places
        )
        return dict.fromkeys(self._surfaces.space.words[found[1]] for found in best if found is not None)

    def _weigh(self, reading: Reading) -> tuple[dict[int, Weighed], tuple[float, int], list[int]]:
        """What speaks for each entry, the other body's matter that fits best, and the entries best first."""
        own = self._surfaces.titles.best(reading, CLOSER_LOOK)
        told = self._surfaces.told.best(reading, CLOSER_LOOK)
        surfaces = self._surfaces.all
        weighed: dict[int, Weighed] = {}
        for number in own:
            explained, covered = self._surfaces.compare(reading, surfaces[number])
            score = explained**QUESTION_SHARE * covered ** (1 - QUESTION_SHARE)
            score *= 1 + ORDER * self._surfaces.in_order(reading, surfaces[number])
            weighed.setdefault(surfaces[number].owner, Weighed()).wordings.append((score, number))
        foreign = self._weigh_concepts(reading, told, weighed)
        asked = self._asked(reading)
        denied = denial.said(reading.words)
        for owner, one in weighed.items():
            one.denial = denial.agreement(denied, self._denials[owner])
            one.fit = operations.agreement(asked, *self._operations[owner])
            one.settle()
        for owner in self._ordered(weighed)[:ONCE_MORE]:
            one = weighed[owner]
            one.left, _ = _unexplained(reading, self._words_of(owner))
            one.score *= 1 - UNEXPLAINED * one.left
        return weighed, foreign, self._ordered(weighed)

    def _ordered(self, weighed: dict[int, Weighed]) -> list[int]:
        return sorted(weighed, key=lambda owner: (-weighed[owner].score, self._entries[owner].id))

    def _words_of(self, owner: int) -> frozenset[int]:
        """The folded words of every name of an entry; those of entries asked for are kept."""
        words = self._kept_words.get(owner)
        if words is None:
            if len(self._kept_words) >= _MOST_KEPT:
                self._kept_words.clear()
            names = self._by_owner[owner]
            words = frozenset(word for number in names for word in self._surfaces.plain_words(number))
            self._kept_words[owner] = words
        return words

    def _told_of(self, owner: int) -> list[frozenset[int]]:
        """The folded words of the told situations of an entry, concept by concept."""
        return [self._bags.words(concept) for concept in self._concepts_of.get(owner, ())]

    @staticmethod
    def _asked(reading: Reading) -> operations.Asked:
        """The operations asked for; those of the story around a long question do not count."""
        firm = reading.firm
        return operations.of_question(
            [word for word, said in zip(reading.words, firm, strict=True) if said],
            [word for word, said in zip(reading.typed, firm, strict=True) if said],
            [(other.words, other.likely) for other in reading.sayings if firm[other.start]],
        )

    def _weigh_concepts(self, reading: Reading, told: Iterable[int], weighed: dict[int, Weighed]) -> tuple[float, int]:
        best: dict[int, float] = {}
        for number in told:
            surface = self._surfaces.all[number]
            explained, covered = self._surfaces.compare(reading, surface)
            score = explained**TELLING_SHARE * covered ** (1 - TELLING_SHARE)
            concept = surface.owner - len(self._entries)
            best[concept] = max(best.get(concept, 0.0), score)
        foreign = (0.0, -1)
        told_best = best.get
        for concept, bag in self._bags.scores(reading).items():
            score = BAG * bag + (1 - BAG) * told_best(concept, 0.0)
            if score <= _LEAST_TELLING:
                continue
            owners = self._owners[concept]
            if not owners:
                foreign = max(foreign, (score, concept))
            else:
                few = len(owners) <= _FEW
                for owner, share in owners.items():
                    if not few and owner not in weighed:
                        continue
                    one = weighed.setdefault(owner, Weighed())
                    if score * share > one.telling:
                        one.telling, one.concept = score * share, concept
        return foreign


def _unexplained(reading: Reading, *known: frozenset[int]) -> tuple[float, float]:
    """Which share of a question none of the known words explains, and the heaviest such word."""
    held = reading.folded.intersection(known[0].union(*known[1:]) if len(known) > 1 else known[0])
    left = largest = 0.0
    for place in reading.asked:
        needed = place.needed
        for key, match in place.known.plain:
            if key in held:
                needed *= 1 - match
                break
        left += needed
        if needed > largest:
            largest = needed
    return left / (reading.content or 1.0), largest


def _title(head: str, tail: str = "") -> Title:
    about = spelled_out(syllables(head))
    written = tuple(about + spelled_out(syllables(tail)))
    return Title(tuple(fold(word) for word in written), written, len(about))
