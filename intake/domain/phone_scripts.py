"""What operators say on the telephone, until the shift leader says it better (domain.md §5.4).

What was reported is offered only in texts that are read after the person was confirmed.
"""

from intake.domain.wording import Wording

_SAMPLES = {
    "县": "示范县",
    "热线": "12319",
    "工号": "3",
    "时间": "01月01日09点30分",
    "日期": "1月1日",
    "地点": "中山路5号",
    "问题": "路灯不亮",
    "答复": "灯泡已更换",
    "编号": "SL20260101000001",
}
_ALWAYS = "县 热线 工号"


def _script(key: str, title: str, text: str, names: str = "") -> Wording:
    places = f"{_ALWAYS} {names}".split()
    return Wording(key, title, text, {name: _SAMPLES[name] for name in places})


GREETING = _script(
    "greeting",
    "来电问候",
    "您好，{县}城市管理服务热线，{工号}号为您服务，通话会录音。请问您要反映什么？",
)
URGENT = _script(
    "urgent",
    "紧急询问",
    "现场有没有人受伤？有没有漏电、漏气、会倒塌的东西？请您先站到安全的地方，不要挂断，我马上转接。",
)
CLOSING = _script(
    "closing",
    "来电结束",
    "您的编号是{编号}，凭编号和查询码随时可以查进度，办完我们会给您回电。感谢来电，再见。",
    "编号",
)
CALL_BACK = _script(
    "callback",
    "漏接回拨",
    "您好，{县}城管服务热线。您{时间}打来电话，我们没能接到，很抱歉。请问您当时想反映什么问题？",
    "时间",
)
COMPLETION = _script(
    "completion",
    "补充信息",
    "您好，{县}城管服务热线{工号}号。请问您是{日期}反映过情况的本人吗？……还有几点需要您补充：{问题}",
    "日期 问题",
)
RETURN_OPENING = _script(
    "return_opening",
    "回访：确认本人（确认前不说反映内容）",
    "您好，{县}城管服务热线{工号}号。请问您是{日期}向我们反映过城市管理问题的本人吗？"
    "现在说话方便吗，只占用一分钟。",
    "日期",
)
RETURN_ANSWER = _script(
    "return_answer",
    "回访：说明办理结果（确认本人之后）",
    "您反映的{地点}的问题（{问题}），承办单位答复：{答复}",
    "日期 地点 问题 答复 编号",
)
RETURN_QUESTIONS = _script(
    "return_questions",
    "回访：三个问题",
    "第一，承办单位有没有联系过您？第二，问题现在解决了吗？"
    "第三，对热线的服务、对处理的结果，您分别是非常满意、满意、基本满意、不满意还是非常不满意？",
)
RETURN_UNHAPPY = _script(
    "return_unhappy",
    "回访：市民不满意",
    "您主要是哪方面不满意？我照您说的记下来，报值班长审核，该重办的会退回重办，再给您回话。",
)
RETURN_UNREASONABLE = _script(
    "return_unreasonable",
    "回访：诉求超出职责",
    "我理解您着急。这件事按规定是这样的：……。您的意见我会原样上报。",
)
RETURN_NOT_REPORTER = _script("return_not_reporter", "回访：不是本人", "打扰您了，再见。")
RETURN_THANKS = _script("return_thanks", "回访：结束", "谢谢您的评价，有问题随时拨打{热线}。再见。")

RETURN_SCRIPTS: tuple[Wording, ...] = (
    RETURN_OPENING,
    RETURN_ANSWER,
    RETURN_QUESTIONS,
    RETURN_UNHAPPY,
    RETURN_UNREASONABLE,
    RETURN_NOT_REPORTER,
    RETURN_THANKS,
)
PHONE_SCRIPTS: tuple[Wording, ...] = (
    GREETING,
    URGENT,
    CLOSING,
    CALL_BACK,
    COMPLETION,
    *RETURN_SCRIPTS,
)
"""In the order of a call."""
