"""Run benchmarks: all, or some by name; `--json FOLDER` keeps the numbers, `--plot FILE` draws them.

python benchmarks/run.py all
python benchmarks/run.py requests streams --runs 5
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
OURS = ("requests", "streams", "crowds", "realtime", "bodies", "startup", "blocking", "choosing", "overhead")
OTHERS = {"files": (), "memory": (), "bulk": ("--runs", "1"), "growth": ("--quick",)}
"""Benchmarks with a command line of their own, and what keeps them short."""


def plot(folder: Path, file: Path) -> None:
    """Requests per second of CPU, by client."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["svg.hashsalt"] = "mistral_async"
    from matplotlib import pyplot as plt

    results = json.loads((folder / "bench_requests.json").read_text())["results"]
    shapes = {(r["loop"], r["at_once"], r["how"]): None for r in results}
    peers = dict.fromkeys(r["peer"] for r in results)
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    width = 0.8 / len(peers)
    for place, peer in enumerate(peers):
        found = {(r["loop"], r["at_once"], r["how"]): r["per_core_second"] for r in results if r["peer"] == peer}
        at = [index + (place - len(peers) / 2 + 0.5) * width for index, shape in enumerate(shapes) if shape in found]
        axes.bar(at, [found[shape] for shape in shapes if shape in found], width, label=peer)
    labels = [f"{loop}, {at_once} at once{how and f', {how}'}" for loop, at_once, how in shapes]
    axes.set_xticks(range(len(labels)), labels, fontsize=7)
    axes.set_yscale("log")
    axes.set_ylabel("chat calls per second of CPU")
    axes.legend(fontsize=7, ncols=len(peers), frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.12))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=["all", *OURS, *OTHERS])
    parser.add_argument("--runs", type=int, help="repetitions of every case")
    parser.add_argument("--json", type=Path, help="a folder for the numbers")
    parser.add_argument("--plot", type=Path, help="a picture of the requests")
    options = parser.parse_args()
    names = [*OURS, *OTHERS] if "all" in options.names else options.names
    if "all" in options.names:
        options.runs = options.runs or 2  # 15 minutes are enough
    if options.json:
        options.json.mkdir(parents=True, exist_ok=True)
    for name in names:
        script = HERE / f"bench_{name}.py"
        if not script.exists():
            continue
        command = [sys.executable, str(script), *OTHERS.get(name, ())]
        if options.runs and name in OURS:
            command += ["--runs", str(options.runs)]
        if options.json and name in OURS:
            command += ["--json", str(options.json / f"{script.stem}.json")]
        print(f"\n## {name}", flush=True)
        began = time.perf_counter()
        subprocess.run(command, check=True)
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)
    if options.plot:
        plot(options.json or Path(), options.plot)


if __name__ == "__main__":
    main()
