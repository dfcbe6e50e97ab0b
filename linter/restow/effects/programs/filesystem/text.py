"""Programs that only read and print: cat, ls, sort, cut, tr, head, awk, grep, sha512sum, dirname, stat, ldd, jq and others.

What they print goes where the shell sends it; that is the shell's effect. Where a name is not known everything counts as
read: nothing is written either way. A list of checksums names files of its own, anywhere.
An option that is not in the table is not understood: it may write (``sort -o``) or start programs.

Priors (own estimates): 0.1 s; no bytes.
"""

from __future__ import annotations

from restow.effects.awk import asks_for_files, only_prints
from restow.effects.effect import PLAIN, SYMBOLIC, Effect, Invocation
from restow.effects.operands import readable
from restow.effects.options import Arguments, read_options
from restow.effects.places import TOOLCHAIN
from restow.effects.surroundings import homes
from restow.errors import UnknownEffect
from restow.vfs import Region

_SUMS = "-b -t -c -w -s --check --status --quiet --strict --warn --binary --text --tag --ignore-missing"
_GREP = (
    "-q -i -v -E -F -P -G -o -c -n -w -x -s -h -H -l -L -r -R -z -a -U --quiet --silent --invert-match --ignore-case "
    "--extended-regexp --fixed-strings --perl-regexp --only-matching --count --word-regexp --line-regexp --no-messages "
    "--recursive --text --line-number --null --files-with-matches --color --colour --no-filename --with-filename"
)
_TABLE: dict[str, tuple[str, str]] = {
    "awk": ("", "-F -v --field-separator --assign"),
    "base64": ("-d --decode -i", "-w --wrap"),
    "basename": ("-a -z", "-s --suffix"),
    "cat": ("-n -b -e -s -A -v -E -T -t -u --number --show-all", ""),
    "cmp": ("-s -b -l", "-n"),
    "comm": ("-1 -2 -3 -z -12 -13 -23", ""),
    "cut": (
        "-s -z -n --complement --only-delimited",
        "-d -f -c -b --delimiter --fields --characters --output-delimiter",
    ),
    "df": ("-h -k -m -T -P -a -i", ""),
    "diff": ("-u -q -r -N -a -b -w -B -s --brief --unified --recursive", "-U"),
    "dirname": ("-z", ""),
    "du": ("-s -h -a -c -k -m -x -b -L -S --summarize --human-readable --apparent-size", "-d --max-depth --exclude"),
    "expr": ("", ""),
    "file": ("-b -L -i -z --brief --mime --mime-type --mime-encoding --dereference", ""),
    "fold": ("-s -b", "-w"),
    "free": ("-m -g -h", ""),
    "getconf": ("-a", ""),
    "getent": ("", ""),
    "grep": (_GREP, "-e --regexp -f --file -m --max-count -A -B -C --include --exclude --exclude-dir"),
    "head": ("-q -v", "-n -c --lines --bytes"),
    "jq": (
        "-r -c -e -n -s -S -M -j -R -a --raw-output --compact-output --exit-status --null-input --slurp --sort-keys",
        "",
    ),
    "ldd": ("-v -r -u --version", ""),
    "locale": ("-a -m", ""),
    "ls": (
        "-l -a -A -h -d -1 -R -t -r -F -i -s -S -n -p -L -H -B -C -x -U -f -k -o -g -G -Z -c -u -X --all --almost-all "
        "--color --full-time --directory --recursive --human-readable --group-directories-first --size --reverse",
        "-I --ignore -w --sort --time-style --format --block-size",
    ),
    "lsb_release": ("-a -s -c -i -r -d --short --codename --id --release --description --all", ""),
    "md5sum": (_SUMS, ""),
    "nl": ("-ba", "-b"),
    "nm": ("-D -g -C -u", ""),
    "objdump": ("-p -x -h -f", ""),
    "od": ("-v -c -x -b", "-A -t -N -j -w"),
    "paste": ("-s -z", "-d --delimiters"),
    "pgrep": ("-f -l -x -a", "-u"),
    "pidof": ("-s -x", ""),
    "ps": ("-e -f -a -x -u -A", ""),
    "readelf": ("-d -h -l -S -s -a -W", ""),
    "readlink": (
        "-f -e -m -n -q -v -s -z --canonicalize --canonicalize-existing --canonicalize-missing --no-newline",
        "",
    ),
    "realpath": ("-e -m -s -q -L -P -z --strip --no-symlinks", "--relative-to --relative-base"),
    "rev": ("", ""),
    "scanelf": (
        "-n -q -y -R -r -B -p --needed --nobanner --recursive --quiet --rpath --path",
        "-F --format -s --symbol -E --etype",
    ),
    "seq": ("-w", "-f -s"),
    "sha1sum": (_SUMS, ""),
    "sha224sum": (_SUMS, ""),
    "sha256sum": (_SUMS, ""),
    "sha384sum": (_SUMS, ""),
    "sha512sum": (_SUMS, ""),
    "b2sum": (_SUMS, "-l"),
    "cksum": ("", ""),
    "shasum": (f"{_SUMS} -p", "-a --algorithm"),
    "sort": (
        "-u -n -r -V -f -b -d -g -h -i -M -R -s -z -c -C --unique --numeric-sort --reverse --version-sort --stable "
        "--ignore-case --zero-terminated --check --general-numeric-sort",
        "-k -t --key --field-separator",
    ),
    "stat": ("-L -f -t --dereference --terse", "-c --format --printf"),
    "strings": ("-a", "-n"),
    "sync": ("-f -d", ""),
    "tac": ("-b -r", "-s"),
    "tail": ("-q -v", "-n -c --lines --bytes"),
    "tr": ("-d -s -c -C -t --delete --squeeze-repeats --complement --truncate-set1", ""),
    "tree": ("-a -d -f -h -i", "-L"),
    "tty": ("-s", ""),
    "uniq": ("-c -d -u -i -z --count --repeated --unique --ignore-case", "-f -s -w"),
    "uptime": ("", ""),
    "uuidgen": ("-r -t", ""),
    "wc": ("-l -w -c -m -L --lines --words --bytes --chars", ""),
    "xxd": ("-p -r -ps -u -i -b", "-l -c -s -g"),
    "yes": ("", ""),
    "zcat": ("-f", ""),
}
_LIKE = {"gawk": "awk", "mawk": "awk", "nawk": "awk", "egrep": "grep", "fgrep": "grep", "zgrep": "grep"}
_VARIABLES = ("PATH", "LANG", "LC_*", "LANGUAGE", "TZ")
_WITHOUT_FILES = frozenset("tr expr seq basename dirname yes uuidgen tty free uptime pidof pgrep".split())
"""Those whose words are no names of files."""
_EVERYWHERE = frozenset("ldd scanelf jq getent sync lsb_release ps df getconf".split())
"""Those that read what no word names: libraries, modules, the account sources of the system."""
_ALL_VARIABLES = frozenset("jq ldd lsb_release ps getconf".split())
_TAKES_OPTIONS = frozenset("sort xxd uniq awk gawk mawk nawk od file scanelf".split())
"""Those with options that write: a word that begins with an unknown value may be one."""
_BINUTILS = ("nm", "objdump", "readelf", "strings")
"""Programs to which ``@file`` stands for the words in that file (binutils manual)."""
_PACKED = (".gz", ".tgz", ".Z", ".z", "-gz", "-z", "_z", ".taz")


def effect(call: Invocation) -> Effect:
    """Of one of the programs of the table."""
    name = _LIKE.get(call.name, call.name)
    flags, valued = (text.split() for text in _TABLE[name])
    arguments = read_options(_plain(call, name), flags=flags, valued=valued)
    if name == "ls" and (arguments.has("-t") or "time" in arguments.values("--sort")):
        raise UnknownEffect("ls by time depends on more than the content of an image")
    if name in _BINUTILS and any(word.startswith("@") for word in arguments.operands):
        raise UnknownEffect(f"{name} that takes its words from a file is not modelled")
    if name in ("uniq", "xxd") and len(arguments.operands) > 1:
        raise UnknownEffect(f"{name} that writes a file is not modelled")
    everywhere = name in _EVERYWHERE or (name.endswith("sum") and arguments.has("-c", "--check"))
    everything = name in _ALL_VARIABLES
    if name == "awk":
        written = arguments.operands[0] if arguments.operands else ""
        if SYMBOLIC in written:
            raise UnknownEffect("an awk program that depends on a value that is not known")
        program = only_prints(written)
        if asks_for_files(written):
            call.assume(PLAIN)
            everywhere = True
        everywhere |= "getline" in program or "ARGV" in program
        everything |= "ENVIRON" in program or "PROCINFO" in program
    if name == "grep" and arguments.has("-R"):
        everywhere = True
    reads = (Region.everything(),) if everywhere else (TOOLCHAIN, *_files(call, name, arguments))
    heard = (*_VARIABLES, "HOME", "XDG_*", "MAGIC") if name == "file" else _VARIABLES
    return Effect(reads=reads, environment=None if everything else heard)


def _plain(call: Invocation, name: str) -> tuple[str, ...]:
    """The words with ``-20`` as a count; one that begins with an unknown value is an operand where no option writes."""
    argv = tuple(f"-n{word[1:]}" if name in ("head", "tail") and _is_count(word) else word for word in call.argv)
    if name in ("seq", "expr", "yes"):
        argv = (argv[0], *(word if word in ("-w", "-f", "-s") else f" {word}" for word in argv[1:]))
    if name == "ps":
        argv = (argv[0], *(word if word.startswith("-") else f"-{word}" for word in argv[1:]))
    argv = tuple(word.split("=")[0] if word.startswith(("--color=", "--colour=")) else word for word in argv)
    if name in _TAKES_OPTIONS:
        return argv
    return (argv[0], *(f"./{word}" if word.startswith(SYMBOLIC) else word for word in argv[1:]))


def _is_count(word: str) -> bool:
    return word[:1] == "-" and word[1:].isdigit()


def _files(call: Invocation, name: str, arguments: Arguments) -> tuple[Region, ...]:
    """What the words name; ``ls``, ``du`` and a recursive ``grep`` without a file read the working directory."""
    words = list(arguments.operands)
    if name in ("grep", "awk"):
        given = arguments.has("-e", "--regexp", "-f", "--file")
        words = words if given else words[1:]
        words += arguments.values("-f", "--file")
    words += arguments.values("--relative-to", "--relative-base")
    if name in _WITHOUT_FILES:
        return ()
    if not words and (name in ("ls", "du", "tree") or (name == "grep" and arguments.has("-r", "--recursive"))):
        words.append(".")
    if name in ("zcat", "zgrep"):
        words += [word + end for word in tuple(words) for end in _PACKED]
    found = readable(
        call,
        *(
            word.removeprefix("./") if word[2:].startswith(SYMBOLIC) else word
            for word in words
            if word not in ("", "-")
        ),
    )
    return (*found, homes(call, ".magic", ".magic.mgc")) if name == "file" else found


PROGRAMS = (*_TABLE, *_LIKE)
