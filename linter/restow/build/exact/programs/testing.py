"""test, ``[`` and ``[[``: by the number of arguments as POSIX has it, and ``-a``, ``-o``, ``( )`` for longer ones."""

from __future__ import annotations

from restow.build.exact.call import Call
from restow.build.exact.disk import READ, SEARCH, WRITE, FileError, numbers
from restow.build.exact.patterns import SPECIAL
from restow.errors import UnknownEffect
from restow.semantics.scope import is_known
from restow.vfs import Directory, File, Special, Symlink

_FILE_TESTS = frozenset("efdrwxshLpSbcugk")
_COMPARISONS = {"-eq": "==", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}
_TEXT = frozenset(["=", "==", "!=", "<", ">"])
WRONG = 2
"""The exit status for what is no expression."""


class _SyntaxError(Exception):
    """The arguments are no expression."""


def run(call: Call) -> int:
    """0 for true, 1 for false, 2 for what is no expression."""
    words = list(call.argv[1:])
    if call.name != "test":
        if words[-1:] != ["]" * len(call.name)]:
            return call.complain(WRONG)
        words.pop()
    if call.name == "[[" and any(word in ("&&", "||", "=~") or set(word) & set(SPECIAL) for word in words):
        raise UnknownEffect("a [[ with patterns is not computed")
    try:
        return 0 if _Expression(call, words).value() else 1
    except _SyntaxError:
        return call.complain(WRONG)


class _Expression:
    """One reading of the words, from left to right."""

    def __init__(self, call: Call, words: list[str]) -> None:
        self.call, self.words, self.at = call, words, 0

    def value(self) -> bool:
        """The truth of all words."""
        words = self.words
        if len(words) <= 1:
            return bool(words and words[0])
        if words[0] == "!" and len(words) <= 4 and not (len(words) == 3 and _is_binary(words[1])):
            return not _Expression(self.call, words[1:]).value()
        if len(words) == 2:
            return self._unary(words[0], words[1])
        if len(words) == 3 and _is_binary(words[1]):
            return self._binary(*words)
        if len(words) in (3, 4) and words[0] == "(" and words[-1] == ")":
            return _Expression(self.call, words[1:-1]).value()
        found = self._or()
        if self.at < len(words):
            raise _SyntaxError
        return found

    def _or(self) -> bool:
        found = self._and()
        while self._take("-o"):
            found = self._and() or found
        return found

    def _and(self) -> bool:
        found = self._not()
        while self._take("-a"):
            found = self._not() and found
        return found

    def _not(self) -> bool:
        return not self._not() if self._take("!") else self._primary()

    def _take(self, word: str) -> bool:
        taken = self.words[self.at : self.at + 1] == [word]
        self.at += taken
        return taken

    def _primary(self) -> bool:
        if self._take("("):
            found = self._or()
            if not self._take(")"):
                raise _SyntaxError
            return found
        left = self.words[self.at :]
        if len(left) >= 3 and _is_binary(left[1]):
            self.at += 3
            return self._binary(left[0], left[1], left[2])
        if len(left) >= 2 and left[0].startswith("-") and left[0][1:] in _FILE_TESTS | {"z", "n", "G", "O"}:
            self.at += 2
            return self._unary(left[0], left[1])
        if not left:
            raise _SyntaxError
        self.at += 1
        return bool(left[0])

    def _unary(self, operator: str, word: str) -> bool:
        if operator in ("-z", "-n"):
            return (not word) == (operator == "-z")  # an unknown word is never empty
        letter = operator[1:]
        if not operator.startswith("-") or letter not in _FILE_TESTS:
            if len(operator) == 2 and operator[0] == "-" and operator[1].isalpha():
                raise UnknownEffect(f"the test {operator} is not computed")
            raise _SyntaxError
        try:
            place = self.call.disk.locate(word, follow=letter not in "hL") if word else None
        except FileError:
            return False
        node = place.node if place is not None else None
        if node is None:
            return False
        if letter in "rwx":
            return self.call.disk.may(node, {"r": READ, "w": WRITE, "x": SEARCH}[letter])
        return _is(letter, node)

    def _binary(self, left: str, operator: str, right: str) -> bool:
        if operator == "==" and self.call.flavour == "dash":
            raise _SyntaxError
        if operator in ("=", "==", "!="):
            if left != right and not (is_known(left) and is_known(right)):
                raise UnknownEffect("a comparison with a value that is not known")
            return (left == right) == (operator != "!=")
        if operator not in _COMPARISONS:
            raise UnknownEffect(f"the test {operator} is not computed")
        try:
            one, two = int(left), int(right)
        except ValueError:
            raise _SyntaxError from None
        return {
            "==": one == two, "!=": one != two, "<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two,
        }[_COMPARISONS[operator]]  # fmt: skip


def _is_binary(word: str) -> bool:
    return word in _TEXT or word in _COMPARISONS or word in ("-nt", "-ot", "-ef")


def _is(letter: str, node: object) -> bool:
    """A test of what stands there."""
    assert isinstance(node, File | Directory | Symlink | Special)
    kinds = {"f": File, "d": Directory, "h": Symlink, "L": Symlink}
    if letter == "e":
        return True
    if letter in kinds:
        return isinstance(node, kinds[letter])
    if letter in "pSbc":
        named = {"p": "fifo", "S": "socket", "b": "block", "c": "character"}
        return isinstance(node, Special) and node.kind == named[letter]
    if letter in "ugk":
        return bool(numbers(node)[0] & {"u": 0o4000, "g": 0o2000, "k": 0o1000}[letter])
    if isinstance(node, Directory):
        return True  # -s: a directory has a size
    if not isinstance(node, File) or node.content.size is None:
        raise UnknownEffect("the size of a file is not known")
    return node.content.size > 0
