"""A real Jupyter kernel, whose own event loop is running: blocking calls work there, and so does `await`."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    """
from mistral_async import Mistral, SyncMistral, calls
client = SyncMistral({key!r}, server_url={url!r})
messages = [{{"role": "user", "content": "hi"}}]
print(client.chat.complete(model="mistral-small-latest", messages=messages).text)
""",
    """
print("".join(chunk.text for chunk in client.chat.stream(model="mistral-small-latest", messages=messages)))
print(len(client.bulk.embed(["one", "two", "three"]).collect()))
""",
    """
async with Mistral({key!r}, server_url={url!r}) as other:
    print((await other.chat.complete(model="mistral-small-latest", messages=messages)).text)
""",
    "print(get_ipython().object_inspect_text('client.chat.complete'))",
    """
client.chat.stream(model="mistral-small-latest", messages=messages).show().text
""",
    """
async with Mistral({key!r}, server_url={url!r}) as other:
    answer = await other.chat.stream(model="mistral-small-latest", messages=messages).show()
answer
""",
    "client.close()",
]


# The kernel's own machinery leaves sockets and loops behind, in this process too: they are not ours.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::pytest.PytestWarning")
def test_in_a_notebook(threaded_server):
    cells = [cell.format(key=threaded_server.api_key, url=threaded_server.url) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = ["".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells]
    assert shown[0] == shown[2] == "You said: hi\n"
    assert shown[1] == "You said: hi\n3\n"
    assert "temperature:" in shown[3]
    for cell in notebook.cells[4:6]:
        grown, result = [output.data for output in cell.outputs]
        assert "You said: hi" in grown["text/html"]
        assert "You said: hi" in result["text/plain"]
    assert "mistral-small-latest, " in result["text/html"]
