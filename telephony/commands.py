"""The executor of command rows: woken by the store's bell, one order at a time for each line.

A command is taken only while the link is live; otherwise it expires in sight of who asked. What
was taken ends in exactly one way, and is never tried a second time.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from intake.domain.call import LinkState
from intake.domain.pbx_command import Command, CommandKind
from intake.security.cipher import CipherError
from intake.services.outbox import StoreUnavailable, bell
from intake.services.pbx_commands import finish, take
from telephony.dialing import dialing
from telephony.dialled import NotDialable
from telephony.encoder import Unsendable
from telephony.floor import NoSuchCall
from telephony.joining import JOINING
from telephony.ledger import Ledger
from telephony.orders import ORDERS, NotDone, Order, Switchboard
from telephony.wire import LinkLost

log = structlog.get_logger()

_UNCERTAIN = "电话交换机没有答复，不确定操作是否已执行，请核对通话后再试。"
_GONE = "通话已经结束或已转走，操作没有执行。"
_NOT_A_NUMBER = "这个号码不能拨打，请核对。"


@dataclass(slots=True)
class Executor:
    """``run`` until cancelled; commands under way are finished before it ends."""

    board: Switchboard
    ledger: Ledger
    _lanes: dict[str, asyncio.Lock] = field(default_factory=dict)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Wait for the bell, take what is there, and see to each."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="commands")
        ringing = bell(self.board.room)
        loop = asyncio.get_running_loop()
        try:
            while True:
                await loop.run_in_executor(thread, ringing.wait)
                with suppress(StoreUnavailable):
                    await self.round()
        finally:
            ringing.stop()
            thread.shutdown(wait=True)
            ringing.close()
            if self._busy:
                await asyncio.wait(self._busy, timeout=5)

    async def round(self) -> int:
        """Take what waits now, if the PBX can hear it; returns how many."""
        if self.board.link.state is not LinkState.LIVE:
            return 0
        room = self.board.room
        taken = await self.ledger.call(partial(take, room, room.settings.pbx_name))
        for command in taken:
            task = asyncio.create_task(self._see_to(command))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        return len(taken)

    async def _see_to(self, command: Command) -> None:
        lane = _lane(command)
        lock = self._lanes.setdefault(lane, asyncio.Lock())
        async with lock:
            done, answer = await self._execute(command)
        if len(self._busy) == 1:
            self._lanes.clear()
        self.ledger.note(partial(self._finish, command, done, answer))

    async def _execute(self, command: Command) -> tuple[bool, Mapping[str, Any]]:
        order = self._order(command.kind)
        try:
            return True, await order(self.board, command)
        except NotDone as error:
            return False, {"message": str(error)}
        except NoSuchCall:
            return False, {"message": _GONE}
        except (NotDialable, Unsendable, CipherError) as error:
            log.warning("a command was not sent", kind=command.kind.value, reason=str(error))
            return False, {"message": _NOT_A_NUMBER}
        except (LinkLost, TimeoutError):
            return False, {"message": _UNCERTAIN, "uncertain": True}
        except StoreUnavailable:
            return False, {"message": "系统繁忙，操作没有执行，请重试。"}
        except Exception:
            log.exception("a command failed", kind=command.kind.value, command=command.id)
            return False, {"message": "操作没有执行，请联系管理员。"}

    def _order(self, kind: CommandKind) -> Order:
        orders = {**ORDERS, **JOINING, **dialing(self.ledger)}
        return orders[kind]

    def _finish(self, command: Command, done: bool, answer: Mapping[str, Any]) -> None:
        self.board.room.database.write(lambda unit: finish(unit, command, done, answer))


def _lane(command: Command) -> str:
    """Orders about one call or one extension keep their order; others do not wait for them."""
    payload = command.payload
    for name in ("linkedid", "attempt_id", "extension"):
        if payload.get(name):
            return f"{name}:{payload[name]}"
    return command.kind.value
