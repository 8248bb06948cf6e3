"""Urgency only rises: by words, and by labels that are emergencies by themselves."""

from classifiers.catalogue import catalogue
from classifiers.category import Reader
from classifiers.examples import Example
from classifiers.lexicon import lexicon
from classifiers.suggestion import Suggester
from classifiers.training import train
from classifiers.urgency import SUSPECTED, raised_by_labels

GAS = ("E11003", "燃气管道破裂泄漏", SUSPECTED)
LAMP = ("C01037", "路灯", 0.9)


def test_an_emergency_that_is_at_all_likely_raises_an_ordinary_report() -> None:
    level, reasons = raised_by_labels("一般", (), [LAMP, GAS])
    assert level == "紧急"
    assert "燃气管道破裂泄漏" in reasons[0]


def test_other_labels_and_faint_guesses_raise_nothing() -> None:
    faint = ("E11003", "燃气管道破裂泄漏", SUSPECTED / 2)
    assert raised_by_labels("一般", (), [LAMP, faint]) == ("一般", ())


def test_labels_never_lower_nor_replace_what_words_said() -> None:
    assert raised_by_labels("特急", ("有人被困",), [GAS]) == ("特急", ("有人被困",))


def test_decisions_do_not_talk_an_emergency_away() -> None:
    words = lexicon()
    swollen = "马路拱起老大一个包，路面破损"
    own = [
        Example("1", "E11001", "", swollen),
        Example("4", "E06013", "", "路面坑洼"),
        Example("2", "C01037", "", "路灯不亮"),
        Example("3", "E06010", "", "垃圾没人扫"),
    ]
    decided = [
        Example(str(number), ("E06013", "E06010")[number % 2], "", f"{said}，第{number}次")
        for number in range(60)
        for said in ((swollen, "垃圾没人扫")[number % 2],)
    ]
    warm = Suggester(train(Reader(catalogue(), words), words, own, decided))
    suggestion = warm.suggest(swollen)
    assert suggestion.guesses[0].label == "E06013"
    assert suggestion.urgency == "紧急"
