"""The way back: customer-service messages of the official account, and files fetched.

The platform takes them within 48 hours after the citizen last wrote; later ones are told to the
operator as undeliverable, so that he takes another way.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from intake.domain.letter import Letter, TryLater, Undeliverable
from intake.settings import Settings

log = structlog.get_logger()

SECONDS = 15.0
LONGEST = 600
_EARLY_SECONDS = 300.0
_STALE_TOKEN = frozenset({40001, 40014, 42001})
_TOO_OFTEN = frozenset({45009, 45011, 45047})
_GONE = frozenset({40003, 43004})
_TOO_LATE = frozenset({45015})


@dataclass(slots=True)
class WeChatCourier:
    """Carries letters to followers; keeps the access token until shortly before its end."""

    settings: Settings
    _token: str = ""
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, letter: Letter) -> str:
        """Hand a letter over; raises Undeliverable (not a follower, too late) and TryLater."""
        parts = [letter.text[at : at + LONGEST] for at in range(0, len(letter.text), LONGEST)]
        for place, part in enumerate(parts, start=1):
            last = place == len(parts)
            self._post(_message(letter, part, with_buttons=last))
        return letter.key

    def fetch(self, ref: str) -> tuple[bytes, str]:
        """A file's content and media type; raises Undeliverable when it is gone (three days)."""
        answer = self._get("/cgi-bin/media/get", media_id=ref)
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        if kind in {"application/json", "text/plain"}:
            _judge(_json(answer))
            raise Undeliverable("文件已过期，没有取到。")
        return answer.content, kind or "application/octet-stream"

    def _post(self, body: dict[str, Any]) -> None:
        for again in (True, False):
            url = f"{self._base}/cgi-bin/message/custom/send"
            answer = _asked("POST", url, params={"access_token": self._access()}, json=body)
            told = _json(answer)
            if told.get("errcode") in _STALE_TOKEN and again:
                self._forget()
                continue
            _judge(told)
            return

    def _get(self, path: str, **params: str) -> httpx.Response:
        return _asked("GET", self._base + path, params={"access_token": self._access(), **params})

    @property
    def _base(self) -> str:
        return self.settings.wechat_api.rstrip("/")

    def _forget(self) -> None:
        with self._lock:
            self._until = 0.0

    def _access(self) -> str:
        with self._lock:
            if time.monotonic() < self._until:
                return self._token
            asked = {
                "grant_type": "client_credential",
                "appid": self.settings.wechat_appid,
                "secret": self.settings.wechat_secret.get_secret_value(),
            }
            told = _json(_asked("POST", f"{self._base}/cgi-bin/stable_token", json=asked))
            if "access_token" not in told:
                log.error("wechat gives no access token", errcode=told.get("errcode"))
                raise TryLater(
                    "公众号不认可我们的密钥，请管理员检查 wechat_appid 和 wechat_secret。"
                )
            self._token = str(told["access_token"])
            lasts = float(told.get("expires_in", 7200))
            self._until = time.monotonic() + max(lasts - _EARLY_SECONDS, 1.0)
            return self._token


def _message(letter: Letter, part: str, *, with_buttons: bool) -> dict[str, Any]:
    if not (letter.buttons and with_buttons):
        return {"touser": letter.address, "msgtype": "text", "text": {"content": part}}
    menu = {
        "head_content": part,
        "list": [{"id": button.data, "content": button.label} for button in letter.buttons],
        "tail_content": "",
    }
    return {"touser": letter.address, "msgtype": "msgmenu", "msgmenu": menu}


def _asked(method: str, url: str, **what: Any) -> httpx.Response:
    try:
        answer = httpx.request(method, url, timeout=SECONDS, **what)
    except httpx.HTTPError as error:
        # The error's own text holds the address, and the address holds the token.
        log.warning("wechat is away", error=type(error).__name__)
        raise TryLater("微信连接不上。") from None
    if not answer.is_success:
        raise TryLater(f"微信暂时没有接受（{answer.status_code}）。")
    return answer


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        raise TryLater("微信的回答看不懂。") from None
    return told if isinstance(told, dict) else {}


def _judge(told: dict[str, Any]) -> None:
    code = told.get("errcode", 0)
    if code == 0:
        return
    if code in _GONE:
        raise Undeliverable("对方没有关注公众号。", blocked=True)
    if code in _TOO_LATE:
        raise Undeliverable("对方超过48小时没有发消息，公众号不能再主动发送。")
    if code in _TOO_OFTEN:
        raise TryLater("发得太快，微信要求稍后再发。", 60.0)
    if code == 40007:
        raise Undeliverable("文件已过期，没有取到。")
    raise TryLater(f"微信暂时没有接受（{code}）。")
