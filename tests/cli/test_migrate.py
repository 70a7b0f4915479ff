"""`mistral-async migrate`: what becomes of programs, notebooks and requirements; what stays as it is."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async.cli._migration.notebook import migrate_notebook
from mistral_async.cli._migration.source import migrate_source
from mistral_async.testing import FakeMistral


def migrated(code):
    """The code after migration, and what is told of it."""
    after, notes = migrate_source(code.encode())
    return after.decode(), [str(note) for note in notes]


# Source

IMPORTS = {
    # version 1
    "from mistralai import Mistral": "from mistral_async.compat import Mistral",
    "from mistralai.models import UserMessage as U": "from mistral_async.compat.models import UserMessage as U",
    "from mistralai import (\n    Mistral,  # the client\n    models,\n)": (
        "from mistral_async.compat import (\n    Mistral,  # the client\n    models,\n)"
    ),
    "import mistralai": "import mistral_async.compat as mistralai",
    "import mistralai as m, os": "import mistral_async.compat as m, os",
    "from mistralai.models import *": "from mistral_async.compat.models import *",
    # later ones
    "from mistralai.client import Mistral": "from mistral_async.compat import Mistral",
    "from mistralai.client.models import File": "from mistral_async.compat.models import File",
    # a model is in `models`, which type checkers know, unless another has its name there
    "from mistralai.client.models.usermessage import UserMessage as U": (
        "from mistral_async.compat.models import UserMessage as U"
    ),
    "from mistralai.models.chatcompletionrequest import ChatCompletionRequestTool, Tool": (
        "from mistral_async.compat.models import ChatCompletionRequestTool, Tool"
    ),
    "from mistralai.client.models.ocrrequest import Document": (
        "from mistral_async.compat.models.ocrrequest import Document"
    ),
    "from mistralai.models.usermessage import *": "from mistral_async.compat.models.usermessage import *",
    "from mistralai.extra.run.result import *": "from mistral_async.compat.extra.run.result import *",
    "from mistralai import client": "from mistral_async import compat as client",
    "from mistralai import client as c, extra": (
        "from mistral_async import compat as c; from mistral_async.compat import extra"
    ),
    "import mistralai.client": "import mistral_async.compat as mistralai",
    "import mistralai.client.models as m": "import mistral_async.compat.models as m",
    "import mistralai.client.models": "import mistral_async.compat.models, mistral_async.compat as mistralai",
    # clouds
    "from mistralai_azure import MistralAzure": "from mistral_async.compat.azure import MistralAzure",
    "import mistralai_gcp.models": "import mistral_async.compat.gcp.models, mistral_async.compat.gcp as mistralai_gcp",
    # other distributions below `mistralai`
    "import mistralai.workflows as workflows": "import mistralai.workflows as workflows",
    "from mistralai.workflows.plugins import mistralai": "from mistralai.workflows.plugins import mistralai",
    "from mistralai.search import toolkit": "from mistralai.search import toolkit",
    "from mistralai import workflows": "from mistralai import workflows",
    "mock.patch('mistralai.evaluations.goal')": "mock.patch('mistralai.evaluations.goal')",
    "from mistralai.client.workflows import Workflows": "from mistral_async.compat.workflows import Workflows",
    # names below an import (rule 2)
    "import mistralai.client\nx: 'mistralai.client.Mistral' = mistralai.client.Mistral(mistralai.client.models)": (
        "import mistral_async.compat as mistralai\nx: 'mistralai.Mistral' = mistralai.Mistral(mistralai.models)"
    ),
    "import mistralai as m\nm.client.Mistral": "import mistral_async.compat as m\nm.Mistral",
    "import mistralai as m\n(m).client.Mistral": "import mistral_async.compat as m\n(m).Mistral",
    "import mistralai as m\n(m  # ours\n .client.Mistral)": "import mistral_async.compat as m\n(m  # ours\n .Mistral)",
    "try:\n    import mistralai\nexcept ImportError:\n    mistralai = None": (
        "try:\n    import mistral_async.compat as mistralai\nexcept ImportError:\n    mistralai = None"
    ),
    # strings (rule 3)
    "import_module('mistralai.client.models')": "import_module('mistral_async.compat.models')",
    "wrapt.wrap_function_wrapper('mistralai.chat', 'Chat.complete', f)": (
        "wrapt.wrap_function_wrapper('mistral_async.compat.chat', 'Chat.complete', f)"
    ),
    "__import__('mistralai', fromlist=['x']).x": "__import__('mistral_async.compat', fromlist=['x']).x",
    "pytest.importorskip('mistralai')": "pytest.importorskip('mistral_async.compat')",
    "@patch('mistralai.client.Mistral')\ndef f(): ...": "@patch('mistral_async.compat.Mistral')\ndef f(): ...",
    'monkeypatch.setattr(r"mistralai.Mistral", x)': 'monkeypatch.setattr(r"mistral_async.compat.Mistral", x)',
    "patch.dict('sys.modules', {'mistralai': x})": "patch.dict('sys.modules', {'mistral_async.compat': x})",
    "m.setitem(sys.modules, 'mistralai', x)": "m.setitem(sys.modules, 'mistral_async.compat', x)",
    "'mistralai' in sys.modules": "'mistral_async.compat' in sys.modules",
    "del sys.modules['mistralai.client']": "del sys.modules['mistral_async.compat']",
    "sys.modules.pop('mistralai.client', None)": "sys.modules.pop('mistral_async.compat', None)",
}


@pytest.mark.parametrize(("before", "after"), IMPORTS.items())
def test_names_change_and_nothing_else(before, after):
    assert migrated(before) == (after, [])
    assert migrated(after) == (after, [])


@pytest.mark.parametrize(
    "code",
    [
        "from langchain_mistralai import ChatMistralAI",
        "from .mistralai import client",
        "from app.mistralai import Mistral",
        "mistralai = 1\nmistralai.client",
        "print('mistralai', 'mistralai/Mistral-7B', f'{mistralai.client}')",
        "getattr(x, 'mistralai')",
        "'''\nimport mistralai\n'''",
        "patch('app.llm.Mistral')",
        "setattr(x, 'mistralai', 1)",
        "import_module(name)",
    ],
)
def test_what_is_not_the_package_stays(code):
    assert migrated(code) == (code, [])


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.sampled_from([*IMPORTS, "x = 'é\\n'", "def f():\n\treturn 1  # é", "", "#"]), min_size=1, max_size=9
    ).map("\n".join),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "latin-1"]),
    st.booleans(),
)
def test_encodings_and_line_ends_stay(code, newline, encoding, ends):
    """Source, rule 1: lines without the package are those that were there, and a second run finds nothing."""
    head = "# -*- coding: latin-1 -*-\n" if encoding == "latin-1" else ""
    before = (head + code + "\n" * ends).replace("\n", newline).encode(encoding)
    after, _ = migrate_source(before)
    assert migrate_source(after)[0] == after
    assert after.count(newline.encode()) == before.count(newline.encode())
    for old, new in zip(before.split(b"\n"), after.split(b"\n"), strict=True):
        assert old == new or b"mistralai" in old or b".client" in old
    after.decode(encoding)


WRONG = {
    "a name that is not there": (
        "from mistralai.client import Nonsense",
        "1: mistral_async.compat.Nonsense is not there",
    ),
    "below an import": ("import mistralai as m\nm.models.Nonsense", "2: mistral_async.compat.models.Nonsense is not"),
    "in a string": ("patch('mistralai.nonsense.x')", "1: mistral_async.compat.nonsense.x is not there"),
    "a name that another distribution takes": (
        "import mistralai\nimport mistralai.workflows",
        "2: import mistralai.workflows with `as`",
    ),
    "a name that another distribution has": (
        "import mistralai.workflows\nmistralai.client.Mistral",
        "1: import mistralai.workflows with `as`",
    ),
    "a module below what is imported": (
        "__import__('mistralai').Mistral",
        "1: `__import__` would give `mistral_async`: use `importlib.import_module('mistral_async.compat')`",
    ),
    "a string that may be a module": ("x = 'mistralai.client'", "1: 'mistralai.client' may name a module"),
    "a string that may be the package": ("providers = ['mistralai']", "1: 'mistralai' may name a module: that is mist"),
    "the distribution": ("importlib.metadata.version('mistralai')", "1: the distribution mistralai is mistral-async"),
}


@pytest.mark.parametrize(("code", "told"), WRONG.values(), ids=WRONG)
def test_what_else_there_is_to_do_is_told(code, told):
    notes = migrated(code)[1]
    assert [note[: len(told)] for note in notes] == [told]


@pytest.mark.parametrize(
    "code",
    [
        "from mistralai import (  # noqa: F401\n client, Mistral)",
        "from mistralai import (\n client, Mistral\n # end\n)",
        "from mistralai import (\n client,  # ours\n)",
    ],
)
def test_an_import_whose_comments_would_be_lost_is_told_of(code):
    assert migrated(code) == (code, ["1: import client in a line of its own, and run this again"])


def test_version_0_is_told_what_to_do():
    """Source, rule 4."""
    code = (
        "from mistralai.client import MistralClient\n"
        "from mistralai.models.chat_completion import ChatMessage\n"
        "import mistralai.exceptions\n"
        "client = MistralClient()\n"
        "client.chat_stream(model='m', messages=[ChatMessage('hi')])\n"
        "chat()\n"
    )
    after, notes = migrated(code)
    assert after == code
    for note, part in zip(notes, ["Mistral, ", "dicts", "https://", "chat.stream(...)"], strict=True):
        assert part in note
    assert [note.partition(":")[0] for note in notes] == ["1", "2", "3", "5"]


def test_programs_of_two_generations_change_where_they_can():
    code = (
        "try:\n    from mistralai import Mistral\nexcept ImportError:\n    from mistralai.client import MistralClient\n"
    )
    after, notes = migrated(code)
    assert after == code.replace("from mistralai import", "from mistral_async.compat import")
    assert notes[0].startswith("4: MistralClient is of version 0")


UNREADABLE = {
    "no Python": (b"import mistralai\nprint 'x'\n", "line 2 is not Python"),
    "no text": (b"import mistralai\n# \xff\n", "cannot be decoded"),
    "an unknown encoding": (b"# coding: nonsense\nimport mistralai\n", "cannot be decoded"),
    "form feeds": (b"import mistralai\n\x0cx = 1\n", "form feeds"),
    "too deep": (b"import mistralai\nx = " + b"-" * 600 + b"1\n", "too deeply"),
    "brackets that are too deep": (b"import mistralai\nx = " + b"(" * 5000 + b")" * 5000 + b"\n", "too deeply"),
    "brackets after a magic": (b"import mistralai\n!ls\nx = " + b"[" * 5000 + b"]" * 5000 + b"\n", "too deeply"),
    "too many operands": (b"import mistralai\nx = 1" + b" or 1" * 20_000 + b"\n", "too deeply"),
    "no JSON": (b'{"mistralai": ', "not JSON"),
    "JSON that is too deep": (b'{"mistralai": ' + b"[" * 100_000, "JSON is nested too deeply"),
    "no notebook": (b'["mistralai"]', "has cells"),
    "no cell": (b'{"cells": ["mistralai"]}', "cell 1 is no object"),
    "no text in a cell": (
        b'{"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "source": ["mistralai", 1]}]}',
        "source of cell 2 is no text",
    ),
}
NOTEBOOKS = ("JSON", "cell")


@pytest.mark.parametrize(("content", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_can_not_be_read_is_never_written(run, content, told):
    name = "a.ipynb" if any(word in told for word in NOTEBOOKS) else "a.py"
    Path(name).write_bytes(content)
    Path("good.py").write_text("import mistralai\n")
    for arguments, code in (([name], 2), ([".", "--write"], 1)):
        ran = run("migrate", *arguments)
        assert ran.code == code
        assert f"{name}: " in ran.err
        assert told in ran.err
    assert Path(name).read_bytes() == content
    assert Path("good.py").read_text() == "import mistral_async.compat as mistralai\n"


# Notebooks


def notebook(*cells, **layout):
    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [{"text": "mistralai é"}], "source": each} for each in cells
    ]
    content = {"cells": [{"cell_type": "markdown", "source": ["import mistralai"]}, *made], "nbformat": 4}
    return json.dumps(content, **layout)


LAYOUTS = [{"indent": 1, "ensure_ascii": False}, {"indent": "\t"}, {"separators": (",", ":")}]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_cells_of_notebooks_change_and_nothing_else(layout):
    """Notebooks, rules 1 to 3."""
    cells = [
        ["%pip install -q 'mistralai>=1'\n", "import mistralai\n", "if True:\n", "    !ls"],
        "x = await mistralai.client.Mistral().chat.complete_async()  # é",
        ["from mistralai import client, extra\n", "files = !ls\n", "print('%s'\n", "  % x)\n", "x?"],
        "%%bash\npip install x; python -c 'import mistralai'",
        "%%time\nimport mistralai as m",
        [],
    ]
    after, notes = migrate_notebook(notebook(*cells, **layout).encode())
    cells[0][1] = "import mistral_async.compat as mistralai\n"
    cells[1] = cells[1].replace(".client", "")
    cells[2][0] = "from mistral_async import compat as client; from mistral_async.compat import extra\n"
    cells[4] = "%%time\nimport mistral_async.compat as m"
    assert after.decode() == notebook(*cells, **layout)
    assert [str(note) for note in notes] == ["cell 2, line 1: mistralai is mistral-async here"]
    assert migrate_notebook(after)[0] == after


def test_an_import_that_becomes_shorter():
    before = notebook(["from mistralai import (\n", "    client,\n", "    models,\n", ")\n", "x = 1"], indent=1)
    after = notebook(
        ["from mistral_async import compat as client; from mistral_async.compat import models\n", "x = 1"], indent=1
    )
    assert migrate_notebook(before.encode())[0].decode() == after


def test_a_cell_that_can_not_be_read_stays_and_the_others_change():
    before = notebook("import mistralai", "import mistralai +", "1 +")
    after, notes = migrate_notebook(before.encode())
    assert after.decode() == notebook("import mistral_async.compat as mistralai", "import mistralai +", "1 +")
    assert [str(note) for note in notes] == ["cell 3, line 1: the cell stays as it is: line 1 is not Python"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([], []),
        (["%%bash\npip install mistralai"], []),
        (["import mistralai +"], ["cell 2, line 1: the cell stays as it is: line 1 is not Python"]),
        (["!pip install 'mistralai'\n)"], ["cell 2, line 1: the cell stays", "cell 2, line 1: mistralai is"]),
    ],
)
def test_a_notebook_without_python_that_can_be_read_stays(cells, told):
    before = notebook(*cells).encode()
    after, notes = migrate_notebook(before)
    assert after == before
    assert len(notes) == len(told)
    assert all(str(note).startswith(text) for note, text in zip(notes, told, strict=True))


def test_notes_on_cells_name_their_lines():
    before = notebook(["x = 1\n", "y = 2"], ["\n", "from mistralai import Nonsense"])
    assert [str(note)[:16] for note in migrate_notebook(before.encode())[1]] == ["cell 3, line 2: "]


# The command


@pytest.fixture
def program():
    """A folder with a program, and what is not of it."""
    files = {
        "app.py": "from mistralai import Mistral\n",
        "src/b.py": "import os\n",
        "src/stubs.pyi": "import mistralai\n",
        "notes.ipynb": notebook("import mistralai"),
        "requirements-dev.txt": "# mistralai\nmistralai[agents]>=1.5\nlangchain-mistralai>=1\nmistralai_azure\n",
        "pyproject.toml": '[project]\ndependencies = ["mistralai>=1", "mistralai-workflows"]\n',
        "README.md": "from mistralai import Mistral\n",
        "env/pyvenv.cfg": "",
        "env/lib/c.py": "import mistralai\n",
        ".git/d.py": "import mistralai\n",
        "node_modules/e.py": "import mistralai\n",
    }
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    return files


CHANGED = {"app.py", "src/stubs.pyi", "notes.ipynb"}


def test_it_shows_the_diff_and_writes_nothing(run, program):
    ran = run("migrate", ".")
    assert ran.code == 0
    assert "--- a/app.py\n+++ b/app.py\n@@ -1 +1 @@\n-from mistralai import Mistral\n+from mistral_async" in ran.out
    assert {line[6:] for line in ran.out.splitlines() if line.startswith("+++ ")} == CHANGED
    assert ran.err.splitlines() == [
        "pyproject.toml:2: mistralai is mistral-async here",
        "requirements-dev.txt:2: mistralai is mistral-async[mcp] here",
        "requirements-dev.txt:4: mistralai_azure is mistral-async here",
        "3 files to change (--write does it); 0 lines are yours to change",
    ]
    assert all(Path(name).read_text() == text for name, text in program.items())


def test_write_and_check(run, program):
    assert run("migrate", ".", "--check").code == 1
    assert run("migrate", ".", "--write").code == 0
    assert {name for name, text in program.items() if Path(name).read_text() != text} == CHANGED
    ran = run("migrate", ".", "--check")
    assert (ran.code, ran.out) == (0, "")
    Path("app.py").write_text("from mistralai.client import MistralClient\n")
    assert run("migrate", "app.py", "--check").code == 1  # there is something to do, though not for this command
    assert run("migrate", "app.py").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name files or folders"),
        (["app.py", "--write", "--check"], "give --write or --check"),
        (["no.py"], "no.py: "),
    ],
)
def test_wrong_usage(run, arguments, told):
    ran = run("migrate", *arguments)
    assert ran.code == 2
    assert told in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and links")
def test_files_keep_their_permissions_and_links(run, tmp_path):
    (tmp_path / "real").write_text("import mistralai")
    (tmp_path / "real").chmod(0o755)
    (tmp_path / "script").symlink_to("real")
    assert run("migrate", "script", "--write").code == 0
    assert (tmp_path / "script").is_symlink()
    assert (tmp_path / "real").read_text() == "import mistral_async.compat as mistralai"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o755
    assert sorted(os.listdir(tmp_path)) == ["real", "script"]  # noqa: PTH208 - no part file is left


def test_without_libcst_it_says_what_to_install(run, monkeypatch, tmp_path):
    (tmp_path / "a.py").touch()
    for name in [name for name in sys.modules if name.startswith("mistral_async.cli._migration")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libcst", None)
    ran = run("migrate", "a.py")
    assert ran.code == 2
    assert "pip install 'mistral-async[cli]'" in ran.err


def test_the_program_runs_then(run, tmp_path):
    (tmp_path / "app.py").write_text(
        "import mistralai.client\n"
        "from mistralai.client import models\n"
        "def main(key, url):\n"
        "    with mistralai.client.Mistral(api_key=key, server_url=url) as client:\n"
        "        message = models.UserMessage(content='hi')\n"
        "        return client.chat.complete(model='mistral-small-latest', messages=[message])\n"
    )
    assert run("migrate", "app.py", "--write").code == 0
    space = {}
    exec((tmp_path / "app.py").read_text(), space)
    with FakeMistral() as server:
        assert space["main"](server.api_key, server.url).choices[0].message.content == "You said: hi"
