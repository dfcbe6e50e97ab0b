"""Random shell text for RUN, of the commands that the simulator means to compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from shadow import Shadow

MODES = (
    "644",
    "0755",
    "u+x",
    "go-rwx",
    "a=rX",
    "u=rwx,g=rx,o=",
    "+t",
    "u+s",
    "g+s,o-r",
    "1777",
    "600",
    "-x",
    "o=u",
    "a+rw",
)
OWNERS = ("1:2", "daemon", "bin:staff", ":3", "root:daemon", "7", "daemon:")


@dataclass
class Commands:
    """Writes commands over what ``shadow`` believes; the texts are those of one RUN after the other."""

    random: Random
    shadow: Shadow

    def script(self) -> str:
        """The text of one shell-form RUN: a list of commands."""
        words = [self.one() for _ in range(self.random.choice((1, 1, 2, 2, 3, 4)))]
        return self.random.choice((" && ", " && ", " && ", "; ", " && \\\n    ")).join(words)

    def heredoc(self) -> str:
        """The same as a here-document."""
        lines = [self.one() for _ in range(self.random.choice((1, 2, 3)))]
        head = self.random.choice(("set -e\n", "", "set -eu\n"))
        return "<<END\n" + head + "\n".join(lines) + "\nEND"

    def one(self) -> str:
        """One command, seldom inside of a condition or a loop."""
        chance = self.random.random()
        if chance < 0.72:
            return self.plain()
        return self.random.choice((self.condition, self.loop, self.alternative, self.subshell, self.change))()

    def plain(self) -> str:
        """One simple command."""
        makers: tuple[Callable[[], str], ...] = (
            *(self.mkdir, self.mkdir, self.write, self.write, self.remove, self.copy, self.copy, self.move, self.link),
            *(self.touch, self.chmod, self.chmod, self.chown, self.install, self.tee, self.concatenate, self.sed),
        )
        return self.random.choice(makers)()

    def mkdir(self) -> str:
        path = self.shadow.fresh(self.random, deep=True)
        self.shadow.add(path, "folder")
        mode = self.random.choice(("", "", "", "-m 0750 ", "-m 1777 ", "-m u=rwx,go= ", "--mode=700 "))
        return f"mkdir -p {mode}{path}"

    def write(self) -> str:
        path = self.random.choice((self.shadow.fresh(self.random), self.shadow.some(self.random, "file") or ""))
        path = path or self.shadow.fresh(self.random)
        self.shadow.add(path, "file")
        sign = self.random.choice((">", ">", ">>"))
        text = self.random.choice(
            (
                "echo one",
                "echo 'two  words' \"$A\" x",
                "echo -n three",
                "printf '%s\\n' one 'two three'",
                "printf 'a\\tb\\n'",
                "printf '%d-%s\\n' 7 x",
                "echo $HOME $((1 + 2))",
                ":",
                "true",
                'echo "${A:-none}" "${VALUE%1}"',
                "echo $(echo inner)",
            )
        )
        return f"{text} {sign} {path}"

    def remove(self) -> str:
        path = self.shadow.some(self.random, "file", "link", "folder")
        if path is None or path == self.shadow.root:
            return f"rm -rf {self.shadow.root}/none* {self.shadow.root}/missing"
        folder = self.shadow.kinds[path] == "folder"
        if folder and self.random.random() < 0.4:
            for one in [one for one in self.shadow.kinds if one.startswith(f"{path}/") and "/." not in one]:
                self.shadow.remove(one)
            return f"rm -rf {path}/*"
        self.shadow.remove(path)
        if folder and self.random.random() < 0.2:
            return f"rmdir {path} || rm -r {path}"
        return f"rm {'-rf' if folder else self.random.choice(('-f', '', '-rf'))} {path}"

    def copy(self) -> str:
        source = self.shadow.some(self.random, "file", "folder", "link")
        if source is None or source == self.shadow.root:
            return self.mkdir()
        folder = self.shadow.kinds[source] == "folder"
        option = self.random.choice(
            ("-a", "-a", "-r", "-R", "-p", "-rp", "-d", "") if not folder else ("-a", "-a", "-r", "-R")
        )
        into = self.shadow.some(self.random, "folder")
        if into and self.random.random() < 0.4 and not into.startswith(source):
            self.shadow.move(source, f"{into}/{source.rpartition('/')[2]}", keep=True)
            content = self.random.choice(("", "/.")) if folder else ""
            return f"cp {option} {source}{content} {into}{self.random.choice(('', '/'))}"
        target = self.shadow.fresh(self.random)
        if target.startswith(f"{source}/"):
            return self.mkdir()
        self.shadow.move(source, target, keep=True)
        return f"cp {option} {source} {target}"

    def move(self) -> str:
        source = self.shadow.some(self.random, "file", "folder", "link")
        target = self.shadow.fresh(self.random)
        if source is None or source == self.shadow.root or target.startswith(f"{source}/"):
            return self.write()
        self.shadow.move(source, target, keep=False)
        return f"mv {self.random.choice(('', '-f '))}{source} {target}"

    def link(self) -> str:
        target, path = self.shadow.some(self.random, "file", "folder") or "nowhere", self.shadow.fresh(self.random)
        self.shadow.add(path, "link")
        if self.random.random() < 0.2 and self.shadow.kinds.get(target) == "file":
            return f"ln {target} {path}"
        relative = target.rpartition("/")[2] if target.rpartition("/")[0] == path.rpartition("/")[0] else target
        return f"ln {self.random.choice(('-s', '-s', '-sf', '-sfn'))} {relative} {path}"

    def touch(self) -> str:
        paths = [self.shadow.fresh(self.random), self.shadow.some(self.random, "file", "folder") or "/tmp/t"]
        path = self.random.choice(paths)
        if path == paths[0]:
            self.shadow.add(path, "file")
        return f"touch {path}"

    def chmod(self) -> str:
        path = self.shadow.some(self.random, "file", "folder") or "/tmp"
        recursive = "-R " if self.shadow.kinds.get(path) == "folder" and self.random.random() < 0.6 else ""
        return f"chmod {recursive}{self.random.choice(MODES)} {path}"

    def chown(self) -> str:
        path = self.shadow.some(self.random, "file", "folder", "link") or "/srv"
        recursive = "-R " if self.shadow.kinds.get(path) == "folder" and self.random.random() < 0.6 else ""
        plain = self.random.choice(("", "", "-h ")) if not recursive else ""
        if self.random.random() < 0.15:
            return f"chgrp {recursive}{self.random.choice(('staff', '5'))} {path}"
        return f"chown {recursive}{plain}{self.random.choice(OWNERS)} {path}"

    def install(self) -> str:
        source, path = self.shadow.some(self.random, "file"), self.shadow.fresh(self.random, deep=True)
        mode = self.random.choice(("", "-m 0640 ", "-m 4755 ", "-o 1 -g daemon "))
        if source is None or self.random.random() < 0.4:
            self.shadow.add(path, "folder")
            return f"install -d {mode}{path}"
        self.shadow.add(path, "file")
        return f"install {mode}-D {source} {path}"

    def tee(self) -> str:
        path = self.shadow.fresh(self.random)
        self.shadow.add(path, "file")
        return f"echo tee {self.random.choice(('', '| cat '))}| tee {self.random.choice(('', '-a '))}{path}"

    def concatenate(self) -> str:
        source, path = self.shadow.some(self.random, "file"), self.shadow.fresh(self.random)
        if source is None:
            return self.write()
        self.shadow.add(path, "file")
        return f"cat {source} {self.random.choice(('', source))} {self.random.choice(('>', '>>'))} {path}"

    def sed(self) -> str:
        path = self.shadow.some(self.random, "file")
        return f"sed -i 's/one/{self.random.choice(('1', 'uno'))}/' {path}" if path else self.touch()

    def condition(self) -> str:
        path = self.shadow.some(self.random, "file", "folder", "link") or "/nowhere"
        test = self.random.choice(
            (f"[ -f {path} ]", f"test -d {path}", f"[ -e {path} -o -L {path} ]", f"[ ! -s {path} ]", '[ "$A" = 1 ]')
        )
        other = f" else {self.plain()};" if self.random.random() < 0.5 else ""
        return f"if {test}; then {self.plain()};{other} fi"

    def loop(self) -> str:
        home, name = self.shadow.some(self.random, "folder") or "/tmp", self.random.choice("nm")
        for one in ("l1", "l2"):
            self.shadow.add(f"{home}/{one}", "file")
        body = self.random.choice(
            (f"echo ${name} > {home}/${name}", f"touch {home}/${name}", f"cp -a {home}/. /tmp/${name} || true")
        )
        return f"for {name} in l1 l2; do {body}; done"

    def alternative(self) -> str:
        return self.random.choice(
            (
                f"{self.plain()} || true",
                f"false || {self.plain()}",
                f"true && {self.plain()}",
                f"! false && {self.plain()}",
            )
        )

    def subshell(self) -> str:
        home = self.shadow.some(self.random, "folder")
        return f"(cd {home} && {self.plain()})" if home else f"{{ {self.plain()}; }}"

    def change(self) -> str:
        home = self.shadow.some(self.random, "folder")
        if home is None:
            return f"export B=b && {self.plain()}"
        self.shadow.add(f"{home}/here", "file")
        return f"cd {home} && echo $PWD > here"
