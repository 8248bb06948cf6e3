"""Calls told as the PBX tells them: each story is a list of events, in the usual order.

The headers are those the reducer may look at; times are seconds since the story began.
"""

from telephony.framing import Headers

BEGAN = 1_782_000_000.0
CALL = "pbx1-1782000000.7"
AGENT = "pbx1-1782000003.8"
SECOND = "pbx1-1782000009.9"
TRUNK = "PJSIP/trunk-00000007"
LINE = "PJSIP/agent-8001-00000008"
OTHER_LINE = "PJSIP/web-8002-00000009"
ATTEMPT = "ms-5f3a"
FAR = "pbx1-1782000002.4"
FAR_LINE = "PJSIP/trunk-00000004"


def event(at: float, name: str, **headers: str) -> Headers:
    """One event of CALL unless ``Linkedid`` says otherwise."""
    told = {"Event": name, "Timestamp": f"{BEGAN + at:.6f}"}
    return told | {"Linkedid": CALL} | headers


def born(at: float, key: str, channel: str, number: str = "", **headers: str) -> Headers:
    told = {"Uniqueid": key, "Channel": channel, "CallerIDNum": number}
    return event(at, "Newchannel", **(told | headers))


def gone(at: float, key: str, channel: str, cause: str = "16", **headers: str) -> Headers:
    return event(at, "Hangup", Uniqueid=key, Channel=channel, Cause=cause, **headers)


def step(at: float, name: str, **headers: str) -> Headers:
    return event(at, "UserEvent", UserEvent="Minsheng", Step=name, Uniqueid=CALL, **headers)


def rings(at: float, key: str, channel: str) -> list[Headers]:
    to = {"Uniqueid": CALL, "DestUniqueid": key, "DestChannel": channel}
    return [
        born(at, key, channel, "8001"),
        event(at, "AgentCalled", **to),
        event(at, "DialBegin", **to),
    ]


ARRIVES = [
    born(0.0, CALL, TRUNK, "13800000000", Context="minsheng-inbound"),
    step(4.0, "greeted", Number="13800000000"),
]
QUEUES = [
    *ARRIVES,
    step(4.1, "queued", Number="13800000000", File="2026/07/01/x.wav"),
    event(4.2, "QueueCallerJoin", Uniqueid=CALL, Queue="hotline"),
]
TO_AGENT = {"Uniqueid": CALL, "DestUniqueid": AGENT, "DestChannel": LINE}
CONNECTS = [
    *rings(5.0, AGENT, LINE),
    event(8.0, "DialEnd", DialStatus="ANSWER", **TO_AGENT),
    event(8.1, "AgentConnect", Interface="PJSIP/agent-8001", **TO_AGENT),
    event(8.2, "BridgeEnter", Uniqueid=AGENT, Channel=LINE),
    event(8.2, "BridgeEnter", Uniqueid=CALL, Channel=TRUNK),
]

ANSWERED = [
    *QUEUES,
    *CONNECTS,
    event(20.0, "Hold", Uniqueid=AGENT),
    event(25.0, "Unhold", Uniqueid=AGENT),
    gone(40.0, CALL, TRUNK),
    gone(40.1, AGENT, LINE),
]
SECOND_RING = [
    *QUEUES,
    *rings(5.0, SECOND, OTHER_LINE),
    event(7.0, "DialEnd", DialStatus="NOANSWER", DestUniqueid=SECOND, DestChannel=OTHER_LINE),
    gone(7.1, SECOND, OTHER_LINE, "19"),
    *CONNECTS,
    gone(40.0, CALL, TRUNK),
    gone(40.1, AGENT, LINE),
]
TWICE = [
    *QUEUES,
    *CONNECTS,
    event(30.0, "QueueCallerJoin", Uniqueid=CALL, Queue="hotline"),
    *rings(31.0, SECOND, OTHER_LINE),
    event(35.0, "AgentConnect", Uniqueid=CALL, DestUniqueid=SECOND, DestChannel=OTHER_LINE),
    gone(40.0, AGENT, LINE),
    gone(60.0, SECOND, OTHER_LINE),
    gone(60.1, CALL, TRUNK),
]
ABANDONED = [
    *QUEUES,
    *rings(5.0, AGENT, LINE),
    event(9.0, "QueueCallerAbandon", Uniqueid=CALL, Queue="hotline"),
    gone(9.1, CALL, TRUNK, "0"),
    event(9.1, "DialEnd", DialStatus="CANCEL", **TO_AGENT),
    gone(9.2, AGENT, LINE, "26"),
]
VOICEMAIL = [
    *QUEUES,
    event(64.0, "QueueCallerAbandon", Uniqueid=CALL, Queue="hotline"),
    step(64.1, "queue_done", Status="TIMEOUT"),
    step(64.1, "overflow", Status="TIMEOUT"),
    step(90.0, "voicemail", File="2026/07/01/x-voicemail.wav", Reason="overflow"),
    step(90.1, "hangup", Reason="voicemail"),
    gone(90.1, CALL, TRUNK, "0"),
]
OVERFLOW = [one for one in VOICEMAIL if one.get("Step") != "voicemail"]
AFTER_HOURS = [*ARRIVES, step(4.1, "after_hours"), gone(12.0, CALL, TRUNK)]
SHORT = [ARRIVES[0], gone(2.0, CALL, TRUNK)]
GREETING = [ARRIVES[0], gone(7.0, CALL, TRUNK)]
NUISANCE = [ARRIVES[0], step(0.5, "nuisance", Flag="nuisance"), gone(6.0, CALL, TRUNK)]
NUISANCE_ANSWERED = [ARRIVES[0], step(0.5, "nuisance"), *ANSWERED[1:]]


def dials(status: str, cause: str) -> list[Headers]:
    """An operator's dial of a citizen: the operator's line carries the attempt's id."""
    of = {"Linkedid": ATTEMPT}
    to = {"DestUniqueid": FAR, "DestChannel": FAR_LINE, "DialStatus": status}
    story = [
        born(0.0, ATTEMPT, LINE, "8001", **of),
        event(1.0, "DialEnd", DialStatus="ANSWER", DestUniqueid=ATTEMPT, DestChannel=LINE, **of),
        born(2.0, FAR, FAR_LINE, **of),
        event(2.0, "DialBegin", Uniqueid=ATTEMPT, **(of | to)),
        event(7.0, "DialEnd", Uniqueid=ATTEMPT, **(of | to)),
    ]
    if status == "ANSWER":
        story += [
            event(7.1, "BridgeEnter", Uniqueid=FAR, Channel=FAR_LINE, **of),
            event(7.1, "BridgeEnter", Uniqueid=ATTEMPT, Channel=LINE, **of),
        ]
    ended = 30.0 if status == "ANSWER" else 7.0
    return [*story, gone(ended, FAR, FAR_LINE, cause, **of), gone(ended, ATTEMPT, LINE, **of)]


def asks(status: str, cause: str) -> list[Headers]:
    """An automatic return call: the citizen's line itself carries the attempt's id."""
    of = {"Linkedid": ATTEMPT}
    story = [
        born(0.0, ATTEMPT, FAR_LINE, **of),
        event(5.0, "DialEnd", DialStatus=status, DestUniqueid=ATTEMPT, DestChannel=FAR_LINE, **of),
    ]
    return [*story, gone(20.0 if status == "ANSWER" else 5.0, ATTEMPT, FAR_LINE, cause, **of)]
