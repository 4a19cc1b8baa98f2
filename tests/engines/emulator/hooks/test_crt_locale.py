"""What start-up code asks the C run-time."""

from fulgurite.engines.emulator.hooks.crt_locale import HOOKS


def test_the_questions_of_mingw_are_answered() -> None:
    names = {name for hook in HOOKS for name in hook.names}
    assert {"localeconv", "setlocale", "___lc_codepage_func", "___mb_cur_max_func", "strerror"} <= names
