"""A progress bar, in a notebook or in the terminal (with rich, in the extra `cli`): `progress=ProgressBar()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._results.show import Place, in_notebook
from mistral_async.bulk._progress import Progress

if TYPE_CHECKING:
    from rich.console import Console


class ProgressBar:
    """A bar with items, failures, tokens, requests and the time left, from the first report to the last.

    Args:
        description: The text before the bar.
        console: The console that shows it. Default: the output of the cell in a notebook, else the standard error.
    """

    def __init__(self, description: str = "items", console: Console | None = None) -> None:
        self._description = description
        self._place = Place() if console is None and in_notebook() else None
        if self._place is None:
            self._open_terminal(console)

    def _open_terminal(self, console: Console | None) -> None:
        try:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bar
        except ImportError:
            raise ImportError("rich is not installed: pip install 'mistral-async[cli]'") from None
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}"),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
        )
        self._task = self._bar.add_task(self._description, total=None, facts="")

    def __call__(self, progress: Progress) -> None:
        """Show a report."""
        if self._place is not None:
            self._place.put(progress_html(progress, self._description), facts(progress))
            return
        self._bar.start()
        self._bar.update(
            self._task, total=progress.total, completed=progress.done + progress.failed, facts=facts(progress)
        )
        if progress.finished:
            self._bar.stop()


def progress_html(progress: Progress, description: str) -> str:
    """Return a bar as HTML."""
    from mistral_async.models._html import bar, box

    return box(bar(progress.done, progress.failed, progress.total, f"{description}: {facts(progress)}"))


def facts(progress: Progress) -> str:
    """Return the numbers beside the bar."""
    texts = [f"{progress.rate:,.0f}/s", f"{progress.tokens:,} tokens", f"{progress.requests:,} requests"]
    if progress.rejected:
        texts.append(f"{progress.rejected:,} refused")
    if progress.failed:
        texts.append(f"{progress.failed:,} failed")
    if progress.seconds_left and not progress.finished:
        texts.append(f"{_span(progress.seconds_left)} left")
    return ", ".join(texts)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
