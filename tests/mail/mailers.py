"""How real mailers build an answer: charset, encoding, parts, and the way they quote.

Structure only: headers, MIME nesting and quotation marks as these programs write them; every word
is ours.
"""

import base64
import quopri
from collections.abc import Callable, Mapping

from tests.mail.office import CITIZEN, HOTLINE
from tests.mail.writing import raw_mail

Mailer = Callable[[str, str], bytes]
_WHEN = "2026年11月22日(星期日) 上午10:12"


def _b64(text: str, charset: str) -> bytes:
    return base64.encodebytes(text.encode(charset)).replace(b"\n", b"\r\n")


def _qp(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")


def _word(text: str, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def _fields(mailer: str, subject: str, *more: str) -> list[str]:
    return [
        f"From: {_word('张三', 'utf-8')} <{CITIZEN}>",
        f"To: {HOTLINE}",
        f"Subject: {subject}",
        "Date: Sun, 22 Nov 2026 10:12:30 +0800",
        f"Message-ID: <{mailer}.1@mail.example>",
        "MIME-Version: 1.0",
        *more,
    ]


def _two_forms(
    mailer: str, subject: str, plain: str, markup: str, charset: str, codec: str = ""
) -> bytes:
    """multipart/alternative, both forms in base64; ``codec`` when the label is not the truth."""
    mark = f"----=_Part_{mailer}"
    body = b"\r\n".join(
        [
            f"--{mark}".encode(),
            f'Content-Type: text/plain; charset="{charset}"'.encode(),
            b"Content-Transfer-Encoding: base64",
            b"",
            _b64(plain, codec or charset),
            f"--{mark}".encode(),
            f'Content-Type: text/html; charset="{charset}"'.encode(),
            b"Content-Transfer-Encoding: base64",
            b"",
            _b64(markup, codec or charset),
            f"--{mark}--".encode(),
            b"",
        ]
    )
    kind = f'Content-Type: multipart/alternative; boundary="{mark}"'
    return raw_mail(body, *_fields(mailer, subject, kind))


def qq(words: str, question: str) -> bytes:
    """QQ: GB18030, HTML with the quotation behind a dashed title, plain form likewise."""
    head = (
        f'发件人: "热线" <{HOTLINE}>;\n发送时间: {_WHEN}\n收件人: "张三"<{CITIZEN}>;\n主题: 请补充'
    )
    plain = f"{words}\n\n\n\n------------------ 原始邮件 ------------------\n{head}\n\n{question}\n"
    markup = (
        f'<div>{words}</div><div><br></div><div style="font-size:12px">'
        f"------------------&nbsp;原始邮件&nbsp;------------------</div>"
        f'<div>发件人:&nbsp;"热线"&lt;{HOTLINE}&gt;</div><div>发送时间:&nbsp;{_WHEN}</div>'
        f"<div>{question}</div>"
    )
    return _two_forms("qq", _word("回复：请补充", "gb18030"), plain, markup, "gb18030")


def netease(words: str, question: str) -> bytes:
    """163: GBK, quotation under "在 … 写道："."""
    plain = (
        f'{words}\n\n\n\n\n\n\n\n在 2026-11-22 10:10:12，"热线" <{HOTLINE}> 写道：\n>{question}\n'
    )
    markup = (
        f'<div>{words}</div><br><pre><br>在 2026-11-22 10:10:12，"热线" &lt;{HOTLINE}&gt; 写道：\n'
        f"&gt;{question}</pre>"
    )
    return _two_forms("netease", _word("Re:请补充", "GBK"), plain, markup, "GBK")


def netease_phone(words: str, question: str) -> bytes:
    """163 on a telephone: a table of replied message."""
    plain = (
        f"{words}\n\n\n---- 回复的原邮件 ----\n| 发件人 | 热线<{HOTLINE}> |\n| 日期 | {_WHEN} |\n"
        f"| 主题 | 请补充 |\n{question}\n"
    )
    return _two_forms("netease-phone", _word("回复：请补充", "utf-8"), plain, plain, "utf-8")


def outlook_chinese(words: str, question: str) -> bytes:
    """Outlook in Chinese: GB2312 on the label, GBK in the text, a rule and four labels."""
    plain = (
        f"{words}\n\n________________________________\n发件人: 热线 <{HOTLINE}>\n"
        f"发送时间: {_WHEN}\n收件人: 张三 <{CITIZEN}>\n主题: 请补充\n\n{question}\n"
    )
    kind = 'Content-Type: text/plain; charset="gb2312"'
    fields = _fields("outlook", _word("答复: 请补充", "gb2312"), kind)
    return raw_mail(_b64(plain, "gbk"), *fields, "Content-Transfer-Encoding: base64")


def outlook_english(words: str, question: str) -> bytes:
    """Outlook in English: labels with From, Sent, To, Subject."""
    plain = (
        f"{words}\n\nFrom: Hotline <{HOTLINE}>\nSent: Sunday, November 22, 2026 10:10 AM\n"
        f"To: Zhang San <{CITIZEN}>\nSubject: More, please\n\n{question}\n"
    )
    kind = 'Content-Type: text/plain; charset="utf-8"'
    fields = _fields("outlook-en", "RE: More, please", kind)
    return raw_mail(_qp(plain), *fields, "Content-Transfer-Encoding: quoted-printable")


def iphone(words: str, question: str) -> bytes:
    """Mail on an iPhone: signature of the device, then "… 写道："."""
    quoted = f"> 在 {_WHEN}，热线 <{HOTLINE}> 写道：\n> \n> \ufeff{question}\n"
    plain = f"{words}\n\n发自我的 iPhone\n\n{quoted}"
    kind = "Content-Type: text/plain; charset=utf-8"
    fields = _fields("iphone", _word("回复：请补充", "utf-8"), kind)
    return raw_mail(_b64(plain, "utf-8"), *fields, "Content-Transfer-Encoding: base64")


def gmail(words: str, question: str) -> bytes:
    """Gmail: "<address> 于 … 写道：" folded over two lines, quotation in a div of its own."""
    plain = f"{words}\n\n热线 <{HOTLINE}> 于2026年11月22日周日\n10:10写道：\n\n> {question}\n"
    markup = (
        f'<div dir="ltr">{words}</div><br><div class="gmail_quote"><div dir="ltr">'
        f'热线 &lt;<a href="mailto:{HOTLINE}">{HOTLINE}</a>&gt; '
        "于2026年11月22日周日 10:10写道：<br>"
        f"</div><blockquote>{question}</blockquote></div>"
    )
    return _two_forms("gmail", _word("Re: 请补充", "UTF-8"), plain, markup, "UTF-8")


def gmail_english(words: str, question: str) -> bytes:
    """Gmail in English, the line folded."""
    plain = (
        f"{words}\n\nOn Sun, Nov 22, 2026 at 10:10 AM Hotline\n<{HOTLINE}> wrote:\n\n> {question}\n"
    )
    kind = 'Content-Type: text/plain; charset="UTF-8"'
    return raw_mail(
        plain.replace("\n", "\r\n").encode(),
        *_fields("gmail-en", "Re: More, please", kind),
        "Content-Transfer-Encoding: 8bit",
    )


def foxmail(words: str, question: str) -> bytes:
    """Foxmail: signature, a blank, labels with full-width colons."""
    plain = (
        f"{words}\n\n\n\n{CITIZEN}\n \n发件人： 热线\n发送时间： 2026-11-22 10:10\n收件人： 张三\n"
        f"主题： 请补充\n{question}\n"
    )
    subject = _word("回复: 请补充", "GB2312")
    return _two_forms("foxmail", subject, plain, f"<p>{words}</p>", "GB2312", "gbk")


def only_markup(words: str, question: str) -> bytes:
    """A company's web mailer: HTML alone, style sheets and a picture that counts readers."""
    markup = (
        "<html><head><style>.x{color:red}</style><script>alert(1)</script></head><body>"
        f'<p>{words}</p><img src="http://tracker.example/1.gif">'
        '<div style="display:none">看不见</div><hr><p>发件人: 热线</p><p>发送时间: 2026</p>'
        f"<p>收件人: 张三</p><p>主题: 请补充</p><p>{question}</p></body></html>"
    )
    kind = "Content-Type: text/html; charset=utf-8"
    fields = _fields("web", _word("回复：请补充", "utf-8"), kind)
    return raw_mail(_b64(markup, "utf-8"), *fields, "Content-Transfer-Encoding: base64")


MAILERS: Mapping[str, Mailer] = {
    made.__name__: made
    for made in (
        qq,
        netease,
        netease_phone,
        outlook_chinese,
        outlook_english,
        iphone,
        gmail,
        gmail_english,
        foxmail,
        only_markup,
    )
}
