"""What go reads and writes of a project; each case is a trap for a model that reads too little."""

import pytest

MOD = """module example.com/x

go 1.21

require (
\texample.com/a v1.0.0
\texample.com/b v1.2.0 // indirect
)
"""
SUM = "".join(
    f"example.com/{m} {v} h1:x=\nexample.com/{m} {v}/go.mod h1:y=\n" for m, v in (("a", "v1.0.0"), ("b", "v1.2.0"))
)
FILES = {"go.mod": MOD, "go.sum": SUM, "main.go": "package main\n"}


def test_download_reads_the_module_files_alone(world, reads, writes):
    checked = world(FILES)
    effect = checked.effect("go mod download")
    for name in ("go.mod", "go.sum", "go.work", "vendor/modules.txt"):
        assert reads(effect, f"/app/{name}"), name
    assert reads(effect, "/go.work")
    assert not reads(effect, "/app/main.go")
    assert not writes(effect, "/app/go.sum")
    assert checked.assumed["go-sum-complete"] == "holds"
    assert writes(effect, "/root/go/pkg/mod/x")
    assert {"/app/go.mod", "/app/go.sum"} <= set(effect.needs)
    assert "GO*" in effect.environment


@pytest.mark.parametrize("command", ["go mod download -x", "/usr/local/go/bin/go mod download", "go mod verify"])
def test_forms(world, reads, command):
    assert reads(world(FILES).effect(command), "/app/go.mod")


def test_an_incomplete_go_sum_is_written(world, writes):
    files = {**FILES, "go.sum": SUM.splitlines()[0]}
    assert writes(world(files, accept=True).effect("go mod download"), "/app/go.sum")
    assert writes(world({**FILES, "go.sum": None}).effect("go mod download"), "/app/go.sum")
    assuming = world({**FILES, "go.mod": MOD.replace("1.21", "1.16")}, accept=True)
    assert not writes(assuming.effect("go mod download"), "/app/go.sum")
    assert assuming.assumed["go-sum-complete"] == "unchecked"


def test_local_replacements_count_with_their_go_mod(world, reads):
    files = {
        **FILES,
        "go.mod": MOD + "replace example.com/a => ./libs/a\n",
        "libs/a/go.mod": "module a\n",
        "libs/a/a.go": "",
    }
    effect = world(files).effect("go mod download")
    assert reads(effect, "/app/libs/a/go.mod")
    assert not reads(effect, "/app/libs/a/a.go")
    assert "/app/libs/a/go.mod" in effect.needs
    block = {**files, "go.mod": MOD + 'replace (\n\texample.com/a v1.0.0 => "../a"\n)\n', "/a/go.mod": "module a\n"}
    assert reads(world(block).effect("go mod download"), "/a/go.mod")


def test_workspaces_here_and_above(world, reads):
    files = {**FILES, "go.work": "go 1.21\nuse (\n\t.\n\t./tool\n)\n", "tool/go.mod": "module t\n", "tool/t.go": ""}
    effect = world(files, accept=True).effect("go mod download")
    assert reads(effect, "/app/tool/go.mod")
    assert not reads(effect, "/app/tool/t.go")
    assert reads(world(files, accept=True, directory="/app/tool").effect("go mod download"), "/app/go.work")
    off = world(files, environment={"GOWORK": "off"}).effect("go mod download")
    assert not reads(off, "/app/tool/go.mod")


def test_builds_read_everything_unless_cgo_is_off(world, reads, writes):
    effect = world(FILES).effect("go build -o /bin/app -ldflags=-s ./cmd/x")
    assert reads(effect, "/anything/at/all")
    assert writes(effect, "/bin/app")
    assert not writes(effect, "/app/main.go")
    pure = world(FILES, environment={"CGO_ENABLED": "0"}).effect("go build -trimpath ./...")
    assert reads(pure, "/app/main.go")
    assert reads(pure, "/.git/HEAD")
    assert writes(pure, "/app/x")
    assert not reads(pure, "/srv/x")


def test_programs_by_address_leave_the_project_alone(world, reads, writes):
    effect = world(FILES).effect("go install example.com/tool@v1.0.0")
    assert not reads(effect, "/app/main.go")
    assert reads(effect, "/app/go.mod"), "go chooses its toolchain by it"
    assert writes(effect, "/root/go/bin/tool")
    assert reads(world(FILES).effect("go install ./..."), "/app/main.go")


def test_get_changes_the_module(world, reads, writes):
    effect = world(FILES).effect("go get -d -v example.com/z")
    assert reads(effect, "/app/main.go")
    assert writes(effect, "/app/go.mod")
    old = world({"/go/src/x/main.go": ""}, directory="/go/src/x", environment={"GOPATH": "/go"}).effect(
        "go get -d ./..."
    )
    assert reads(old, "/go/src/x/main.go")
    assert writes(old, "/go/src/y")


@pytest.mark.parametrize(
    ("command", "environment"),
    [
        ("go test ./...", {}),
        ("go generate ./...", {}),
        ("go run main.go", {}),
        ("go -C sub mod download", {}),
        ("go mod download -modfile=x", {}),
        ("go mod download", {"GOFLAGS": "-modfile=other.mod"}),
        ("go install \ue000@latest", {}),
        ("go env -w GOPATH=/x", {}),
    ],
)
def test_what_is_not_understood_is_unknown(world, command, environment):
    world(FILES, environment=environment).reason(command)
    assert "no go.mod" in world({}).reason("go mod download")


def test_small_commands(world, writes):
    assert writes(world({}).effect("go env -w GOPROXY=https://p,direct"), "/root/.config/go/env")
    assert writes(world({}).effect("go clean -modcache"), "/root/go/pkg/mod")
    world({}).effect("go version")


def test_modules_from_a_folder(world, reads, writes):
    files = {"go.mod": "module x\n\ngo 1.19\n\nrequire a.example/b v1.0.0\n", "main.go": ""}
    moved = world(files, environment={"GOPROXY": "https://p|file:///srv/proxy,direct"})
    assert reads(moved.effect("go mod download"), "/srv/proxy/a.example/b/@v/list")
    assert moved.reason("go env -w GOPROXY=file:///srv/x")
    assert writes(world(files, accept=True).effect("go mod download"), "/app/go.sum")
    assert not writes(world({**files, "go.sum": None}, accept=True).effect("go mod download"), "/app/go.sum")
