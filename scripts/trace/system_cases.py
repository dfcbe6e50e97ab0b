"""Cases of the distribution's programs: packages, accounts, archives, files, git, make and go."""

from __future__ import annotations

from typing import Any

_BRIEF = {"DEBIAN_FRONTEND": "noninteractive"}
_TREE = {"src/a.txt": "one\n", "src/deep/b.txt": "two\n", "src/link": "->a.txt", "notes.md": "x=1\nx=2\n"}
_PACKED = "cd /app && tar -czf src.tar.gz src && tar -cJf src.tar.xz src && zip -qr src.zip src"
_REPOSITORY = (
    "git init -q /srv/origin && cd /srv/origin && git config user.email a@b && git config user.name a && "
    "echo one > a.txt && git add . && git commit -qm one && git tag v1 && echo two > b.txt && git add . && git commit -qm two"
)
_MAKEFILE = "include rules.mk\nall: out.txt\nout.txt: in.txt\n\tcp in.txt out.txt\n"
_LOCAL_MODULE = "module example.com/app\n\ngo 1.19\n\nrequire example.com/lib v1.0.0\n"
_FROM_FOLDER = {"GOPROXY": "file:///srv/proxy", "GONOSUMDB": "*", "GOFLAGS": "-mod=mod"}
_ZIPPER = (
    'package main\n\nimport ("archive/zip"; "os")\n\nfunc main() { f, _ := os.Create(os.Args[1]); z := zip.NewWriter(f); '
    'for _, n := range [][2]string{{"go.mod", "module example.com/lib\\n"}, {"lib.go", "package lib\\n"}} { '
    'w, _ := z.Create("example.com/lib@v1.0.0/" + n[0]); w.Write([]byte(n[1])) }; z.Close(); f.Close() }\n'
)
_PROXY = (
    "d=/srv/proxy/example.com/lib/@v && mkdir -p $d /srv/zip && echo v1.0.0 > $d/list && "
    "echo 'module example.com/lib' > $d/v1.0.0.mod && "
    """echo '{"Version": "v1.0.0", "Time": "2020-01-01T00:00:00Z"}' > $d/v1.0.0.info && """
    f"printf '%s' '{_ZIPPER}' > /srv/zip/main.go && cd /srv/zip && GOFLAGS= GO111MODULE=off go run main.go $d/v1.0.0.zip && "
    "rm -rf /srv/zip /root/.cache && cd /app"
)
"""A module proxy in a folder, with one module: there is no other that every machine can reach."""
_PROGRAM = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n'


def _apt(name: str, command: str, **given: Any) -> dict[str, Any]:
    return {
        "name": f"apt-{name}",
        "programs": "lists",
        "command": tuple(command.split()),
        "environment": _BRIEF,
        **given,
    }


def _file(name: str, command: str, **given: Any) -> dict[str, Any]:
    return {"name": name, "programs": "python", "command": tuple(command.split()), "files": _TREE, **given}


SYSTEM: tuple[dict[str, Any], ...] = (
    _apt("update", "apt-get update", programs="image"),
    _apt("update-quiet", "apt-get -qq update", programs="image", files={"app.py": "print(1)\n"}),
    _apt("install", "apt-get install -y --no-install-recommends zip"),
    _apt("install-service", "apt-get install -y cron", files={"app.py": "print(1)\n"}),
    _apt(
        "install-python",
        "apt-get install -y --no-install-recommends python3-minimal",
        files={"sitecustomize.py": "x = 1\n"},
    ),
    _apt("install-option", "apt-get install -y -o Dpkg::Options::=--force-confold less"),
    _apt("purge", "apt-get purge -y --auto-remove zip", before="apt-get install -y zip"),
    _apt("remove", "apt-get remove -y cron", before="apt-get install -y cron"),
    _apt("clean", "apt-get clean", before="apt-get install -y -d zip"),
    _apt("autoremove", "apt-get autoremove -y"),
    _file("useradd", "useradd app"),
    _file("useradd-home", "useradd --create-home --shell /bin/bash --uid 1234 app"),
    _file("useradd-system", "useradd -r -s /usr/sbin/nologin -d /app app"),
    _file("useradd-group", "useradd -m -d /srv/home -g staff -G users,mail worker"),
    _file("adduser-system", "adduser --system --group app"),
    _file("adduser-disabled", "adduser --disabled-password --gecos nobody app"),
    _file("adduser-home", "adduser --system --no-create-home --home /srv/none app"),
    _file("groupadd", "groupadd -g 3000 team"),
    _file("addgroup-system", "addgroup --system team"),
    _file("usermod-groups", "usermod -aG users app", before="useradd app"),
    _file("tar-extract", "tar -xzf src.tar.gz -C /opt", before=_PACKED),
    _file("tar-extract-xz", "tar xf src.tar.xz", before=f"{_PACKED} && rm -r src"),
    _file("tar-strip", "tar -xf src.tar.gz --strip-components=1 -C /srv", before=_PACKED),
    _file("tar-list", "tar -tzf src.tar.gz", before=_PACKED),
    _file("tar-create", "tar -czf /tmp/out.tgz src notes.md"),
    _file("tar-create-plain", "tar cf out.tar -C src deep"),
    _file("unzip", "unzip -q src.zip -d /srv/out", before=_PACKED),
    _file("unzip-over", "unzip -oq src.zip", before=_PACKED),
    _file("gunzip", "gunzip src.tar.gz", before=_PACKED),
    _file("sed-in-place", "sed -i s/x/y/ notes.md"),
    _file("sed-several", "sed -i -E -e s/1/3/g notes.md src/a.txt"),
    _file("sed-print", "sed -n /x/p notes.md"),
    _file("find-delete", "find src -name *.txt -delete"),
    _file("find-type", "find /app -type d -name deep"),
    _file("find-exec", "find src -type f -exec chmod 600 {} +"),
    _file("chown-recursive", "chown -R 1000:1000 src"),
    _file("chown-name", "chown -R www-data:www-data /app"),
    _file("chgrp", "chgrp -R staff src/deep"),
    _file("chmod-recursive", "chmod -R u+rwX,go-w src"),
    _file("ln-symbolic", "ln -s /app/src/a.txt /usr/local/bin/a"),
    _file("ln-force", "ln -sf ../notes.md src/link"),
    _file("ln-into", "ln -s /app/notes.md src/"),
    _file("ln-hard", "ln src/a.txt src/c.txt"),
    _file("install-file", "install -m 755 notes.md /usr/local/bin/notes"),
    _file("install-directory", "install -d -m 750 -o www-data -g www-data /srv/a/b"),
    _file("install-parents", "install -D -o root -g staff notes.md /srv/x/y/notes"),
    _file("cp-archive", "cp -a src /srv/copy"),
    _file("cp-files", "cp -r src/. notes.md /srv"),
    _file("mv", "mv notes.md src/deep"),
    _file("rm", "rm -rf src/deep notes.md"),
    _file("mkdir", "mkdir -p /srv/a/b src/c"),
    _file("touch", "touch src/new notes.md"),
    _file("cat", "cat notes.md src/link"),
    _file("ls", "ls -la src"),
    _file("grep", "grep -r one src"),
    _file("sha256sum", "sha256sum notes.md src/a.txt"),
    _file("test", "test -f notes.md"),
    _file("id", "id www-data"),
    _file("date", "date"),
    _file("dpkg-architecture", "dpkg --print-architecture"),
    _file("git-clone", "git clone /srv/origin /srv/copy", files={"a.txt": "x\n"}, before=_REPOSITORY),
    _file("git-clone-branch", "git clone --depth 1 --branch v1 file:///srv/origin", files={}, before=_REPOSITORY),
    _file("git-clone-quiet", "git clone -q --recurse-submodules /srv/origin here", files={}, before=_REPOSITORY),
    _file("make", "make", files={"Makefile": _MAKEFILE, "rules.mk": "x = 1\n", "in.txt": "in\n"}),
    _file(
        "make-folder", "make -C sub all", files={"sub/Makefile": _MAKEFILE, "sub/rules.mk": "", "sub/in.txt": "in\n"}
    ),
    _file("ldconfig", "ldconfig"),
    _file("update-ca-certificates", "update-ca-certificates"),
    *(
        {
            "programs": "golang",
            "environment": {"GOFLAGS": "-mod=mod"} if name == "tidy" else {},
            **given,
            "name": f"go-{name}",
        }
        for name, given in {
            "download": {
                "command": ("go", "mod", "download"),
                "files": {"go.mod": _LOCAL_MODULE, "main.go": _PROGRAM},
                "before": _PROXY,
                "environment": _FROM_FOLDER,
            },
            "download-summed": {
                "command": ("go", "mod", "download"),
                "files": {"go.mod": _LOCAL_MODULE, "go.sum": "", "main.go": _PROGRAM},
                "before": f"{_PROXY} && go mod download example.com/lib && rm -rf /root/go",
                "environment": _FROM_FOLDER,
            },
            "vendored": {
                "command": ("go", "build", "-mod=vendor", "-o", "/usr/local/bin/app", "."),
                "files": {
                    "go.mod": "module example.com/app\n\ngo 1.19\n\nrequire example.com/lib v1.0.0\n",
                    "main.go": 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.X) }\n',
                    "vendor/modules.txt": "# example.com/lib v1.0.0\n## explicit; go 1.19\nexample.com/lib\n",
                    "vendor/example.com/lib/lib.go": "package lib\n\nconst X = 1\n",
                },
                "environment": {"CGO_ENABLED": "0"},
            },
            "build": {
                "command": ("go", "build", "-o", "/usr/local/bin/app", "."),
                "files": {"go.mod": "module example.com/app\n\ngo 1.19\n", "main.go": _PROGRAM},
                "environment": {"CGO_ENABLED": "0"},
            },
        }.items()
    ),
)
