"""Urgency only rises: by words, and by labels that are emergencies by themselves."""

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
