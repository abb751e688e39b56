"""The engines of the search benchmark behind one face: ours and the peers.

Everything a peer sees is folded (lower case, no marks, đ as d, signs as spaces), question and catalogue alike. It gets
every title and other name, each as a text of its own (an entry counts by its best) or all of an entry as one text, and
words or character n-grams: of these forms the one with the most first answers right on the tuning half, over our own
catalogues and among 1,000 titles, both counting the same.

The libraries are loaded when an engine is made: only the extra `bench` brings them.
"""

import importlib
import importlib.util
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from bench.search_records import DEPTH, Answer, Record

_NOT_WORD: Final = re.compile(r"[\W_]+")
_DEEPER: Final = 8  # texts looked at for each entry wanted, since several may be of the same entry


class Engine(Protocol):
    """A catalogue made searchable."""

    def ask(self, text: str) -> Answer:
        """Return the best ten entries and the score of the first."""


def load(name: str) -> Any:
    return importlib.import_module(name)


def plain(text: str) -> str:
    folded: str = load("knowledge.vietnamese").fold(text)
    return _NOT_WORD.sub(" ", folded).strip()


class Names:
    """The folded titles and other names of a catalogue, and whose they are; joined: one text for each entry."""

    def __init__(self, records: Sequence[Record], *, joined: bool) -> None:
        if joined:
            named = [(record.id, plain(" ".join((record.title, *record.aliases)))) for record in records]
        else:
            named = [(record.id, plain(name)) for record in records for name in (record.title, *record.aliases)]
        self.owners = [owner for owner, _ in named]
        self.texts = [text for _, text in named]
        self.deep = min(len(named), DEPTH if joined else DEPTH * _DEEPER)

    def answer(self, ranked: Iterable[tuple[int, float]]) -> Answer:
        """Make an answer of text numbers with their scores, best first."""
        best: dict[str, float] = {}
        for number, score in ranked:
            if score > 0:
                best.setdefault(self.owners[number], score)
            if len(best) == DEPTH:
                break
        return Answer(tuple(best), next(iter(best.values()), 0.0))


def grams(text: str, sizes: Iterable[int]) -> list[str]:
    """Every run of so many characters, blanks included."""
    return [text[at : at + size] for size in sizes for at in range(len(text) - size + 1)]


class Ours:
    """The engine of this project, through the same call as `motcua ask`."""

    def __init__(self, records: Sequence[Record]) -> None:
        search = load("knowledge.search")
        self._index = search.Index([search.Entry(r.id, r.title, r.field, tuple(r.aliases)) for r in records])

    def ask(self, text: str) -> Answer:
        """See `Engine`."""
        found = self._index.search(text, DEPTH)
        return Answer(tuple(hit.id for hit in found.hits), found.hits[0].score if found.hits else 0.0, found.decision)


class RapidFuzz:
    """A scorer of rapidfuzz against every text."""

    scorer = "WRatio"

    def __init__(self, records: Sequence[Record]) -> None:
        self._names = Names(records, joined=False)
        self._extract = load("rapidfuzz.process").extract
        self._scorer = getattr(load("rapidfuzz.fuzz"), self.scorer)

    def ask(self, text: str) -> Answer:
        """See `Engine`."""
        found = self._extract(plain(text), self._names.texts, scorer=self._scorer, limit=self._names.deep)
        return self._names.answer((number, score) for _, score, number in found)


class TokenSet(RapidFuzz):
    """The scorer that asks only how many words are shared."""

    scorer = "token_set_ratio"


class Bm25s:
    """BM25 on character n-grams, as bm25s computes it."""

    sizes = (2, 3, 4, 5)

    def __init__(self, records: Sequence[Record]) -> None:
        self._names = Names(records, joined=True)
        self._index = load("bm25s").BM25()
        self._index.index([grams(text, self.sizes) for text in self._names.texts], show_progress=False)

    def ask(self, text: str) -> Answer:
        """See `Engine`."""
        parts = grams(plain(text), self.sizes)
        if not parts:
            return Answer((), 0.0)
        numbers, scores = self._index.retrieve([parts], k=self._names.deep, show_progress=False)
        return self._names.answer(zip(numbers[0].tolist(), scores[0].tolist(), strict=True))


class Tantivy:
    """Tantivy's BM25 with its n-gram tokenizer, in memory."""

    sizes = (3, 4, 5)

    def __init__(self, records: Sequence[Record]) -> None:
        self._names = Names(records, joined=True)
        self._library = library = load("tantivy")
        builder = library.SchemaBuilder()
        builder.add_text_field("text", stored=False, tokenizer_name="grams", index_option="freq")
        builder.add_unsigned_field("number", stored=True)
        self._schema = builder.build()
        index = library.Index(self._schema)
        tokenizer = library.Tokenizer.ngram(min_gram=self.sizes[0], max_gram=self.sizes[-1], prefix_only=False)
        index.register_tokenizer("grams", library.TextAnalyzerBuilder(tokenizer).build())
        writer = index.writer(num_threads=1)
        for number, text in enumerate(self._names.texts):
            writer.add_document(library.Document(text=[text], number=[number]))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def ask(self, text: str) -> Answer:
        """See `Engine`."""
        query, should = self._library.Query, self._library.Occur.Should
        parts = dict.fromkeys(grams(plain(text), self.sizes))
        wanted = query.boolean_query([(should, query.term_query(self._schema, "text", part)) for part in parts])
        found = self._searcher.search(wanted, self._names.deep).hits
        return self._names.answer((self._searcher.doc(where)["number"][0], score) for score, where in found)


class Fts5:
    """SQLite FTS5 with its trigram tokenizer, in memory: any trigram of the question, ranked by its BM25."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._names = Names(records, joined=False)
        self._connection = load("sqlite3").connect(":memory:")
        self._connection.execute("CREATE VIRTUAL TABLE names USING fts5 (name, tokenize = 'trigram')")
        rows = enumerate(self._names.texts)
        self._connection.executemany("INSERT INTO names (rowid, name) VALUES (?, ?)", rows)
        self._connection.execute("INSERT INTO names (names) VALUES ('optimize')")

    def ask(self, text: str) -> Answer:
        """See `Engine`."""
        trigrams = dict.fromkeys(grams(plain(text), (3,)))
        if not trigrams:
            return Answer((), 0.0)
        found = self._connection.execute(
            "SELECT rowid, -rank FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?",
            (" OR ".join(f'"{trigram}"' for trigram in trigrams), self._names.deep),
        )
        return self._names.answer(found)


class TfIdf:
    """scikit-learn's TF-IDF on character n-grams, by cosine."""

    sizes = (2, 5)

    def __init__(self, records: Sequence[Record]) -> None:
        self._names = Names(records, joined=False)
        made = load("sklearn.feature_extraction.text").TfidfVectorizer
        self._vectors = made(analyzer="char", ngram_range=self.sizes, sublinear_tf=True)
        self._table = self._vectors.fit_transform(self._names.texts).T.tocsr()
        self._best = load("numpy").argpartition

    def ask(self, text: str) -> Answer:
        """See `Engine`."""
        scores = (self._vectors.transform([plain(text)]) @ self._table).toarray()[0]
        top = self._best(-scores, self._names.deep - 1)[: self._names.deep]
        ranked = sorted(top.tolist(), key=lambda number: (-scores[number], number))
        return self._names.answer((number, float(scores[number])) for number in ranked)


OURS: Final = "motcua"
ENGINES: Final[dict[str, Callable[[Sequence[Record]], Engine]]] = {
    OURS: Ours,
    "bm25s": Bm25s,
    "TF-IDF": TfIdf,
    "tantivy": Tantivy,
    "FTS5 trigram": Fts5,
    "token_set_ratio": TokenSet,
    "WRatio": RapidFuzz,
}
# Loaded before the build is timed; all of them count as memory.
LIBRARIES: Final = {
    OURS: ("knowledge.search",),
    "bm25s": ("knowledge.vietnamese", "bm25s"),
    "TF-IDF": ("knowledge.vietnamese", "sklearn.feature_extraction.text"),
    "tantivy": ("knowledge.vietnamese", "tantivy"),
    "FTS5 trigram": ("knowledge.vietnamese", "sqlite3"),
    "token_set_ratio": ("knowledge.vietnamese", "rapidfuzz.process", "rapidfuzz.fuzz"),
    "WRatio": ("knowledge.vietnamese", "rapidfuzz.process", "rapidfuzz.fuzz"),
}


def missing(name: str) -> bool:
    """Whether a library of an engine is not installed."""
    return any(importlib.util.find_spec(library.split(".")[0]) is None for library in LIBRARIES[name])
