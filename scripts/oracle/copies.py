"""Random COPY, ADD and WORKDIR instructions over a context and what a stage is believed to hold."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from contexts import Tree
from shadow import Shadow

OWNERS = ("--chown=1:2 ", "--chown=3 ", "--chown=0:7 ")
NAMED_OWNERS = ("--chown=daemon ", "--chown=bin:staff ", "--chown=daemon:4 ", "--chown=root:mail ")
MODES = ("--chmod=0700 ", "--chmod=640 ", "--chmod=4755 ", "--chmod=01777 ")


@dataclass
class Copies:
    """Writes the instructions of one stage. ``named``: the stage has accounts; for the rest see ``Writer``."""

    random: Random
    tree: Tree
    shadow: Shadow
    named: bool
    features: frozenset[str]
    narrow: bool = False

    def from_context(self) -> str:
        """COPY or ADD of a file, a folder, a pattern, several of them or the whole context."""
        names = sorted(self.tree)
        one, other = self.random.choice(names), self.random.choice(names)
        pattern = self.random.choice((f"{one[:-1]}*", "*.py", "src/*", "s*", "[a-c]*", "?ib", "*/*"))
        source = self.random.choice(
            (one, one, one, f"{one} {other}", pattern, f"{pattern} {other}", ".", f"./{one}", f"/{one}/")
        )
        several = " " in source or source == pattern or self.tree.get(one.strip("/")) is None
        packed = self.tree[one].kind == "tar"
        folder = source == "." or (self.tree[one].kind in ("folder", "tar") and not several)
        word = self.random.choice(("COPY", "COPY", "ADD") if not packed else ("ADD", "ADD", "COPY"))
        place, made = self.place(several, folder)
        # BuildKit 0.25 keeps an older file where --exclude matches a folder above one that is named: none is generated
        excludes = source == "." or (folder and not packed and "/" not in one)
        return f"{word} {self.flags(made, context=True, excludes=excludes)}{source} {place}"

    def place(self, several: bool, folder: bool) -> tuple[str, bool]:
        """A destination: old or new, with or without a slash at its end. Whether directories are made for it."""
        old = self.shadow.some(self.random, "folder")
        if several or folder or self.random.random() < 0.5:
            path = old if old and self.random.random() < 0.5 else self.shadow.fresh(self.random, deep=True)
            if self.random.random() < 0.12:
                path = self.shadow.some(self.random, "folder" if self.narrow else "link") or path
            made = path not in self.shadow.kinds
            self.shadow.add(path, self.shadow.kinds.get(path, "folder"))
            return f"{path}/" if several or self.random.random() < 0.6 else path, made
        kinds = ("file",) if self.narrow else ("file", "link")
        path = self.shadow.some(self.random, *kinds) if self.random.random() < 0.3 else None
        path = path or self.shadow.fresh(self.random, deep=True)
        made = path.rpartition("/")[0] not in self.shadow.kinds
        self.shadow.add(path, self.shadow.kinds.get(path, "file"))
        return path, made

    def flags(self, made: bool, *, context: bool, excludes: bool = True) -> str:
        """No flag, or one or two that the builder knows. ``made``: directories are made for the destination; ``excludes``:
        no single file is copied.
        """
        found, random = "", self.random
        if random.random() < 0.25:
            found += random.choice(OWNERS + NAMED_OWNERS if self.named else OWNERS)
        if ("made by chmod" if made else "chmod") in self.features and random.random() < 0.12:
            found += random.choice(MODES)
        if "link" in self.features and random.random() < 0.12:
            found += "--link "
        if "exclude" in self.features and excludes and random.random() < 0.3:
            found += random.choice(
                ("--exclude=*.py ", "--exclude=**/a ", "--exclude=inner ", "--exclude=* --exclude=!a ")
            )
        if context and "parents" in self.features and random.random() < 0.1:
            found += "--parents "
        return found

    def written(self) -> str:
        """COPY of a here-document, or COPY in JSON form or with a variable in its destination."""
        one = self.random.choice(sorted(path for path, entry in self.tree.items() if entry.kind == "file"))
        place = self.shadow.fresh(self.random, deep=True)
        self.shadow.add(place, "folder")
        choices = [
            f'COPY ["{one}", "{place}/"]',
            f"ENV PLACE={place}\nCOPY {one} $PLACE/",
            f"ADD {one} {place}/${{VALUE:-none}}/",
        ]
        if "heredoc" in self.features:
            choices += [
                f"COPY {self.flags(True, context=False, excludes=False)}<<END {place}/here\none $VALUE\nEND",
                f"COPY <<'END' {one} {place}/\none $VALUE\nEND",
                f"COPY <<-one <<two {place}/\n\ttabs $A\none\n${{B:+set}}\ntwo",
            ]
        return self.random.choice(choices)

    def directory(self) -> str:
        """WORKDIR, written in one of several ways."""
        if self.narrow:
            place = self.shadow.some(self.random, "folder")
            return f"WORKDIR {place}{self.random.choice(('', '/'))}" if place else self.written()
        place = self.shadow.fresh(self.random, deep=True)
        if self.random.random() < 0.3:
            place = self.shadow.some(self.random, "folder", "link") or place
        self.shadow.add(place, self.shadow.kinds.get(place, "folder"))
        return f"WORKDIR {self.random.choice((place, place, place, place + '/', place[1:], place[1:], place[1:] + '/../b'))}"

    def from_stage(self, name: str, origin: Shadow) -> str:
        """COPY of what an earlier stage holds."""
        path = origin.some(self.random, "file", "folder", "folder", "link") or origin.root
        folder = origin.kinds.get(path) == "folder"
        source = f"{path}/*" if folder and self.random.random() < 0.2 else path
        place, made = self.place(source != path, folder)
        return f"COPY {self.flags(made, context=False, excludes=folder)}--from={name} {source} {place}"
