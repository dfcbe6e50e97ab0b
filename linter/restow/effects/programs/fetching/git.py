"""git: clone, init, and the commands that work in one repository (checkout, fetch, pull, reset, submodule, log and others).

By Git's documentation ("git-clone", "git-config", "githooks", "gitattributes", "gitrepository-layout") and by traces of git
2.39: read are the system's and the user's settings, templates, and, in a repository, everything below it; hooks come from
the templates or the repository's own settings. Which repository: that of the nearest folder, going up, with a ``.git``.
A settings file of the build's own may name programs and folders: only settings that lead to none are understood.

Priors (own estimates): 6 s and 60 MB a clone, 15 MB with ``--depth``.
"""

from __future__ import annotations

from restow.effects.effect import SYMBOLIC, Assumption, Effect, Invocation
from restow.effects.options import Arguments, read_options
from restow.effects.places import TOOLCHAIN, in_homes
from restow.effects.surroundings import OF_CLIENTS, ancestors, children, exact, homes, names, refuse_moved
from restow.errors import UnknownEffect
from restow.vfs import Directory, File, Region, Unknown, join
from restow.vfs.inode import IMAGE

REMOTE = Assumption("same-repositories", "a git server answers both builds alike")
NO_REPOSITORY = Assumption(
    "no-repository-in-base", "no folder of the base image above the working directory is a git repository"
)
_VARIABLES = (*OF_CLIENTS, "GIT_*", "SSH_*", "XDG_*", "SSL_*", "CURL_*")
_CLONE_FLAGS = names(
    "-q --quiet -v --verbose --progress -n --no-checkout --bare --mirror --recursive --recurse-submodules --single-branch "
    "--no-single-branch --no-tags --shallow-submodules --no-shallow-submodules --remote-submodules -4 -6 --ipv4 --ipv6 "
    "--sparse --reject-shallow --also-filter-submodules --tags"
)
_CLONE_VALUED = names(
    "-b --branch --depth -o --origin -j --jobs --filter --shallow-since --shallow-exclude --recurse-submodules"
)
_LOCAL = names(
    "checkout switch restore fetch pull reset submodule log rev-parse describe show status diff branch tag remote clean gc "
    "merge cherry-pick rebase apply am init add commit ls-files ls-tree rev-list show-ref cat-file for-each-ref config "
    "update-server-info sparse-checkout prune repack pack-refs update-index write-tree lfs archive stash rm mv name-rev "
    "symbolic-ref update-ref diff-index diff-files diff-tree shortlog blame merge-base"
)
_QUERIES = names(
    "rev-parse describe show log ls-files ls-tree rev-list show-ref cat-file for-each-ref merge-base name-rev"
)
_NETWORK = ("fetch", "pull", "submodule", "remote", "lfs")
_FILE_OPTIONS = (
    *(
        "--git-dir",
        "--work-tree",
        "--exec-path",
        "--template",
        "--upload-pack",
        "-u",
        "--reference",
        "--separate-git-dir",
    ),
    *("--file", "-f=", "--config-env", "--namespace", "--super-prefix", "--exec", "-x=", "--output"),
)
_HARMLESS = (
    *("user.", "advice.", "http.sslverify", "http.postbuffer", "http.version", "init.defaultbranch", "safe.directory"),
    *("core.autocrlf", "core.filemode", "core.eol", "core.compression", "core.longpaths", "core.safecrlf", "core.bare"),
    *(
        "core.repositoryformatversion",
        "core.logallrefupdates",
        "core.ignorecase",
        "core.precomposeunicode",
        "core.symlinks",
    ),
    *(
        "pull.",
        "push.default",
        "fetch.",
        "color.",
        "gc.",
        "pack.",
        "protocol.",
        "branch.",
        "remote.",
        "submodule.",
        "lfs.",
    ),
    *(
        "merge.ff",
        "rebase.",
        "commit.gpgsign",
        "http.lowspeed",
        "http.proxy",
        "https.proxy",
        "core.preloadindex",
        "index.",
    ),
    *("extensions.", "transfer.", "checkout.", "clone.", "status.", "log.", "credential.username", "feature.", "tag."),
)
_LFS = ("filter.lfs.",)


def effect(call: Invocation) -> Effect:
    """Of ``git [-C folder] [-c name=value] command ...``."""
    folder, words = _globals(call)
    if words[:1] in (("--version",), ("version",), ("--help",), ("help",)):
        return Effect(reads=(TOOLCHAIN,), environment=_VARIABLES)
    command, rest = (*words[:1], "")[0], words[1:]
    _check_variables(call)
    if command == "clone":
        return _clone(call, folder, rest)
    if command == "config" and {"--global", "--system"} & set(rest):
        return _user_settings(call, rest)
    if command == "ls-remote":
        call.assume(REMOTE)
        return Effect(reads=_base(call), environment=_VARIABLES, network=True, seconds=1.0)
    if command in _LOCAL:
        return _local(call, folder, command, rest)
    raise UnknownEffect(f"git {command.replace(SYMBOLIC, '$')} is not modelled")


def _globals(call: Invocation) -> tuple[str, tuple[str, ...]]:
    """The folder to work in, and the words from the command on."""
    words, folder = list(call.argv[1:]), "."
    while words and words[0].startswith("-") and words[0] not in ("--version", "--help"):
        word = words.pop(0)
        if word == "-C" and words:
            folder = _inside(folder, words.pop(0))
        elif word == "-c" and words and _is_harmless(words[0].partition("=")[0], words[0].partition("=")[2]):
            words.pop(0)
        elif word not in ("-P", "--no-pager", "--no-optional-locks", "--literal-pathspecs"):
            raise UnknownEffect(f"the option {word.replace(SYMBOLIC, '$')} of git is not modelled")
    return folder, tuple(words)


def _inside(folder: str, path: str) -> str:
    return path if path.startswith(("/", "~", SYMBOLIC)) else f"{folder}/{path}"


def _is_harmless(name: str, value: str) -> bool:
    lower = name.lower()
    if SYMBOLIC in name:
        return False
    if lower.startswith("url.") and lower.endswith(("insteadof",)):
        return "://" in name and "file:" not in lower
    if lower.startswith(("remote.", "submodule.", "branch.")) and lower.endswith(("url", "uploadpack", "receivepack")):
        return lower.endswith("url") and not value.startswith(("/", ".", "file:", "~")) and SYMBOLIC not in value[:1]
    if lower.startswith(_LFS):
        return True
    return lower.startswith(_HARMLESS) and not lower.endswith(("command", "helper", "template"))


def _check_variables(call: Invocation) -> None:
    harmless = ("GIT_SSL_NO_VERIFY", "GIT_TERMINAL_PROMPT", "GIT_CURL_VERBOSE", "GIT_TRACE", "GIT_LFS_SKIP_SMUDGE")
    people = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_HTTP_")
    for name in call.environment:
        known = name in harmless or name.startswith(people)
        if name.startswith("GIT_") and name[4:].split("_")[0] in _LEADING and not known:
            raise UnknownEffect(f"{name} may lead git to other files or programs")


_LEADING = frozenset(
    "DIR WORK INDEX OBJECT ALTERNATE CONFIG SSH EXEC TEMPLATE ASKPASS EXTERNAL PROXY ATTR PAGER EDITOR COMMON".split()
)


def _base(call: Invocation) -> tuple[Region, ...]:
    """Settings of the system and the user, checked as far as the build wrote them; ssh's and the network's."""
    refuse_moved(call)
    for home in dict.fromkeys((call.home, "/root")):
        for path in (join(home, ".gitconfig"), join(home, ".config/git/config"), "/etc/gitconfig"):
            _check_settings(path, call.known_text(path) or "")
    return (
        TOOLCHAIN,
        homes(
            call, ".gitconfig", ".config", ".ssh", ".netrc", ".git-credentials", ".gitignore", ".cache/git", ".gnupg"
        ),
        in_homes(call, ".gitconfig", ".netrc") if SYMBOLIC not in call.directory else Region(),
    )


def _check_settings(path: str, text: str) -> None:
    """Raise UnknownEffect where a settings file has a line that may lead to files or programs (git-config, "Syntax")."""
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            head, _, name = line.strip("[] ").partition(" ")
            section = f"{head}.{name.strip().strip(chr(34))}." if name else f"{head}."
        elif line and line[0] not in "#;":
            name, _, value = (part.strip() for part in line.partition("="))
            if not _is_harmless(section + name, value.strip('"')):
                raise UnknownEffect(f"{path} sets {section}{name}, which may lead git to other files or programs")


def _clone(call: Invocation, folder: str, rest: tuple[str, ...]) -> Effect:
    words, settings = _without_settings(rest)
    arguments = read_options(("git", *words), flags=_CLONE_FLAGS, valued=_CLONE_VALUED - _CLONE_FLAGS)
    if not 1 <= len(arguments.operands) <= 2:
        raise UnknownEffect("git clone without an address")
    address = arguments.operands[0]
    if not _is_remote(address):
        raise UnknownEffect(f"git clone of {address.replace(SYMBOLIC, '$')!r}, which may be a local repository")
    for setting in settings:
        if not _is_harmless(*setting.partition("=")[::2]):
            raise UnknownEffect("git clone with settings that may lead to other files or programs")
    target = call.path(_inside(folder, _target(arguments)))
    if target == "/":
        raise UnknownEffect("git clone into the root directory may write anywhere")
    call.assume(REMOTE)
    place = Region((target,))
    known_hosts = () if address.startswith(("http:", "https:")) else (homes(call, ".ssh"),)
    return Effect(
        reads=(*_base(call), place),
        writes=(place, *known_hosts),
        environment=_VARIABLES,
        network=True,
        seconds=6.0,
        size=15_000_000 if arguments.has("--depth") else 60_000_000,
    )


def _without_settings(rest: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """The words without ``-c name=value`` and ``--config name=value``, and these settings."""
    words, settings, todo = [], [], list(rest)
    while todo:
        word = todo.pop(0)
        if word in ("-c", "--config") and todo:
            settings.append(todo.pop(0))
        elif word.startswith("--config="):
            settings.append(word.partition("=")[2])
        else:
            words.append(word)
    return tuple(words), settings


def _is_remote(address: str) -> bool:
    """``https://``, ``git://``, ``ssh://`` and ``user@host:path`` (git-clone, "GIT URLS")."""
    scheme, mark, _ = address.partition("://")
    if mark:
        return scheme in ("https", "http", "git", "ssh", "git+ssh", "ftp", "ftps")
    host, colon, _ = address.partition(":")
    return bool(colon) and "@" in host and "/" not in host and SYMBOLIC not in host


def _target(arguments: Arguments) -> str:
    """The folder named, else the last part of the address without ``.git`` (git-clone, "<directory>")."""
    if len(arguments.operands) == 2:
        return arguments.operands[1]
    name = (
        arguments.operands[0]
        .rstrip("/")
        .removesuffix("/.git")
        .removesuffix(".git")
        .rsplit("/", 1)[-1]
        .rsplit(":", 1)[-1]
    )
    if not name or SYMBOLIC in name or "$" in name:
        raise UnknownEffect("the name of the folder that git clones into is not known")
    return name + (".git" if arguments.has("--bare", "--mirror") else "")


def _user_settings(call: Invocation, rest: tuple[str, ...]) -> Effect:
    """``git config --global name value``: only settings that lead to no file or program."""
    words = [
        word
        for word in rest
        if word
        not in ("--global", "--system", "--add", "--unset", "--replace-all", "--bool", "set", "unset", "--unset-all")
    ]
    if not words or words[0].startswith("-") or not _is_harmless(words[0], (*words[1:], "")[0]):
        raise UnknownEffect("this setting of git may lead later commands to other files or programs")
    place = (
        Region(("/etc/gitconfig", "/etc/gitconfig.lock"))
        if "--system" in rest
        else homes(call, ".gitconfig", ".config/git")
    )
    return Effect(reads=(*_base(call), place), writes=(place,), environment=_VARIABLES)


def _local(call: Invocation, folder: str, command: str, rest: tuple[str, ...]) -> Effect:
    """A command in a repository: it may read and write all of it, and nothing outside but settings."""
    for word in rest:
        if any(word == option or word.startswith(f"{option.rstrip('=')}=") for option in _FILE_OPTIONS):
            raise UnknownEffect(f"git {command} {word.split('=')[0].replace(SYMBOLIC, '$')} is not modelled")
    if command != "init":
        _check_operands(command, rest)
    here = call.path(folder)
    if command == "init":
        here = call.path(_inside(folder, next((word for word in rest if not word.startswith("-")), ".")))
    if command == "config" and not _is_setting(rest):
        raise UnknownEffect("this setting of git may lead later commands to other files or programs")
    roots = (here,) if command == "init" else _repositories(call, here)
    if "/" in roots:
        raise UnknownEffect("the root directory may be a git repository")
    for root in roots:
        _check_repository(call, join(root, ".git"))
    above = exact(call, *(join(each, ".git") for each in (here, *ancestors(here))))
    network = command in _NETWORK
    if network:
        call.assume(REMOTE)
    region = Region(roots)
    indexes = Region(tuple(join(root, ".git") for root in roots))
    return Effect(
        reads=(*_base(call), region, above),
        writes=(indexes if command in _QUERIES else region, homes(call, ".ssh", ".cache/git") if network else Region()),
        environment=_VARIABLES,
        network=network,
        seconds=4.0 if network else 0.5,
    )


def _check_repository(call: Invocation, git: str) -> None:
    """The repository's own settings, and its hooks: those that the build brought in are programs of the project."""
    _check_settings(join(git, "config"), call.known_text(join(git, "config")) or "")
    for name in children(call, join(git, "hooks")):
        if not name.endswith(".sample") and isinstance(call.node(join(git, "hooks", name)), File):
            raise UnknownEffect(f"the hook {join(git, 'hooks', name)} may run anything")


def _is_setting(rest: tuple[str, ...]) -> bool:
    words = [word for word in rest if not word.startswith("-")]
    return bool(words) and _is_harmless(words[0], (*words[1:], "")[0])


def _check_operands(command: str, rest: tuple[str, ...]) -> None:
    """Words that lead out of the repository: a local remote, an output file, a path above."""
    for word in rest:
        if word.startswith(("/", "~", "file:")) or ".." in word.split("/"):
            raise UnknownEffect(f"git {command} {word.replace(SYMBOLIC, '$')} may lead out of the repository")
    if command in ("submodule", "lfs", "rebase", "stash") and "foreach" in rest:
        raise UnknownEffect("git submodule foreach runs a program of its own")
    if command == "rebase" and any(word.startswith("-") for word in rest):
        raise UnknownEffect("git rebase with options is not modelled")
    if command == "archive":
        raise UnknownEffect("git archive is not modelled")


def _repositories(call: Invocation, here: str) -> tuple[str, ...]:
    """The folders that may be the work tree: from the working directory up to one that surely is."""
    found: list[str] = []
    for folder in (here, *ancestors(here)):
        node = call.node(join(folder, ".git"))
        if isinstance(node, File | Directory):
            found.append(folder)
            if isinstance(node, File):
                raise UnknownEffect(f"{join(folder, '.git')} leads to a repository elsewhere")
            break
        if isinstance(node, Unknown):
            if _is_of_base(node):
                call.assume(NO_REPOSITORY)
            else:
                found.append(folder)
    if not found:
        raise UnknownEffect(f"it is not known where the git repository of {here} is")
    return tuple(found)


def _is_of_base(node: Unknown) -> bool:
    """Whether nothing in the build may have put something there."""
    return node.origin.base.startswith(IMAGE) and not node.origin.writes
