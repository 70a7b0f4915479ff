"""Files that are written from the code are up to date."""

from __future__ import annotations

import pytest
from derived import COMMAND, ROOT, files, strays, with_table

FILES = files()


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_it_says_what_the_code_says(path):
    assert path.exists(), f"`{COMMAND}` writes it"
    assert path.read_text(encoding="utf-8").splitlines() == FILES[path]().splitlines(), f"`{COMMAND}` writes it anew"


def test_no_page_is_left_of_a_group_that_is_no_more():
    assert strays() == []


def test_a_name_that_two_modules_define_is_refused():
    source = "if TYPE_CHECKING:\n    from a import X as X\n    from b import X as X\nelse:\n    lazy(__name__, {})\n"
    with pytest.raises(AssertionError, match="'X'"):
        with_table(source)
