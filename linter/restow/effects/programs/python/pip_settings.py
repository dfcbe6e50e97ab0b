"""The options of pip that the model understands (pip documentation, "pip install" and general options, up to 25), and the
names of modules that pip imports, so that a file of that name in a folder of ``sys.path`` takes their place.
"""

from __future__ import annotations

import sys

from restow.effects.surroundings import names

FLAGS = names(
    "--no-cache-dir --no-cache --no-deps --no-dependencies --pre -U --upgrade -q --quiet -v --verbose --user "
    "--no-user --require-hashes --force-reinstall -I --ignore-installed --ignore-requires-python "
    "--no-build-isolation --debug --dry-run --check-build-dependencies --use-pep517 --no-use-pep517 --compile "
    "--no-compile --no-warn-script-location --no-color --no-warn-conflicts --disable-pip-version-check --no-input "
    "--isolated --require-virtualenv --require-venv --no-index --break-system-packages --prefer-binary --no-clean "
    "--no-python-version-warning -y --yes --version -V --help -h --site --outdated -o --uptodate --local -l "
    "--not-required --all --files --global --no-binary-cache --no-verify"
)
VALUED = names(
    "-r --requirement -c --constraint -e --editable -t --target --platform --python-version --implementation "
    "--abi --root --prefix --src --source --source-dir --source-directory --upgrade-strategy --config-settings "
    "--config-setting -C --global-option --install-option --build-option --no-binary --only-binary --progress-bar "
    "--root-user-action --report -i --index-url --pypi-url --extra-index-url -f --find-links --python --proxy "
    "--retries --timeout --default-timeout --exists-action --trusted-host --cert --client-cert --cache-dir --log "
    "--log-file --use-feature --use-deprecated --keyring-provider -d --dest --destination-dir "
    "--destination-directory -w --wheel-dir -b --build --build-dir --group --format --path --exclude "
    "--resume-retries --build-constraint"
)
SHORT = {
    **{
        "-r": "--requirement",
        "-c": "--constraint",
        "--build-constraint": "--constraint",
        "-e": "--editable",
        "-t": "--target",
    },
    **{"-f": "--find-links", "-C": "--config-settings", "--config-setting": "--config-settings", "-w": "--wheel-dir"},
    **{"--source": "--src", "--source-dir": "--src", "--source-directory": "--src", "-d": "--dest", "-b": "--build"},
    **{"--destination-dir": "--dest", "--destination-directory": "--dest", "--build-dir": "--build", "-V": "--version"},
    **{"--no-cache": "--no-cache-dir", "--log-file": "--log", "-h": "--help"},
}
"""One name for options that mean the same."""
FOLDERS = ("--target", "--root", "--prefix", "--src", "--dest", "--wheel-dir", "--build", "--log", "--report")
"""Options whose value is a folder or file that pip writes."""
BENIGN = names(
    "--index-url --extra-index-url --pypi-url --trusted-host --timeout --default-timeout --retries --proxy "
    "--progress-bar --root-user-action --no-binary --only-binary --use-feature --use-deprecated --exists-action "
    "--keyring-provider --format --upgrade-strategy --platform --python-version --implementation --abi "
    "--resume-retries"
)
"""Options with a value that leads to no file: in a setting they need no look."""
GLOBAL = (
    sys.stdlib_module_names
    - {"test", "idlelib", "lib2to3", "turtledemo", "tkinter", "turtle", "this", "antigravity", "__main__"}
) | {
    "pip",
    "setuptools",
    "wheel",
    "pkg_resources",
    "sitecustomize",
    "usercustomize",
    "_distutils_hack",
    "distutils",
    "imp",
    "asynchat",
}
"""Modules that running pip imports, or may: the standard library's (CPython keeps ``test`` for itself) and packaging's own."""
