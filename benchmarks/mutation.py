"""Which small faults in the rules, or another package, their tests would notice: mutmut on a copy of the tree.

A mutant has one small fault in one function. It is killed if a test that reaches the function fails or takes much
too long, cheap tests first; otherwise it survives, and either a test is missing or the fault changes nothing. mutmut
makes none in class bodies and in decorated functions such as validators and properties, nor in f-strings.

    python -m benchmarks.mutation --workers 2
    python -m benchmarks.mutation --module rest.py weekly.py --sample 200 --seed 1
    python -m benchmarks.mutation --package scoring --module stars.py
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mutmut.mutation.data import MutantLineSpans
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name, mangled_name_from_mutant_name

from benchmarks.machine import describe_machine

# A mutant that loops for ever is stopped after (seconds its tests take + constant) x multiplier. The clock on the
# wall counts, so on a busy machine others may be stopped too: these show as timeouts, which the table counts apart.
SETTINGS = """
[tool.mutmut]
source_paths = ["schedsolver"]
only_mutate = {modules}
also_copy = ["docs", "examples"]
pytest_add_cli_args_test_selection = ["tests/{package}"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "-k", {tests}]
timeout_constant = 3.0
timeout_multiplier = 4.0
track_dependencies = false
use_git_change_detection = false
"""
# Random tests come last anyway; a few examples tell, and a failure need not be made small.
RANDOM_EXAMPLES = "max_examples=10"
NO_SHRINKING = """
settings.register_profile("mutation", settings.get_profile("repeatable"), phases=["explicit", "generate"])
settings.load_profile("mutation")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", default="rules", metavar="NAME", help="folder of schedsolver and of tests")
    parser.add_argument("--module", nargs="+", default=[], metavar="FILE", help="only these of the package")
    parser.add_argument("--sample", type=int, metavar="N", help="only so many mutants, drawn from all of them")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--tests", default="", metavar="EXPRESSION", help="only these of its tests, as for pytest -k")
    parser.add_argument("--workers", type=int, default=1, help="processes at a time")
    arguments = parser.parse_args()
    source = Path("schedsolver", arguments.package)
    modules = [source / name for name in arguments.module] or sorted(source.glob("*.py"))
    missing = [str(module) for module in modules if not module.is_file()]
    if missing:
        parser.error(f"not there: {', '.join(missing)}")
    print(describe_machine())

    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="schedsolver-mutation-") as folder:
        copy_tree(Path(folder), arguments.package, modules, arguments.tests)
        with contextlib.chdir(folder):
            names = [] if arguments.sample is None else sample(modules, arguments.sample, arguments.seed)
            command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", str(arguments.workers)]
            ended = subprocess.run([*command, *names], stdout=sys.stderr).returncode
            if ended > 0:
                raise SystemExit("mutmut gave up; all tests must pass before mutants are tried (see --tests)")
            found = {module: results_of(module) for module in modules}
            print_scores(found)
            print_survivors(found)
    print(f"\n{time.perf_counter() - started:.0f} s")
    if ended < 0:
        raise SystemExit(f"mutmut was ended by signal {-ended}; these are the mutants it had tried by then")


def copy_tree(to: Path, package: str, modules: list[Path], tests: str) -> None:
    """Copy package, tests and the pages they read, with mutmut's settings and few random examples."""
    for folder in ("schedsolver", "tests", "docs", "examples"):
        shutil.copytree(folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    names = json.dumps([str(module) for module in modules])
    settings = SETTINGS.format(package=package, modules=names, tests=json.dumps(tests))
    (to / "pyproject.toml").write_text(Path("pyproject.toml").read_text() + settings)
    for file in (to / "tests" / package).glob("*.py"):
        file.write_text(re.sub(r"max_examples=\d+", RANDOM_EXAMPLES, file.read_text()))
    conftest = to / "tests" / "conftest.py"
    conftest.write_text(conftest.read_text() + NO_SHRINKING)


def sample(modules: list[Path], count: int, seed: int) -> list[str]:
    """Draw names of mutants."""
    names = [
        get_mutant_name(module, name)
        for module in modules
        for name in mutate_file_contents(str(module), module.read_text()).mutant_names
    ]
    return sorted(random.Random(seed).sample(names, min(count, len(names))))


def results_of(module: Path) -> dict[str, str]:
    """Give what became of each mutant that was tried, by name."""
    meta = Path("mutants", f"{module}.meta")
    codes = json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {}
    return {name: status_by_exit_code[code] for name, code in codes.items() if code is not None}


def print_scores(found: dict[Path, dict[str, str]]) -> None:
    print(f"\n{'module':<20}{'mutants':>8}{'killed':>8}{'timeout':>9}{'survived':>10}{'score':>8}")
    total: Counter[str] = Counter()
    for module, results in found.items():
        counts = Counter(results.values())
        total += counts
        print_score(module.name, counts)
    print_score("all", total)


def print_score(name: str, counts: Counter[str]) -> None:
    mutants = counts.total()
    survived = counts["survived"] + counts["no tests"]
    killed = mutants - survived - counts["timeout"]
    score = f"{1 - survived / mutants:.1%}" if mutants else "-"
    print(f"{name:<20}{mutants:>8}{killed:>8}{counts['timeout']:>9}{survived:>10}{score:>8}")


def print_survivors(found: dict[Path, dict[str, str]]) -> None:
    for module, results in found.items():
        for name, status in results.items():
            if status != "killed":
                print(f"\n{status}: {name}")
                print("\n".join(diff(module, name)))


def diff(module: Path, name: str) -> Iterator[str]:
    """Give the lines in which a mutant differs, numbered as in the module."""
    mutant = name.rpartition(".")[2]
    mangled = mangled_name_from_mutant_name(mutant)
    function = re.split("[_ǁ]", mangled, maxsplit=1)[1].rpartition("ǁ")[2]
    spans = MutantLineSpans.load(module)
    assert spans is not None
    original = f"{mangled}__mutmut_orig"
    texts = spans.read_function_sources([original, mutant])
    before, after = (
        text.strip("\n").replace(own, function, 1) for text, own in zip(texts, (original, mutant), strict=True)
    )
    source = module.read_text()
    assert before in source, f"{name} not found in {module}"
    changed = source.replace(before, after, 1)
    return difflib.unified_diff(source.splitlines(), changed.splitlines(), str(module), str(module), n=0, lineterm="")


if __name__ == "__main__":
    main()
