"""What a citizen can do next when something was refused, by the problem's id."""

from collections.abc import Mapping

from intake.http.problems import Problem

_BY_ID: Mapping[str, str] = {
    "malformed": "请返回上一页重新填写后再提交。",
    "csrf": "请重新打开页面，再操作一次。",
    "not-found": "请核对受理编号和查询码，字母和数字都在回执上。",
    "no-such-address": "网址可能写错了，或页面已经移走。请从首页重新进入。",
    "method-not-allowed": "请从首页重新进入。",
    "too-slow": "请换到信号好一些的地方再试，照片可以少选几张。",
    "wrong-state": "您可以在进度页查看办理情况；有新情况请另行反映。",
    "too-large": "请返回上一页，减少照片或换成小一些的照片。",
    "photo-refused": "请返回上一页，换一张照片再提交。",
    "outside-county": "请返回上一页重新标出位置，或只填写地址。",
    "rate-limited": "这是为了防止有人恶意占用。请稍等片刻再试，急事请直接打电话。",
    "internal": "您可以稍后再试；急事请直接打电话。",
    "store-unavailable": (
        "您填写的内容没有丢失：请返回上一页，过一会儿再按一次“提交”，不会重复登记。"
        "急事请直接打电话。"
    ),
}
_OTHERWISE = "请返回上一页修改后再试，或直接打电话。"


def advice_for(problem: Problem) -> str:
    """The next step, in one or two sentences."""
    return _BY_ID.get(problem.id, _OTHERWISE)
