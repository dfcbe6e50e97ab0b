"""What package managers of distributions read and write, what they refuse, and the programs that surround apt."""

import pytest

from restow.effects.effect import NAME, SYMBOLIC

KNOWN = [
    "apt-get install -y --no-install-recommends curl",
    "apt-get -qq update",
    "apt-get dist-clean",
    "apt-get reinstall tzdata",
    "apt-mark auto .*",
    "apt-mark showmanual",
    "apt-key adv --keyserver keyserver.ubuntu.com --recv-keys 1C4CBDCDCD2EFD2A",
    "apt-cache policy curl",
    "dpkg --add-architecture i386",
    "dpkg --print-architecture",
    "dpkg -i /app/x.deb",
    "dpkg-query -W -f ${Version} curl",
    "dpkg-architecture --query DEB_BUILD_GNU_TYPE",
    "add-apt-repository -y ppa:nginx/stable",
    "debconf-set-selections",
    "apk add --no-cache --virtual .deps gcc",
    "apk del --no-network .deps",
    "apk --print-arch",
    "apk info -e curl",
    "yum -y --setopt=tsflags=nodocs install httpd",
    "yum install -y /usr/bin/ps nfs-utils",
    "yum clean all",
    "dnf install -y --setopt=install_weak_deps=False --nodocs gcc",
    "microdnf install -y tar",
    "tdnf install -y ca-certificates",
    "zypper --non-interactive install --no-recommends gcc",
    "zypper clean --all",
    "pacman -Syu --noconfirm --needed base-devel",
    "rpm -ivh --noscripts https://example.com/x.rpm",
    "rpm --import https://example.com/key",
    "rpm -qa",
]
REFUSED = [
    "apt-get --frobnicate install curl",
    "apt-get -o Dir::Etc=/app/apt install curl",
    "apt-get -o Dpkg::Options::=--root=/x install curl",
    "apt-get -c /app/apt.conf install curl",
    "apt-get frobnicate",
    "apt-key --keyring /app/k.gpg add -",
    "dpkg --root=/x -i a.deb",
    "dpkg -R -i /app/debs",
    "dpkg-deb -x a.deb /",
    "apk add --root /x curl",
    "apk add --keys-dir /app/keys curl",
    "apk frobnicate",
    "yum --installroot=/x install curl",
    "yum --setopt=reposdir=/app/repos install curl",
    "yum -c /app/yum.conf install curl",
    "dnf shell /app/script",
    "zypper --root /x install curl",
    "zypper ar /app/repository mine",
    "pacman --root /x -S curl",
    "pacman -Sb /x curl",
    "rpm --root /x -i a.rpm",
    "rpm -qp /app/x.rpm --define x",
    "add-apt-repository file:/app/repository",
]


@pytest.mark.parametrize("command", KNOWN)
def test_known(world, command):
    assert world({"x.deb": None}).effect(command).seconds > 0


@pytest.mark.parametrize("command", REFUSED)
def test_refused(world, command):
    assert world({}).reason(command)


@pytest.mark.parametrize(
    "command", ["apt-get install -y a", "apk add a", "yum -y install a", "zypper in a", "pacman -S a"]
)
def test_installing_touches_the_system_and_not_the_project(world, reads, writes, command):
    checked = world({})
    effect = checked.effect(command)
    for path in ("/etc/apt/x", "/etc/passwd", "/usr/local/lib/x.so", "/var/lib/x"):
        assert (reads(effect, path), writes(effect, path)) == (True, True), path
    assert not reads(effect, "/app/main.py")
    assert not writes(effect, "/app/main.py")
    assert not writes(effect, "/home/x")
    assert effect.environment is None
    assert checked.assumed == {"home-directory": "standing", "same-index": "standing", "package-policy": "standing"}
    accepting = world({}, accept=True)
    assert "APT_*" in accepting.effect(command).environment
    assert accepting.assumed["environment-unread"] == "unchecked"


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("apt-get install -y ./pkg/a.deb", "/app/pkg/a.deb"),
        ("dpkg -i pkg/a.deb", "/app/pkg/a.deb"),
        ("apk add --allow-untrusted ./a.apk", "/app/a.apk"),
        ("yum install -y ./a.rpm", "/app/a.rpm"),
        ("rpm -Uvh a.rpm", "/app/a.rpm"),
        ("pacman -U --noconfirm a.pkg.tar.zst", "/app/a.pkg.tar.zst"),
        ("apt-key add keys/x.asc", "/app/keys/x.asc"),
        ("debconf-set-selections answers", "/app/answers"),
    ],
)
def test_package_files_of_the_project_are_read(world, reads, command, path):
    effect = world({}).effect(command)
    assert reads(effect, path)
    assert path in effect.needs


def test_patterns_of_package_files_read_everything(world, reads):
    assert reads(world({}).effect("apt-get install -y ./debs/*.deb"), "/anywhere/x")


def test_words_that_only_the_build_gives_may_name_files(world, reads):
    for argv in (("apk", "add", f"{SYMBOLIC}output"), ("apt-mark", "manual", f"{SYMBOLIC}output")):
        checked = world({})
        assert reads(checked.effect(*argv), "/app/a.apk")
        assert checked.assumed["package-words"] == "standing"


def test_source_lists_of_the_build_lead_to_their_files(world, reads):
    lists = {"/etc/apt/sources.list.d/x.list": "deb [signed-by=/srv/key.gpg] file:/mnt/repository ./\n"}
    effect = world(lists).effect("apt-get update")
    assert reads(effect, "/srv/key.gpg")
    assert reads(effect, "/mnt/repository/Packages")
    repository = {"/etc/yum.repos.d/x.repo": "[x]\nbaseurl=file:///mnt/rpms\n"}
    assert reads(world(repository).effect("yum install -y x"), "/mnt/rpms/x.rpm")


@pytest.mark.parametrize(
    "command",
    [
        "apk add -X /srv/r foo",
        "apk add --repository=/srv/r foo",
        "apk add -X ../srv/r foo",
        "apk add -X file:///srv/r foo",
        "apk add -X /srv/r/x86_64/Packages.adb foo",
        "apk search -X /srv/r foo",
    ],
)
def test_a_folder_given_as_repository_of_apk_is_read(world, reads, command):
    effect = world({}).effect(command)
    assert reads(effect, "/srv/r/x86_64/foo-1-r0.apk")
    assert not reads(effect, "/srv/q")


def test_an_address_given_as_repository_of_apk_reads_no_file(world, reads):
    for value in ("https://example.org/edge", f"https://{SYMBOLIC}mirror/edge"):
        effect = world({}).effect("apk", "add", "-X", value, "foo")
        assert not reads(effect, "/srv/r/x")
    assert world({}).reason("apk", "add", "-X", f"{SYMBOLIC}mirror", "foo")


@pytest.mark.parametrize("text", ["/srv/r", "@own /srv/r", "https://example.org/main\n/srv/r\n", "file:/srv/r"])
@pytest.mark.parametrize("name", ["/etc/apk/repositories", "/etc/apk/repositories.d/own.list"])
def test_repositories_of_the_build_lead_to_their_folders(world, reads, name, text):
    for command in ("apk add foo", "apk update", "apk search foo", "apk del foo"):
        effect = world({name: text}).effect(command)
        assert reads(effect, "/srv/r/x86_64/APKINDEX.tar.gz"), command
        assert not reads(effect, "/srv/q"), command


def test_repositories_that_cannot_be_read_may_name_any_folder(world, reads):
    for text in (None, "?", "${own}/r"):
        assert reads(world({"/etc/apk/repositories": text}).effect("apk add foo"), "/srv/r/x"), text
    comment = world({"/etc/apk/repositories": "# /srv/r\n"}).effect("apk update")
    assert not reads(world({}).effect("apk add foo"), "/srv/r/x")
    assert comment.seconds > 0


def test_caches_and_their_cleaning(world, writes):
    assert world({}).effect("yum install -y x").caches[0].remove == "yum clean all"
    cleaned = world({}).effect("yum clean all")
    assert writes(cleaned, "/var/cache/yum/x")
    assert not writes(cleaned, "/etc/passwd")
    assert not world({}).effect("apk add --no-cache x").caches
    assert not writes(world({}).effect("apt-get clean"), "/var/lib/apt/lists/x")
    assert writes(world({}).effect("apt-get dist-clean"), "/var/lib/apt/lists/x")


def test_asking_writes_nothing(world):
    for command in ("apt-mark showmanual", "dpkg -l", "apk info", "rpm -qa", "dpkg --print-architecture"):
        assert not world({}).effect(command).writes, command


def test_diversions_move_one_file(world, reads, writes):
    effect = world({}).effect("dpkg-divert --add --rename --divert /usr/share/x.dpkg /usr/share/x")
    for path in ("/usr/share/x", "/usr/share/x.dpkg", "/var/lib/dpkg/diversions"):
        assert (reads(effect, path), writes(effect, path)) == (True, True), path
    assert not writes(effect, "/usr/share/y")


def test_compiled_sources_stay_in_the_working_directory(world, reads, writes):
    effect = world({}).effect("apt-get source --compile x")
    assert reads(effect, "/elsewhere")
    assert writes(effect, "/app/x")
    assert not writes(effect, "/elsewhere")
    assert "root directory" in world({}, directory="/").reason("apt-get source x")


def test_buildflags_look_at_the_working_directory(world, reads):
    assert reads(world({}).effect("dpkg-buildflags --get CFLAGS"), "/app/debian/rules")


def test_an_unknown_working_directory_counts_as_anywhere(world, reads):
    somewhere = f"/{SYMBOLIC}{NAME}x"
    effect = world({}, directory=somewhere).effect("dpkg-buildflags --get CFLAGS")
    assert reads(effect, "/app/debian/rules")
    assert "working directory" in world({}, directory=somewhere).reason("dpkg -i a.deb")
    assert "working directory" in world({}, directory=somewhere).reason("python -m pip install x")


def test_modules_that_scripts_written_in_python_would_take_from_elsewhere(world, reads):
    files = {"/srv/p/typing.py": "", "/srv/p/app.py": ""}
    effect = world(files, environment={"PYTHONPATH": "/srv/p"}, accept=True).effect("apt-get install -y curl")
    assert reads(effect, "/srv/p/typing.py")
    assert reads(effect, "/srv/p/sitecustomize.py")
    assert not reads(effect, "/srv/p/app.py")
    assert not reads(world(files, accept=True).effect("apt-get install -y curl"), "/srv/p/typing.py")
