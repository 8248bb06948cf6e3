"""A plain AMI client for tests: sees every event in order, waits for one instead of sleeping.

It is not the bridge: no reconnecting, no rescue. What it cannot read fails the test.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

Message = dict[str, str]
# Long enough for a machine that does much else; whoever waits for nothing to come says so himself.
PATIENCE = 30.0


class Ami:
    """One logged-in connection. Events since the login are kept in `events`, in order."""

    def __init__(self, port: int, user: str, secret: str) -> None:
        self.events: list[Message] = []
        self._answers: dict[str, Message] = {}
        self._changed = threading.Condition()
        self._numbers = count(1)
        self._seen = 0
        self._closed = False
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.action("Login", Username=user, Secret=secret)

    def action(self, name: str, **headers: str) -> Message:
        """Send an action and return its response; a refusal fails the test."""
        answer = self.ask(name, **headers)
        assert answer.get("Response") in ("Success", "Goodbye"), (name, answer)
        return answer

    def ask(self, name: str, **headers: str) -> Message:
        """As `action`, but a refusal is returned. `Variable` may hold several, one a line."""
        number = f"t{next(self._numbers)}"
        lines = [f"Action: {name}", f"ActionID: {number}"]
        for key, value in headers.items():
            lines.extend(f"{key}: {one}" for one in value.splitlines() or [""])
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        with self._changed:
            arrived = self._changed.wait_for(lambda: number in self._answers, timeout=PATIENCE)
            assert arrived, f"{name} was not answered in {PATIENCE} s"
            return self._answers.pop(number)

    def wait(self, timeout: float = PATIENCE, **wanted: str) -> Message:
        """The next event with these headers, looked for behind the last one waited for."""
        return self.wait_until(
            lambda event: all(event.get(key) == value for key, value in wanted.items()),
            timeout,
            str(wanted),
        )

    def step(self, name: str, timeout: float = PATIENCE, **wanted: str) -> Message:
        """The next UserEvent(Minsheng) of that step."""
        return self.wait(timeout, Event="UserEvent", UserEvent="Minsheng", Step=name, **wanted)

    def wait_until(
        self,
        holds: Callable[[Message], bool],
        timeout: float = PATIENCE,
        what: str = "such an event",
    ) -> Message:
        deadline = time.monotonic() + timeout
        with self._changed:
            position = self._seen
            while True:
                while position < len(self.events):
                    position += 1
                    if holds(self.events[position - 1]):
                        self._seen = position
                        return self.events[position - 1]
                left = deadline - time.monotonic()
                assert left > 0, f"no {what} in {timeout} s; {self.told(self._seen)}"
                assert not self._closed, f"the connection closed before {what}"
                self._changed.wait(left)

    def until_variable(self, variable: str, value: str) -> None:
        """Asked again and again: not every change is told by an event."""
        deadline = time.monotonic() + PATIENCE
        while (now := self.ask("Getvar", Variable=variable).get("Value")) != value:
            assert time.monotonic() < deadline, f"{variable} is {now}, not {value}"
            time.sleep(0.05)

    def steps(self) -> list[str]:
        """The steps of all UserEvents so far, in order."""
        return [e["Step"] for e in self.events if e.get("UserEvent") == "Minsheng"]

    def rewind(self, position: int = 0) -> None:
        """Look from here again: the order between families of events is not fixed."""
        self._seen = position

    def told(self, since: int = 0) -> str:
        return "seen since: " + ", ".join(
            f"{e['Event']}{'/' + e['Step'] if 'Step' in e else ''}" for e in self.events[since:]
        )

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._reader.join(5)

    def __enter__(self) -> "Ami":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _read(self) -> None:
        kept = b""
        try:
            while chunk := self._socket.recv(65536):
                kept += chunk
                if kept.startswith(b"Asterisk Call Manager"):
                    kept = kept.partition(b"\r\n")[2]
                *messages, kept = kept.split(b"\r\n\r\n")
                for message in messages:
                    self._take(_parse(message.decode()))
        except OSError:
            pass
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _take(self, message: Message) -> None:
        with self._changed:
            if "Event" in message:
                self.events.append(message)
            else:
                self._answers[message.get("ActionID", "")] = message
            self._changed.notify_all()


def _parse(text: str) -> Message:
    message: Message = {}
    for line in text.split("\r\n"):
        key, _, value = line.partition(":")
        message.setdefault(key, value.removeprefix(" "))
    return message
