"""Which files a short Python program reads, found in its source with libcst; whatever is dynamic makes it unknown.

A program is understood when all that it calls is on a short list of pure functions, of methods of texts and containers,
and of ways to read a file whose path is written out: ``open``, ``Path(...).read_text()``, ``os.path.join`` of
constants, of names that are bound to such once, and of the parameters of a helper function that is called with such.
Modules of the project that it imports are read through in the same way.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import libcst

from restow.effects.effect import Invocation
from restow.effects.python_names import Names, Scope
from restow.effects.python_paths import Paths, dotted
from restow.effects.surroundings import names, place, trail
from restow.errors import UnknownEffect
from restow.vfs import File, join

_PURE = names(
    "print len str int float bool list dict set tuple sorted reversed enumerate zip range map filter any all min "
    "max sum abs repr isinstance issubclass format round ord chr bytes frozenset iter next hash divmod pow hex "
    "bin oct slice type callable super ValueError RuntimeError TypeError KeyError SystemExit Exception "
    "NotImplementedError OSError json.loads json.load json.dumps re.compile re.match re.search re.sub re.findall "
    "re.split re.fullmatch re.escape sys.exit os.path.join os.path.dirname os.path.basename os.path.splitext "
    "os.path.abspath os.path.realpath os.getcwd Path pathlib.Path textwrap.dedent math.sqrt math.floor math.ceil "
    "collections.defaultdict collections.Counter collections.OrderedDict itertools.chain dataclass field "
    "namedtuple base64.b64decode base64.b64encode hashlib.sha256 hashlib.md5 hashlib.sha1 platform.machine "
    "platform.system Path.cwd pathlib.Path.cwd"
)
_METHODS = names(
    "strip lstrip rstrip split rsplit splitlines join format replace startswith endswith lower upper title encode "
    "decode find rfind index count zfill ljust rjust center partition rpartition isdigit isalpha append extend "
    "insert pop items keys values get setdefault sort reverse add discard group groups groupdict read readline "
    "readlines close hexdigest digest search match sub findall fullmatch resolve absolute joinpath with_suffix "
    "with_name removeprefix removesuffix isupper islower"
)
_DANGEROUS = names(
    "exec eval compile __import__ getattr setattr delattr globals locals vars input breakpoint __builtins__ "
    "__loader__ __spec__"
)
_HARMLESS = names(
    "os.path os.environ os.environb os.getenv os.environ.get os.sep os.linesep os.pathsep os.curdir os.pardir "
    "sys.argv sys.stderr sys.stdout sys.version sys.version_info sys.platform sys.maxsize sys.byteorder json.load "
    "json.JSONDecodeError re.IGNORECASE re.MULTILINE re.DOTALL re.VERBOSE re.I re.M re.S re.X math.pi math.e"
)
_READERS = frozenset(("open", "io.open", "codecs.open"))
_BASE_NAMES = names("os sys io codecs pathlib Path open str __file__")
"""Names that paths are made with: none may be bound by anything but an import."""
_READ_METHODS = frozenset(("read_text", "read_bytes"))
_UNSAFE_MODULES = names(
    "subprocess shutil socket urllib http ctypes importlib runpy multiprocessing threading asyncio ftplib smtplib "
    "tempfile glob fileinput sqlite3 shelve dbm pickle marshal zipfile tarfile logging cgi webbrowser pty pdb "
    "code pkgutil linecache"
)
_MOST_MODULES = 20


@dataclass
class ScriptReads:
    """The files read (absolute, the scripts themselves included), the folders of byte code that imports leave, and
    whether it looks at environment variables."""

    files: list[str] = field(default_factory=list)
    byte_code: list[str] = field(default_factory=list)
    environment: bool = False
    seen: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)


def reads_of_script(call: Invocation, path: str) -> ScriptReads:
    """What the program at ``path`` reads. Raises UnknownEffect for anything that cannot be told."""
    found = ScriptReads()
    _read_module(call, path, path.rsplit("/", 1)[0] or "/", found)
    return found


def _read_module(call: Invocation, path: str, folder: str, found: ScriptReads) -> None:
    if path in found.closed:
        raise UnknownEffect(
            f"{path}, which reads files whose names it is given, is imported by a module that it imports"
        )
    if path in found.seen:
        return
    found.seen.add(path)
    text = call.text(path)
    if text is None:
        raise UnknownEffect(f"{path} does not exist when {call.name} runs it")
    if len(found.seen) > _MOST_MODULES:
        raise UnknownEffect(f"{path} imports too many modules of the project to be read through")
    found.files += trail(call, path)
    try:
        module = libcst.parse_module(text)
    except libcst.ParserSyntaxError as error:
        raise UnknownEffect(f"{path} cannot be parsed: {error.message}") from error
    scopes = Names()
    module.visit(scopes)
    visitor = _Visitor(call, path, scopes)
    module.visit(visitor)
    visitor.finish(imported=len(found.seen) > 1)
    found.closed |= {path} if visitor.helpers else set()
    if visitor.opens != visitor.opened:
        raise UnknownEffect(f"{path} hands on the function that opens files")
    found.environment |= visitor.environment
    for name in visitor.files:
        found.files += trail(call, place(call, f"./{name}" if name.startswith("~") else name))
    for name in visitor.modules:
        _follow_import(call, name, folder, found)


def _follow_import(call: Invocation, name: str, folder: str, found: ScriptReads) -> None:
    """A module of the project is read through, its packages as well; others must be known parts of the standard library."""
    parts = name.split(".")
    ours = False
    for depth in range(1, len(parts) + 1):
        beside = join(folder, *parts[:depth])
        for candidate in (beside + ".py", join(beside, "__init__.py")):
            found.files.append(candidate)
            if isinstance(call.node(candidate), File):
                found.byte_code.append(join(candidate.rsplit("/", 1)[0] or "/", "__pycache__"))
                _read_module(call, candidate, folder, found)
                ours = True
    if not ours and (parts[0] in _UNSAFE_MODULES or parts[0] not in sys.stdlib_module_names):
        raise UnknownEffect(f"the module {parts[0]!r}, which {found.files[0]} imports, may read or write anything")


class _Visitor(libcst.CSTVisitor):
    """Collects imports, literal reads and uses of the environment of one module; stops at what it does not know."""

    def __init__(self, call: Invocation, path: str, scopes: Names) -> None:
        super().__init__()
        self.path = path
        self.directory = call.directory
        self.scopes = scopes
        self.paths = Paths(call, path, scopes)
        self.files: list[str] = []
        self.modules: list[str] = []
        self.environment = False
        self.known: set[str] = set(scopes.defined)
        self.opens = 0
        self.opened = 0
        self.within: list[libcst.FunctionDef] = []
        self.handled: set[int] = set()
        self.helpers: dict[str, list[libcst.BaseExpression]] = {}
        self.calls: list[tuple[libcst.Call, Scope]] = []
        for name in _BASE_NAMES:
            bound = [scope.bound[name] for scope in (scopes.module, *scopes.scopes.values())]
            if sum(bound) > scopes.imported[name]:
                raise UnknownEffect(f"{path} gives the name {name!r} a meaning of its own")

    @property
    def _scope(self) -> Scope:
        """The outermost function around a place, or the module."""
        return self.scopes.scopes[id(self.within[0])] if self.within else self.scopes.module

    def finish(self, *, imported: bool) -> None:
        """What helpers that read a file by a parameter are called with.

        Raises UnknownEffect where one is called with anything but constants, handed on, or may be called by another module.
        """
        for name, expressions in self.helpers.items():
            calls = [(call, scope) for call, scope in self.calls if dotted(call.func) == name]
            if imported or self.scopes.module.bound[name] != 1 or self.scopes.named[name] != len(calls) + 1:
                raise UnknownEffect(
                    f"{self.path} reads a file whose name is given to {name}, which is called from elsewhere"
                )
            function = self.scopes.functions[name]
            for call, scope in calls:
                given = self.paths.arguments(function, call, scope)
                self.files += [self.paths.text(expression, function, given) for expression in expressions]

    def visit_Name(self, node: libcst.Name) -> None:  # noqa: N802 - libcst's names
        if node.value in _DANGEROUS:
            raise UnknownEffect(f"{self.path} uses {node.value!r}, which may run anything")
        self.opens += node.value == "open"

    def visit_FunctionDef(self, node: libcst.FunctionDef) -> None:  # noqa: N802 - libcst's names
        self._refuse_shadow(node.name.value)
        self.within.append(node)

    def leave_FunctionDef(self, original_node: libcst.FunctionDef) -> None:  # noqa: N802
        self.within.pop()

    def visit_ClassDef(self, node: libcst.ClassDef) -> None:  # noqa: N802
        self._refuse_shadow(node.name.value)

    def visit_AssignTarget(self, node: libcst.AssignTarget) -> None:  # noqa: N802
        if isinstance(node.target, libcst.Name):
            self._refuse_shadow(node.target.value)
        elif isinstance(node.target, libcst.Attribute):
            raise UnknownEffect(f"{self.path} changes attributes of objects")

    def _refuse_shadow(self, name: str) -> None:
        if name in _PURE or name in _READERS or name in _READ_METHODS:
            raise UnknownEffect(f"{self.path} gives the name {name!r} a meaning of its own")

    def visit_Import(self, node: libcst.Import) -> None:  # noqa: N802
        for alias in node.names:
            if alias.asname is not None:
                raise UnknownEffect(f"{self.path} imports modules under other names")
            self.modules.append(dotted(alias.name))

    def visit_ImportFrom(self, node: libcst.ImportFrom) -> None:  # noqa: N802
        if node.relative or node.module is None or isinstance(node.names, libcst.ImportStar):
            raise UnknownEffect(f"{self.path} has a relative or star import")
        module = dotted(node.module)
        self.modules.append(module)
        for alias in node.names:
            name = dotted(alias.name)
            if name in _BASE_NAMES and module != "pathlib":
                raise UnknownEffect(f"{self.path} gives the name {name!r} a meaning of its own")
            if alias.asname is not None or (module.split(".")[0] in sys.stdlib_module_names and name not in _PURE):
                raise UnknownEffect(f"{self.path} imports {name!r}, which is not known to be harmless")
            self.known.add(name)
            self.modules.append(f"{module}.{name}")

    def visit_Attribute(self, node: libcst.Attribute) -> None:  # noqa: N802
        name = dotted(node)
        if id(node) in self.handled:
            return
        if node.attr.value == "open" or node.attr.value.startswith("__"):
            raise UnknownEffect(f"{self.path} uses {name or node.attr.value!r}, which may do anything")
        if name in ("os.environ", "os.environb"):
            self.environment = True
        if (
            name.split(".")[0] in sys.stdlib_module_names
            and name not in _PURE | _HARMLESS
            and not _inside_harmless(name)
        ):
            raise UnknownEffect(f"{self.path} uses {name!r}, which may read or write anything")

    def visit_Call(self, node: libcst.Call) -> bool:  # noqa: N802
        name = dotted(node.func)
        if name in _READERS:
            self.handled.add(id(node.func))
            self._opened(node, 1)
        elif isinstance(node.func, libcst.Attribute) and node.func.attr.value == "open":
            self.handled.add(id(node.func))
            self._opened(node, 0)
        elif isinstance(node.func, libcst.Attribute) and node.func.attr.value in _READ_METHODS:
            self._read(node.func.value)
        elif name in ("os.getenv", "os.environ.get"):
            self.environment = True
        elif name in self.known:
            self.calls.append((node, self._scope))
        elif name not in _PURE and not self._method(node.func):
            said = name or libcst.Module([]).code_for_node(node.func).split("\n")[0][:40]
            raise UnknownEffect(f"{self.path} calls {said!r}, which may read or write anything")
        return True

    def _read(self, path: libcst.BaseExpression) -> None:
        """A file is read: its path is written out, or that of a helper function whose calls are."""
        scope = self._scope
        try:
            self.files.append(self.paths.text(path, scope))
        except UnknownEffect:
            function = scope.function
            if function is None or scope.parameters is None or len(self.within) != 1:
                raise
            if self.scopes.functions.get(function.name.value) is not scope:
                raise
            self.helpers.setdefault(function.name.value, []).append(path)

    def _method(self, function: libcst.BaseExpression) -> bool:
        """Whether a method of texts or containers is called, on something that is no module."""
        if not isinstance(function, libcst.Attribute) or function.attr.value not in _METHODS:
            return False
        if function.attr.value == "replace" and (any(name.startswith("pathlib") for name in self.modules)):
            return False  # Path.replace renames a file
        owner = dotted(function.value)
        return owner.split(".")[0] not in sys.stdlib_module_names or _inside_harmless(owner + ".")

    def _opened(self, node: libcst.Call, at: int) -> None:
        """``open(path, mode)``, and ``path.open(mode)``: ``at`` is the place of the mode."""
        self.opened += 1
        mode = next((arg.value for arg in node.args if arg.keyword and arg.keyword.value == "mode"), None)
        if mode is None and len(node.args) > at and node.args[at].keyword is None:
            mode = node.args[at].value
        if any(arg.star for arg in node.args) or (
            mode is not None
            and (not isinstance(mode, libcst.SimpleString) or set(str(mode.evaluated_value)) & set("wax+"))
        ):
            raise UnknownEffect(f"{self.path} opens a file to write to it, or in a mode that is not written out")
        if any(arg.keyword is not None and arg.keyword.value == "opener" for arg in node.args):
            raise UnknownEffect(f"{self.path} opens a file through a function of its own")
        if at == 0:
            assert isinstance(node.func, libcst.Attribute)
            self._read(node.func.value)
            return
        if not node.args or node.args[0].keyword is not None:
            raise UnknownEffect(f"{self.path} opens a file that is not named")
        self._read(node.args[0].value)


def _inside_harmless(name: str) -> bool:
    """Whether a dotted name goes on after one that holds a text, a list or a mapping, such as ``os.environ.items``."""
    return any(name.startswith(f"{known}.") for known in _HARMLESS if known != "os.path")
