"""What the house says in a messenger, in plain Chinese."""

GREETING = (
    "您好，这里是城市管理服务热线。请直接发送您要反映的问题：文字、照片、语音、位置都可以，"
    "说完后点“提交”。\n"
    "随时可以发送：/status 查看进度，/cancel 取消填写，/delete 删除这里的对话记录。\n"
    "紧急危险请立即拨打110、119或120。\n"
    "告知：我们只为办理您的反映而处理您发来的内容和账号标识，保存期限和您的权利见网页上的隐私说明；"
    "本聊天工具的服务器可能在境外，不愿使用的请改用网页或电话。"
)
NOTED_DOWN = "已记下。"
THEN_SUBMIT = "说完后请点“提交”。"
NEW_OR_EARLIER = "请问这是新的问题，还是补充之前的反映？"
TEXT_NEEDED = "请再用文字说一下是什么问题、在哪里，然后点“提交”。"
CANCELLED = "已取消，刚才的内容没有提交。"
NOTHING_BEGUN = "现在没有正在填写的内容。请直接发送您要反映的问题。"
NOT_UNDERSTOOD = "没有看懂。请直接发送文字、照片或位置；发送 /help 查看说明。"
TOO_LONG = "内容太长了，请精简到5000字以内。"
TOO_MANY_FILES = "最多可以发9个照片或语音，多出的没有收下。"
EDITED = "已按您的修改更新。"
TOO_LATE_TO_EDIT = "已经提交的内容不能修改，需要更正请再发一条补充。"
FORGOTTEN = (
    "已删除这里的对话记录，以后不会再从这里给您发消息。"
    "已受理的反映会按规定保存，可凭编号和查询码查询。"
)
NOTED = "已记录，谢谢您的意见。"
THANKS = "已记录您的评价，谢谢。"
WHY = "已记录。请问主要是哪方面没有解决或不满意？"
ANSWERED_BEFORE = "您已经评价过了，谢谢。"
NOT_ASKED = "这件事现在不需要评价。有新的情况请直接发送。"
SUPPLEMENTED = "已补充到{number}，谢谢。"
GONE_ON = "{number}已进入办理，不能再补充。刚才的内容可以作为新的问题提交。"
NO_REPORTS = "还没有您通过这里提交的反映。"
GROUPS = "请私聊我反映问题，群里的消息我不会收下。"
TOO_FAST = "您发得太快了，请稍等一分钟再继续。"
SUBMITTED_FOR_YOU = "您有一段时间没有继续，我们已替您提交刚才的内容。"


def missing(*, photos: bool, position: bool) -> str:
    """What would help to find the place."""
    wanted = [word for word, there in (("照片", photos), ("位置", position)) if not there]
    return f"方便的话请再发{'和'.join(wanted)}。" if wanted else ""
