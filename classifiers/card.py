"""The model card: what the model in force is, how good, where it fails, and who stays in charge.

A pure function of the model's manifest (see `registry.save`), so that the page always speaks of
the very model that makes the suggestions. Sentences are plain Chinese for shift leaders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifiers.catalogue import CURRENT_EDITION

FIGURE_NAMES: Mapping[str, str] = {
    "top1": "首选与人工认定完全一致",
    "top1_accepted": "首选是可以接受的类别",
    "top3": "前三个里有可以接受的类别",
    "in_scope": "城管事项中首选完全一致",
    "out_f1": "分清是否属于其他部门（F1）",
    "macro_f1": "各类别平均（宏平均 F1）",
    "appeal": "诉求类型正确",
    "urgent_recall": "紧急事项被提示出来",
    "place": "地点词完整找出",
    "calibration": "把握程度的平均偏差（越小越好）",
}
"""Keys a manifest may hold under `facts.figures`, with the words shown for each."""


@dataclass(frozen=True, slots=True)
class CardFigure:
    """One figure with its 95 % interval; `texts` is how many labelled texts it rests on."""

    name: str
    value: float
    low: float
    high: float
    texts: int


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the card: sentences first, then figures."""

    title: str
    sentences: tuple[str, ...]
    figures: tuple[CardFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """The whole card, in the order in which it is read."""

    title: str
    sections: tuple[Section, ...]


def card(manifest: Mapping[str, Any] | None) -> Card:
    """Return the card of a model, or of the word lists alone where no model is in force.

    `manifest` is what `read_manifest` returns. Unknown facts are left out, never guessed.
    """
    known = manifest or {}
    facts = _mapping(known.get("facts"))
    warm = _count(facts, "decisions") > 0
    return Card(
        "分类建议说明",
        (
            _what(known, warm),
            _data(facts, manifest is not None),
            _method(manifest is not None),
            _quality(facts, warm),
            _limits(warm),
            _in_charge(),
        ),
    )


def _what(known: Mapping[str, Any], warm: bool) -> Section:
    kind = "学习过本县处理结果的模型" if warm else "只依靠国家目录和自编词表的起步模型"
    if not known:
        kind = "目前没有启用训练过的模型，只按词表给出建议"
    edition = str(known.get("edition", CURRENT_EDITION))
    return Section(
        "这是什么",
        (
            "它读来电记录或群众来信，给出最多五个可能的类别，并提示诉求类型、紧急程度和地点。",
            f"{kind}。",
            f"类别依据 {edition}，突发事项另用本地扩展类别；换了目录版本，旧模型不会再被使用。",
            "全部计算在本单位的服务器上完成，不联网，文字不外传。",
        ),
    )


def _data(facts: Mapping[str, Any], trained: bool) -> Section:
    own, decisions = _count(facts, "own_texts"), _count(facts, "decisions")
    unlabelled = _count(facts, "unlabelled")
    sentences = []
    if trained:
        sentences.append(
            f"起步材料 {own} 条：目录名称、词表和编写的例句。例句是编写的，不能用来证明准确程度。"
        )
    if decisions:
        sentences.append(f"本县人员认定过类别的记录 {decisions} 条，学习前已去除个人信息。")
    else:
        sentences.append("还没有用到本县人员认定过的记录。")
    if unlabelled:
        sentences.append(f"没有认定类别的来信 {unlabelled} 条，只用来了解哪些词常在一起出现。")
    return Section("用了哪些数据", tuple(sentences))


def _method(trained: bool) -> Section:
    sentences = ["先在文中寻找词表里的说法，每个说法对若干类别加分或减分，标题比正文更重要。"]
    if trained:
        sentences.append("再由线性模型根据词语和字串打分，两部分按统一的比重合成各类别的可能性。")
        sentences.append("比重用模型没有读过的记录确定，内容相近的记录不会被分到两边。")
    sentences.append("每个建议都列出依据的原文词语；把握不足时不选，只列出备选。")
    return Section("怎样得出建议", tuple(sentences))


def _quality(facts: Mapping[str, Any], warm: bool) -> Section:
    rows = _mapping(facts.get("figures"))
    found = (_figure(name, rows.get(key)) for key, name in FIGURE_NAMES.items())
    figures = tuple(figure for figure in found if figure is not None)
    if not figures:
        sentence = "这个模型还没有用真实记录检验过，准确程度未知；请按日常采用率判断。"
        return Section("有多准", (sentence,))
    source = (
        "以下数字用本县的记录轮流检验得出：每一条都由没有读过它的模型作答。"
        if warm
        else "以下数字用真实来信检验得出，这些来信没有参与训练。"
    )
    return Section("有多准", (source, "括号内是百分之九十五的可信范围。"), figures)


def _figure(name: str, row: object) -> CardFigure | None:
    """Return one figure; None where it was not measured with its interval."""
    known = _mapping(row)
    values = [known.get(key) for key in ("value", "low", "high", "texts")]
    if not all(isinstance(value, int | float) for value in values):
        return None
    value, low, high, texts = (float(value) for value in values if value is not None)
    return CardFigure(name, value, low, high, int(texts))


def _limits(warm: bool) -> Section:
    sentences = [
        "一条来信说几件事时，只有一件会排在首位。",
        "记录很少的类别、当地特有的叫法和反话容易认错。",
        "只读文字的前一千字，不看照片和录音。",
        "“紧急”按词语提示，宁可多提示；没有提示不等于不紧急。",
    ]
    if not warm:
        sentences.append("起步模型没有见过本县的说法，积累一百条以上的处理结果后会明显改善。")
    return Section("局限", tuple(sentences))


def _in_charge() -> Section:
    return Section(
        "人怎样把关",
        (
            "建议从不自动立案、派遣、合并或退回，每一步都由人决定。",
            "词语只会提高紧急程度，降低只能由人来做。",
            "人员改选的类别会记下来，成为下一次学习的依据。",
            "新模型在真实记录上不差于现用模型才会启用，班长可以随时换回上一个模型。",
        ),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(facts: Mapping[str, Any], key: str) -> int:
    value = facts.get(key, 0)
    return value if isinstance(value, int) else 0
