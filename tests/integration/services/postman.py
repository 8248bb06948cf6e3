"""Whoever carries letters in tests: keeps them, or fails as told."""

from dataclasses import dataclass, field

from intake.domain.letter import Letter


@dataclass
class Postman:
    """Takes letters, or does what ``fault`` says first."""

    letters: list[Letter] = field(default_factory=list)
    fault: Exception | None = None

    def send(self, letter: Letter) -> str:
        if self.fault is not None:
            raise self.fault
        self.letters.append(letter)
        return f"<{letter.message_id}@minsheng>"
