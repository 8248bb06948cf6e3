"""The suggestion put beside a report: the interface the rest of the product relies on.

A suggestion never decides anything (architecture decision 12). It is made in the process that
asks, offline, in a few milliseconds, and always says something honest: when it is unsure it
abstains, and whatever a text contains it never raises.
"""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from classifiers.appeal import appeal_evidence, appeal_of, cue_evidence, cue_points
from classifiers.catalogue import CURRENT_EDITION, catalogue, labels, name_of
from classifiers.category import CategoryModel, Choice, Ranking, Reader, Trained
from classifiers.lexicon import lexicon
from classifiers.place_signs import marked, part_read
from classifiers.places import PlaceFinder
from classifiers.registry import load
from classifiers.text import Folded, fold
from classifiers.urgency import EMERGENCIES, raised_by_labels, urgency_of

MOST_GUESSES = 5
MOST_EVIDENCE = 5
CERTAIN_ENOUGH = 0.30
"""Below this probability of the best guess the suggestion abstains."""
LEAST_PROBABLE = 0.01
"""Guesses below this probability say nothing and are left out."""
LEAST_OFFERED = 3
"""Choices a screen offers when any is worth offering at all."""
LEXICON_VERSION = "lexicon-1"


@dataclass(frozen=True, slots=True)
class Guess:
    """One possible label. `evidence` are exact substrings of the text that speak for it."""

    label: str
    kind: str
    code: str
    name: str
    probability: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the classifier thinks of one report; times in milliseconds.

    `abstained` asks the screen to show "none, choose yourself"; guesses are kept for the record.
    `place` and `second_place` are exact substrings; the second is given where it may be meant
    instead or says more, such as a house number in the text beside an estate in the title.
    `out_field` is the competent field when the best guess is that the matter is not the city
    management's.
    """

    guesses: tuple[Guess, ...]
    abstained: bool
    appeal: str
    appeal_probability: float
    urgency: str
    urgency_reasons: tuple[str, ...]
    place: str | None
    out_field: str | None
    model_version: str
    edition: str
    milliseconds: float
    second_place: str | None = None


class Suggester:
    """Makes suggestions; one instance serves a whole process and any number of threads."""

    def __init__(self, trained: Trained | None = None) -> None:
        self._lexicon = lexicon()
        self._category = CategoryModel(Reader(catalogue(), self._lexicon), trained)
        self._places = PlaceFinder(self._lexicon.place_words)
        self.version = LEXICON_VERSION if trained is None else trained.version

    @classmethod
    def load(cls, model: Path | None = None) -> "Suggester":
        """Return a suggester with a model file, or with the lexicon alone.

        Raises ModelError when the file is missing, altered or made for another edition.
        """
        return cls(None if model is None else load(model))

    def suggest(self, text: str, title: str = "") -> Suggestion:
        """Suggest for one report; any string is accepted, 1,000 characters of it are read."""
        started = perf_counter()
        report = fold(f"{title}\n{text}" if title else text)
        title_length = min(len(fold(title).text), len(report.text)) if title else 0
        ranking = self._category.rank(report.text, title_length, MOST_GUESSES)
        guesses = self._guesses(report, ranking)
        appeal, appeal_probability = self._appeal(report.text, title_length, ranking)
        told = urgency_of(report.text, self._lexicon.triggers)
        level, reasons = raised_by_labels(*told, _suspected(guesses, ranking))
        places = self._places_of(report, title_length)
        best = guesses[0] if guesses else None
        return Suggestion(
            guesses=guesses,
            abstained=best is None or best.probability < CERTAIN_ENOUGH,
            appeal=appeal,
            appeal_probability=round(appeal_probability, 4),
            urgency=level,
            urgency_reasons=reasons,
            place=places[0] if places else None,
            second_place=places[1] if len(places) > 1 else None,
            out_field=best.name if best is not None and best.kind == "OUT" else None,
            model_version=self.version,
            edition=CURRENT_EDITION,
            milliseconds=round((perf_counter() - started) * 1000, 3),
        )

    def _places_of(self, report: Folded, title_length: int) -> list[str]:
        """Return the words of the place as people named places here, or else by the rules."""
        reader, trained = self._category.reader, self._category.trained
        if trained is None or trained.place is None:
            place = self._places.place_of(reader.place_words(report.text), title_length)
            return [report.original(*place)] if place else []
        read = part_read(report.text, title_length)
        signs = marked(read, title_length, reader.place_words(read), self._places)
        return [report.original(*place) for place in trained.place.places_of(signs)]

    def _appeal(self, text: str, title_length: int, ranking: Ranking) -> tuple[str, float]:
        cues = cue_points(text, title_length, self._lexicon.appeal_cues)
        trained = self._category.trained
        margins, cold = ranking.county_margins, ranking.cold
        if margins is None or cold is None or trained is None or trained.county is None:
            return appeal_of(cue_evidence(cues))
        evidence = appeal_evidence(cues, text, title_length, cold)
        return appeal_of(trained.county.appeal_chances(evidence, margins))

    def _guesses(self, report: Folded, ranking: Ranking) -> tuple[Guess, ...]:
        """At least three when words speak for one of them, so that a person has a choice."""
        likely = [choice.probability >= LEAST_PROBABLE for choice in ranking.choices]
        if not any(likely) or not any(choice.evidence for choice in ranking.choices):
            return ()
        return tuple(
            self._guess(report, choice)
            for position, choice in enumerate(ranking.choices)
            if likely[position] or position < LEAST_OFFERED
        )

    def _guess(self, report: Folded, choice: Choice) -> Guess:
        known = catalogue().by_label(choice.label)
        words = dict.fromkeys(report.original(begin, end) for begin, end in choice.evidence)
        return Guess(
            label=choice.label,
            kind="OUT" if known is None else known.kind,
            code="" if known is None else known.code,
            name=name_of(choice.label),
            probability=round(choice.probability, 4),
            evidence=tuple(words)[:MOST_EVIDENCE],
        )


def _suspected(guesses: tuple[Guess, ...], ranking: Ranking) -> list[tuple[str, str, float]]:
    """Return label, name and probability of what a report may be about.

    What the cold model thinks counts too: emergencies are seldom decided, so decisions teach that
    they hardly ever happen.
    """
    likely = [(guess.label, guess.name, guess.probability) for guess in guesses]
    if ranking.cold is not None:
        for label, probability in zip(labels(), ranking.cold.tolist(), strict=True):
            if label in EMERGENCIES:
                likely.append((label, name_of(label), probability))
    return likely


def confusable_hint(label_a: str, label_b: str) -> str | None:
    """Return the fact that tells two labels apart, in Chinese, when they are often confused."""
    return lexicon().confusable.get(frozenset({label_a, label_b}))
