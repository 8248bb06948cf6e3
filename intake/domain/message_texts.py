"""What the house writes to citizens by itself, in plain words; the shift leader may edit it.

None of these texts quotes the report, its place or its answer unless the wording has a place for
it; confidential reports get texts that say nothing of the matter (domain.md §5.2, §8).
"""

from collections.abc import Mapping

from intake.domain.message import MessageKind
from intake.domain.wording import Wording

_SAMPLES = {
    "县名": "示范县",
    "热线": "12319",
    "编号": "SL20260101000001",
    "查询码": "ABCD2345",
    "网址": "https://minsheng.example/progress",
    "链接": "https://minsheng.example/answer/…",
    "内容": "请问路灯在哪个路口？",
    "小时": "72",
}


def _wording(kind: str, title: str, text: str, names: str, must: str = "") -> Wording:
    return Wording(
        key=f"message.{kind}",
        title=title,
        text=text,
        samples={name: _SAMPLES[name] for name in names.split()},
        must=frozenset(must.split()),
    )


RECEIPT = _wording(
    "receipt",
    "受理回执",
    "您好，{县名}城市管理服务热线已收到您的反映。\n"
    "受理编号：{编号}\n查询码：{查询码}\n"
    "凭编号和查询码可在 {网址} 查看进展。直接回复本消息可以补充情况。",
    "县名 热线 编号 查询码 网址",
    "编号",
)
PROGRESS = _wording(
    "progress",
    "办理进展",
    "您好，您反映的{编号}有新进展：{内容}\n在 {网址} 可查看详情。",
    "县名 热线 编号 内容 网址",
    "编号",
)
QUESTION = _wording(
    "question",
    "请求补充",
    "您好，为尽快办理您反映的{编号}，请补充：\n{内容}\n"
    "直接回复本消息即可，也可以打开 {链接} 填写。{小时}小时内未收到补充，此次反映将结束。",
    "县名 热线 编号 内容 链接 小时",
    "编号 内容",
)
RESULT = _wording(
    "result",
    "答复",
    "您好，您反映的{编号}答复如下：\n{内容}\n如有疑问，请回复本消息或拨打{热线}。",
    "县名 热线 编号 内容",
    "编号 内容",
)
SATISFACTION = _wording(
    "satisfaction",
    "回访",
    "您好，您反映的{编号}已处理完毕。\n处理结果：{内容}\n"
    "请问问题解决了吗？请点选，或打开 {链接} 告诉我们。",
    "县名 热线 编号 内容 链接",
    "编号",
)
UNREACHABLE = _wording(
    "unreachable",
    "多次未能联系",
    "您好，您反映的{编号}已有办理结果，我们几次致电未能联系到您。"
    "请打开 {链接} 查看并评价，或拨打{热线}。",
    "县名 热线 编号 链接",
    "编号 链接",
)
CONFIDENTIAL = _wording(
    "confidential",
    "保密件通知",
    "您好，您的事项{编号}有新消息，请凭编号和查询码在 {网址} 查看。",
    "编号 网址",
    "编号",
)

MESSAGE_WORDINGS: tuple[Wording, ...] = (
    RECEIPT,
    PROGRESS,
    QUESTION,
    RESULT,
    SATISFACTION,
    UNREACHABLE,
    CONFIDENTIAL,
)

WORDING_OF: Mapping[MessageKind, Wording] = {
    MessageKind.RECEIPT: RECEIPT,
    MessageKind.PROGRESS: PROGRESS,
    MessageKind.QUESTION: QUESTION,
    MessageKind.RESULT: RESULT,
    MessageKind.SATISFACTION: SATISFACTION,
    MessageKind.UNREACHABLE: UNREACHABLE,
}
