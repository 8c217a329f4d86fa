"""scripts/_env says what it does while it makes .venv: on a terminal and elsewhere, and never on stdout. A Python of the test's own stands for the real one."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYTHON = r"""#!/bin/bash
here=.venv/lib/python3.11/site-packages
case "$*" in
  --version) echo "Python 3.11.7" ;;
  "-m venv"*) echo "venv speaks"; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  *"-r requirements/test.lock")
    for name in one two three; do echo "Collecting $name==1"; sleep 0.3; done
    if [ -e broken ]; then echo "ERROR: No matching distribution found for three==1"; exit 7; fi
    echo "Installing collected packages: one, two, three"
    for name in one two three; do mkdir -p "$here/$name-1.dist-info"; sleep 0.3; done ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository of nothing but what _env needs, and a script that says something on stdout."""
    for name in ("scripts", "requirements", "src/dbt_playbooks", "bin"):
        (tmp_path / name).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "_env", tmp_path / "scripts")
    (tmp_path / "scripts" / "say").write_text('source "$(dirname -- "${BASH_SOURCE[0]}")/_env"\necho data\n')
    (tmp_path / "requirements" / "test.lock").write_text("# a comment\none==1\ntwo==1\nthree==1\n")
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "src" / "dbt_playbooks" / "__init__.py").touch()
    for name in ("python3.13", "python3.12", "python3.11", "python3.10", "python3"):
        python = tmp_path / "bin" / name
        python.write_text(PYTHON)
        python.chmod(0o755)
    return tmp_path


def _environment(checkout: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{checkout / 'bin'}:{os.environ['PATH']}", "TERM": "xterm"}


def _say(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = ["bash", "scripts/say"]
    return subprocess.run(
        command, cwd=checkout, env=_environment(checkout), capture_output=True, text=True, check=False
    )


def test_the_steps_are_said_and_stdout_is_the_commands_own(checkout: Path) -> None:
    done = _say(checkout)
    assert (done.returncode, done.stdout) == (0, "data\n")
    lines = done.stderr.splitlines()
    assert lines == [
        "Making .venv with Python 3.11.7. The first time takes a few minutes.",
        "1/3 An empty environment",
        "venv speaks",
        "2/3 The 3 packages of requirements/test.lock",
        "3/3 This package",
        ".venv is ready.",
    ]
    again = _say(checkout)
    assert (again.stdout, again.stderr) == ("data\n", "")


def test_a_pipe_gets_a_line_now_and_then(checkout: Path) -> None:
    script = checkout / "scripts" / "_env"
    script.write_text(script.read_text().replace("_shown_at + 10", "_shown_at + 1"))
    done = _say(checkout)
    assert done.returncode == 0
    # how many there are when a line is due is the machine's affair
    assert re.search(r"^  [123] packages? (found|installed), \d s$", done.stderr, re.MULTILINE)
    assert "\r" not in done.stderr


def test_a_terminal_shows_how_far_it_is(checkout: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["bash", "scripts/say"],
        cwd=checkout,
        env=_environment(checkout),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    ) as process:
        os.close(theirs)
        sent = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            sent += piece
        assert process.stdout is not None
        assert process.stdout.read() == "data\n"
    os.close(ours)
    shown = [line.strip() for line in sent.decode().split("\r")]
    assert any(line.startswith("2 packages found, ") for line in shown)
    assert any(line.startswith("2 packages installed, ") for line in shown)
    assert shown.index("3/3 This package") > shown.index("2/3 The 3 packages of requirements/test.lock")
    assert ".venv is ready." in shown


def test_what_pip_says_of_a_failure_is_shown_and_the_next_time_goes_on(checkout: Path) -> None:
    (checkout / "broken").touch()
    done = _say(checkout)
    assert (done.returncode, done.stdout) == (7, "")
    assert "ERROR: No matching distribution found for three==1" in done.stderr
    assert f"pip ended with exit code 7; all that it said is in {checkout}/.venv/pip.log." in done.stderr
    assert "Collecting" not in done.stderr
    (checkout / "broken").unlink()
    again = _say(checkout)
    assert (again.returncode, again.stdout) == (0, "data\n")
    assert again.stderr.startswith("Bringing .venv up to date.\n2/3 ")


def test_folders_that_come_and_go_while_pip_installs_do_not_end_it(checkout: Path) -> None:
    find = checkout / "bin" / "find"
    find.write_text("#!/bin/bash\necho 'find: pkg_resources: No such file or directory' >&2\nexit 1\n")
    find.chmod(0o755)
    done = _say(checkout)
    assert (done.returncode, done.stdout) == (0, "data\n")
    assert "No such file" not in done.stderr


@pytest.mark.parametrize("broken_by", ["a signal", "a step that fails"])
def test_no_pip_goes_on_when_the_script_ends(checkout: Path, broken_by: str) -> None:
    slow = PYTHON.replace(
        'for name in one two three; do echo "Collecting',
        'echo $$ >pip.pid; for name in one two three; do echo "Collecting',
    )
    for python in (checkout / "bin").iterdir():
        python.write_text(slow.replace("sleep 0.3", "sleep 2"))
    script = checkout / "scripts" / "_env"
    if broken_by == "a step that fails":
        script.write_text(script.read_text().replace("    sleep 0.2\n", "    sleep 0.5\n    false\n"))
    process = subprocess.Popen(
        ["bash", "scripts/say"], cwd=checkout, env=_environment(checkout), stderr=subprocess.PIPE, text=True
    )
    pip = _pid_once_written(checkout / "pip.pid")
    if broken_by == "a signal":
        process.terminate()
    _, said = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "unbound variable" not in said
    for _ in range(100):
        if not _runs(pip):
            break
        time.sleep(0.1)
    assert not _runs(pip)


def _pid_once_written(file: Path) -> int:
    for _ in range(300):
        if file.exists() and file.read_text().strip():
            return int(file.read_text())
        time.sleep(0.1)
    raise AssertionError(f"{file} was not written")


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
