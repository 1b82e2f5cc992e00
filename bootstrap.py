#!/usr/bin/env python3
"""Set the project up in .venv and run it; needs nothing but Python 3.11 or newer.

    python3 bootstrap.py report baseline     set up if needed, then: referralsim report baseline
    python3 bootstrap.py COMMAND ...         the same for any other referralsim command
    python3 bootstrap.py test [ARGUMENTS]    set up with the test extras, then: pytest -n auto ARGUMENTS
    python3 bootstrap.py lint                set up with the development extras, then: ruff (rules and format) and mypy

It may be called from any directory; commands run in the checkout, so results/ and reports/ are there.
The versions are those of constraints.txt. What is already set up is used again until pyproject.toml or
constraints.txt changes.
"""
# Old Pythons must get as far as the sentence that turns them away: no f-string, no annotation, no new syntax.

import hashlib
import json
import os
import re
import subprocess
import sys

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "referralsim-setup.json")
SCRIPTS = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
EXTRAS = {"test": ["test"], "lint": ["dev", "test"]}
LAST_LINES = 12
OFFLINE_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectionResetError",
    "ProxyError",
    "ConnectTimeout",
    "ReadTimeout",
    "Failed to establish a new connection",
    "name resolution",
    "getaddrinfo failed",
    "Read timed out",
    "Connection refused",
    "Network is unreachable",
    "Could not fetch URL",
    "from versions: none",
)


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def too_old(version):
    """Give the sentence for a Python that is too old, or None."""
    if tuple(version[:2]) >= OLDEST:
        return None
    return (
        "referralsim needs Python %d.%d or newer; this is Python %d.%d. "
        "Start it with a newer one, for example: python3.12 bootstrap.py report baseline"
    ) % (OLDEST + tuple(version[:2]))


def digest(root=ROOT):
    """Name the state of the two files that decide what is installed."""
    found = hashlib.sha256(root.encode("utf-8", "surrogateescape"))  # a moved checkout has a broken .venv
    for name in ("pyproject.toml", "constraints.txt"):
        with open(os.path.join(root, name), "rb") as file:
            found.update(b"\0" + file.read())
    return found.hexdigest()


def read_stamp(path=STAMP):
    """Give what the last set-up left behind; an empty dict where there is none or it is damaged."""
    try:
        with open(path) as file:
            stamp = json.load(file)
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp, path=STAMP):
    """Write the stamp whole or not at all."""
    aside = path + ".new"
    with open(aside, "w") as file:
        json.dump(stamp, file, indent=1)
    os.replace(aside, path)


def plan(stamp, wanted, current, python):
    """Decide between "nothing", "install" into what is there, and "create" from scratch; and with which extras.

    ``stamp`` is what `read_stamp` found, ``wanted`` the extras asked for, ``current`` the present `digest`
    and ``python`` the running version, as text.
    """
    extras = sorted(set(wanted) | set(stamp.get("extras", [])))
    if stamp.get("state") != "ready" or stamp.get("python") != python:
        return "create", extras
    if stamp.get("digest") == current and set(wanted) <= set(stamp.get("extras", [])):
        return "nothing", extras
    return "install", extras


def environment():
    """Give the environment for pip and the commands: the user's, without what would lead out of .venv."""
    astray = ("PYTHONHOME", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    kept.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1", PIP_USER="0")
    return kept


def create():
    """Make .venv from the standard library."""
    import importlib.util
    import shutil

    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise SetupError(
            "This Python comes without venv or ensurepip, which set-up needs. On Debian or Ubuntu: "
            "apt install python%d.%d-venv (or python3-venv); elsewhere take the Python of python.org."
            % tuple(sys.version_info[:2])
        )
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        raise SetupError("Set-up must rebuild .venv; start it with a Python outside of .venv.")
    if os.path.isdir(VENV) and os.listdir(VENV) and not os.path.exists(STAMP):
        raise SetupError("%s exists and was not made by this script; move it away, then try again." % VENV)
    say("Making .venv with Python %d.%d ..." % tuple(sys.version_info[:2]))
    if not os.path.isdir(VENV):
        os.mkdir(VENV)
    # The stamp comes first and goes last: it marks an unfinished .venv as ours.
    write_stamp({"state": "unfinished"})
    for name in os.listdir(VENV):
        path = os.path.join(VENV, name)
        if path == STAMP:
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode:
        lines = made.stdout.decode("utf-8", "replace").strip().splitlines()[-LAST_LINES:]
        raise SetupError("Python could not make .venv:\n  " + "\n  ".join(lines))


def install(extras):
    """Install the project, editable, under the constraints; one moving line on a terminal, few elsewhere."""
    target = "." + ("[%s]" % ",".join(extras) if extras else "")
    command = [
        os.path.join(SCRIPTS, "python" + SUFFIX),
        "-m",
        "pip",
        "install",
        "--progress-bar",
        "off",
        "--editable",
        target,
    ]
    env = environment()
    # From the environment the constraints reach the build backend too, which pip installs apart (older pip
    # reads the first name, newer the second). pip splits these at blanks, so the path is relative.
    env["PIP_CONSTRAINT"] = (env.get("PIP_CONSTRAINT", "") + " constraints.txt").strip()
    env["PIP_BUILD_CONSTRAINT"] = "constraints.txt"
    env.setdefault("PIP_RETRIES", "2")
    say("Installing referralsim%s ..." % target[1:])
    pip = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        encoding="utf-8",
        errors="replace",
    )
    lines = follow(pip.stdout)
    if pip.wait():
        raise SetupError(failure(lines))


def follow(output):
    """Read pip's output to its end, show where it is, and give the lines back."""
    lines, fetched, terminal = [], 0, sys.stderr.isatty()
    for line in output:
        line = line.rstrip()
        lines.append(line)
        words = line.split()
        shown = None
        if words[:1] == ["Collecting"]:
            fetched += 1
            shown = "package %d: %s" % (fetched, re.split("[^A-Za-z0-9._-]", words[1])[0])
            if not terminal and fetched % 20 != 1:
                shown = None
        elif line.startswith("Installing collected packages:"):
            shown = "putting %d packages in place; this can take some minutes" % len(line.split(":")[1].split(","))
        if shown and terminal:
            sys.stderr.write("\r\033[K  " + shown[:70])
            sys.stderr.flush()
        elif shown:
            say("  " + shown)
    if terminal:
        sys.stderr.write("\r\033[K")
    return lines


def failure(lines):
    """Give the text for a failed pip: first what it means, then the last lines that show it."""
    seen = []
    for line in lines:
        short = line if len(line) <= 200 else line[:197] + "..."
        if short and short not in seen:
            seen.append(short)
    offline = [line for line in seen if any(sign in line for sign in OFFLINE_SIGNS)]
    first, shown = "Set-up failed; these are the last lines of pip:", seen[-LAST_LINES:]
    if offline:
        first, shown = (
            (
                "Set-up needs the network once, to fetch the packages of constraints.txt, and could not reach "
                "the package index. Behind a proxy, set HTTPS_PROXY; with an index of your own, PIP_INDEX_URL. "
                "Output of pip:"
            ),
            offline[-3:],
        )
    return first + "".join("\n  " + line for line in shown)


def set_up(wanted):
    """Bring .venv to the state that is wanted; do nothing where it is there already."""
    stamp, current, python = read_stamp(), digest(), "%d.%d" % sys.version_info[:2]
    step, extras = plan(stamp, wanted, current, python)
    if step != "create" and not os.path.exists(os.path.join(SCRIPTS, "python" + SUFFIX)):
        step = "create"  # the Python it was made with has been removed
    if step == "nothing":
        return
    if step == "create":
        create()
    write_stamp({"state": "unfinished", "extras": extras})  # interrupted from here on, the next start begins again
    try:
        install(extras)
    except SetupError:
        if step == "install":
            write_stamp(stamp)  # pip changes nothing before all is fetched: what worked still works
        raise
    write_stamp({"state": "ready", "digest": current, "extras": extras, "python": python})


def from_here(arguments, here, root=ROOT):
    """Make files named from where the user stands absolute, because the command runs in the checkout.

    Only what looks like a file (a dot or a separator in it) is looked for: ``baseline`` stays a name.
    """
    if os.path.realpath(here) == os.path.realpath(root):
        return list(arguments)
    found = []
    for text in arguments:
        path = os.path.join(here, text)
        found.append(path if ("." in text or os.sep in text) and os.path.isfile(path) else text)
    return found


def commands(arguments):
    """Give the command lines that these arguments stand for."""

    def tool(name):
        return os.path.join(SCRIPTS, name + SUFFIX)

    if arguments[:1] == ["test"]:
        # All cores, unless a number is asked for. (With --pdb, "auto" is one process by itself.)
        asked = any(text.startswith(("-n", "--numprocesses")) for text in arguments[1:])
        return [[tool("python"), "-m", "pytest"] + ([] if asked else ["-n", "auto"]) + arguments[1:]]
    if arguments[:1] == ["lint"]:
        return [[tool("ruff"), "check", "."], [tool("ruff"), "format", "--check", "."], [tool("mypy")]]
    return [[tool("referralsim")] + arguments]


def run(command, last):
    """Run a command in the checkout and give its exit code; the last takes this process's place if it can."""
    if last and os.name == "posix":  # signals then reach the command itself
        os.chdir(ROOT)
        os.execve(command[0], command, environment())
    process = subprocess.Popen(command, cwd=ROOT, env=environment())
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the command got it too and ends in its own way
            continue
        return code if code >= 0 else 128 - code


def main(arguments):
    """Set up, run, and give the exit code."""
    sentence = too_old(sys.version_info)
    if sentence:
        say(sentence)
        return 2
    if not arguments or arguments[0] in ("-h", "--help"):
        say(__doc__.strip())
        return 0
    here = os.getcwd()
    try:
        set_up(EXTRAS.get(arguments[0], []))
        wanted = commands(arguments[:1] + from_here(arguments[1:], here))
        for number, command in enumerate(wanted, start=1):
            code = run(command, last=number == len(wanted))
            if code:
                return code
    except SetupError as problem:
        say(str(problem))
        return 2
    except OSError as problem:
        say("Set-up could not go on: %s" % problem)
        return 2
    except KeyboardInterrupt:
        say("Stopped. Start it again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
