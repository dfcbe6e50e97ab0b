"""Pairs of builds that leave different images on a real engine, and of which a careless simulator could say they are equal."""

from __future__ import annotations

import os

import pytest

from restow.build import read_context, simulate
from restow.image import compare
from restow.syntax import parse

FILES = {"a": "1", "b": "2", "d/x": "3", "d/y": "4", "n.txt": "5", "q.gz": "zz", "Dockerfile": "", ".dockerignore": ""}
PAIRS = {
    "cmdsub": (
        "COPY a /x\nRUN echo $(cat /x) > /y\nCOPY b /x",
        "COPY b /x\nRUN echo $(cat /x) > /y",
    ),
    "cmdsub-assign": (
        "COPY a /x\nRUN V=$(cat /x); echo $V > /y\nCOPY b /x",
        "COPY b /x\nRUN V=$(cat /x); echo $V > /y",
    ),
    "arith": (
        "RUN echo $((1+1)) > /y",
        "RUN echo $((1+2)) > /y",
    ),
    "param-default": (
        "ENV X=1\nRUN echo ${X:-d} > /y\nENV X=2",
        "ENV X=2\nRUN echo ${X:-d} > /y",
    ),
    "exit-status": (
        "COPY a /x\nRUN test -f /x; echo $? > /y",
        "RUN test -f /x; echo $? > /y\nCOPY a /x",
    ),
    "and-unsure": (
        "RUN mkdir /y\nCOPY a /x\nRUN test -f /x && rm -rf /y; true",
        "RUN mkdir /y\nRUN test -f /x && rm -rf /y; true\nCOPY a /x",
    ),
    "exit0": (
        "COPY a /x\nRUN test -f /x || exit 0; rm -rf /y",
        "RUN test -f /x || exit 0; rm -rf /y\nCOPY a /x",
    ),
    "command-rm": (
        "COPY a /x\nRUN command rm /x",
        "COPY a /x",
    ),
    "echo-glob": (
        "COPY a /x/a\nRUN echo /x/* > /y",
        "RUN echo /x/* > /y\nCOPY a /x/a",
    ),
    "for-glob": (
        "COPY a /x/a\nRUN for f in /x/*; do echo $f >> /y; done",
        "RUN for f in /x/*; do echo $f >> /y; done\nCOPY a /x/a",
    ),
    "exec-glob": (
        'COPY a /x/a\nRUN ["rm","-rf","/x/*"]',
        "COPY a /x/a\nRUN rm -rf /x/*",
    ),
    "quoted-glob": (
        "COPY a /x/a\nRUN rm -rf '/x/*'",
        "COPY a /x/a\nRUN rm -rf /x/*",
    ),
    "brace": (
        'SHELL ["/bin/bash","-c"]\nRUN mkdir -p /x/{a,b}',
        'SHELL ["/bin/bash","-c"]\nRUN mkdir -p \'/x/{a,b}\'',
    ),
    "echo-owner": (
        "USER 5\nRUN echo x > /tmp/f",
        "RUN echo x > /tmp/f\nUSER 5",
    ),
    "mkdir-owner": (
        "USER 5\nRUN mkdir /tmp/f",
        "RUN mkdir /tmp/f && chown 5:5 /tmp/f\nUSER 5",
    ),
    "rm-link": (
        "COPY d /x\nRUN rm /x/ln",
        "COPY d /x\nRUN rm /x/x",
    ),
    "closed-touch": (
        "RUN rm -rf /x && mkdir /x && touch /x/a",
        "RUN rm -rf /x && mkdir /x",
    ),
    "closed-scratch": (
        "RUN rm -rf /x && mkdir /x && cp /etc/passwd /x/p",
        "RUN rm -rf /x && mkdir /x",
    ),
    "dockerfile-id": (
        "COPY Dockerfile /x",
        "COPY a /x",
    ),
    "blur-chown": (
        "COPY --from=busybox --chown=5:5 /bin/a /opt/z/b/\nCOPY --from=busybox /bin/c /opt/z/c/",
        "COPY --from=busybox /bin/c /opt/z/c/\nCOPY --from=busybox --chown=5:5 /bin/a /opt/z/b/",
    ),
    "gunzip-glob": (
        "COPY q.gz /x/q.gz\nRUN gunzip /x/*.gz",
        "RUN gunzip /x/*.gz\nCOPY q.gz /x/q.gz",
    ),
    "redir-swap": (
        "COPY a /x\nRUN cat /x > /y 2> /z",
        "COPY a /x\nRUN cat /x > /z 2> /y",
    ),
    "heredoc-var": (
        "ENV X=1\nRUN <<EOF\ncat <<E2 > /y\n$X\nE2\nEOF\nENV X=2",
        "ENV X=2\nRUN <<EOF\ncat <<E2 > /y\n$X\nE2\nEOF",
    ),
    "usermod-u": (
        "COPY --chown=33:33 a /var/www/html/a\nRUN usermod -u 1000 www-data",
        "RUN usermod -u 1000 www-data\nCOPY --chown=33:33 a /var/www/html/a",
    ),
    "useradd-b": (
        "COPY a /srv/u/a\nRUN useradd -m -b /srv u",
        "RUN useradd -m -b /srv u\nCOPY a /srv/u/a",
    ),
    "apt-o": (
        "COPY a /srv/l\nRUN apt-get update -o Dir::Etc::SourceList=/srv/l",
        "RUN apt-get update -o Dir::Etc::SourceList=/srv/l\nCOPY a /srv/l",
    ),
    "apt-config": (
        "ENV APT_CONFIG=/srv/l\nCOPY a /srv/l\nRUN apt-get update",
        "ENV APT_CONFIG=/srv/l\nRUN apt-get update\nCOPY a /srv/l",
    ),
    "ln-etc": (
        "RUN ln -s /srv/l /etc/apt/sources.list.d/l.list\nCOPY a /srv/l\nRUN apt-get update",
        "RUN ln -s /srv/l /etc/apt/sources.list.d/l.list\nRUN apt-get update\nCOPY a /srv/l",
    ),
    "grep-r": (
        "WORKDIR /w\nCOPY a /x/a\nRUN grep -r f /x > /y || true",
        "WORKDIR /w\nRUN grep -r f /x > /y || true\nCOPY a /x/a",
    ),
    "grep-regexp": (
        "WORKDIR /w\nCOPY a /x/a\nRUN grep --regexp=f /x/a > /y || true",
        "WORKDIR /w\nRUN grep --regexp=f /x/a > /y || true\nCOPY a /x/a",
    ),
    "curl-file": (
        "COPY a /x\nRUN curl -o /y file:///x",
        "RUN curl -o /y file:///x\nCOPY a /x",
    ),
    "tar-C-C": (
        "COPY a /x/a\nRUN tar cf /y -C /x a -C /etc passwd",
        "RUN tar cf /y -C /x a -C /etc passwd\nCOPY a /x/a",
    ),
    "network": (
        "RUN --network=none pip install six",
        "RUN pip install six",
    ),
    "bash-login": (
        'SHELL ["/bin/bash","-lc"]\nCOPY a /etc/profile.d/a.sh\nRUN echo $FOO > /y',
        'SHELL ["/bin/bash","-lc"]\nRUN echo $FOO > /y\nCOPY a /etc/profile.d/a.sh',
    ),
    "dbracket": (
        'SHELL ["/bin/bash","-c"]\nCOPY a /x\nRUN if [[ -f /x ]]; then echo a > /y; fi',
        'SHELL ["/bin/bash","-c"]\nRUN if [[ -f /x ]]; then echo a > /y; fi\nCOPY a /x',
    ),
    "rm-slash-glob": (
        "COPY d /x\nRUN rm -rf /x/*/",
        "COPY d /x\nRUN rm -rf /x/*",
    ),
    "append-assign": (
        'SHELL ["/bin/bash","-c"]\nENV X=a\nRUN X+=b; echo $X > /y',
        'SHELL ["/bin/bash","-c"]\nENV X=a\nRUN X=b; echo $X > /y',
    ),
    "sed-link": (
        "COPY d /x\nRUN sed -i s/3/4/ /x/ln",
        "COPY d /x\nRUN sed -i s/3/4/ /x/x",
    ),
    "joint-creates": (
        "WORKDIR /p\nCOPY d /p/node_modules\nCOPY a package.json\nCOPY b package-lock.json\nRUN if [ -f /q ]; then npm ci; fi",
        "WORKDIR /p\nCOPY a package.json\nCOPY b package-lock.json\nRUN if [ -f /q ]; then npm ci; fi",
    ),
    "ls-dockerfile": (
        "COPY Dockerfile /x\n#1\nRUN cat /x > /y",
        "COPY Dockerfile /x\nRUN cat /x > /y",
    ),
    "cd-fail": (
        "RUN rm -rf /x; cd /x; echo 1 > f",
        "RUN rm -rf /x; mkdir /x; cd /x; echo 1 > f",
    ),
    "echo-ne": (
        'SHELL ["/bin/bash","-c"]\nRUN echo -ne a > /y',
        'RUN echo \'-ne a\' > /y\nSHELL ["/bin/bash","-c"]',
    ),
    "dotdot-link": (
        "COPY d /x\nRUN rm -rf /x && ln -s /etc /x\nRUN echo a > /x/../y",
        "RUN ln -s /opt/d /x\nRUN echo a > /x/../y",
    ),
    "uid-passwd": (
        "USER u\nRUN mkdir /tmp/f\nUSER root\nRUN usermod -c x u\nCOPY a /etc/passwd",
        "COPY a /etc/passwd\nUSER u\nRUN mkdir /tmp/f\nUSER root\nRUN usermod -c x u",
    ),
    "grep-f": (
        "WORKDIR /w\nCOPY a /x/a\nRUN grep -f /x/a /etc/passwd > /y",
        "WORKDIR /w\nRUN grep -f /x/a /etc/passwd > /y\nCOPY a /x/a",
    ),
    "unzip-glob": (
        "WORKDIR /w\nCOPY a /x/a.zip\nRUN unzip '/x/*.zip' -d /o",
        "WORKDIR /w\nRUN unzip '/x/*.zip' -d /o\nCOPY a /x/a.zip",
    ),
    "bash-env": (
        'SHELL ["/bin/bash","-c"]\nENV BASH_ENV=/srv/a\nCOPY a /srv/a\nRUN echo $FOO > /y',
        'SHELL ["/bin/bash","-c"]\nENV BASH_ENV=/srv/a\nRUN echo $FOO > /y\nCOPY a /srv/a',
    ),
    "php-cli": (
        "FROM php:8-cli\nCOPY a .\nRUN rm -rf /a",
        "FROM php:8-cli\nRUN rm -rf /a\nCOPY a .",
    ),
    "php-cli2": (
        "FROM php:8-cli\nCOPY a .",
        "FROM php:8-cli\nCOPY a /var/www/html/",
    ),
    "perl": (
        "FROM perl:5\nCOPY a .",
        "FROM perl:5\nCOPY a /",
    ),
    "onbuild-workdir": (
        "FROM scratch AS b\nONBUILD WORKDIR /x\nFROM b\nCOPY a .\n",
        "FROM scratch AS b\nONBUILD WORKDIR /x\nFROM b\nCOPY a /\n",
    ),
    "relocated-term": (
        "FROM debian AS s\nCOPY a /x/a\nCOPY a /x/b\nRUN sed -i s/1/2/ /x/a /x/b\nFROM scratch\nCOPY --from=s /x/a /q",
        "FROM debian AS s\nCOPY a /x/a\nCOPY a /x/b\nRUN sed -i s/1/2/ /x/a /x/b\nFROM scratch\nCOPY --from=s /x/b /q",
    ),
    "chmod-2775": (
        "RUN mkdir -p /t && rm -rf /t && mkdir /t && chmod 2775 /t && chmod 755 /t",
        "RUN mkdir -p /t && rm -rf /t && mkdir /t && chmod 755 /t",
    ),
    "setgid-mkdir": (
        "RUN rm -rf /t && mkdir /t && chown 0:50 /t && chmod 2775 /t && mkdir /t/x",
        "RUN rm -rf /t && mkdir /t && chown 0:50 /t && chmod 2775 /t\nWORKDIR /t/x\nWORKDIR /",
    ),
    "apt-list-file": (
        "COPY d /srv/repo\nRUN echo 'deb file:/srv/repo ./' > /etc/apt/sources.list.d/x.list\nRUN apt-get update",
        "RUN echo 'deb file:/srv/repo ./' > /etc/apt/sources.list.d/x.list\nRUN apt-get update\nCOPY d /srv/repo",
    ),
    "missing-parent": (
        "RUN touch /w/q || true\nCOPY a /w/d/\nRUN ln -sf /w/d /w/c || true",
        "RUN touch /w/q || true\nRUN ln -sf /w/d /w/c || true\nCOPY a /w/d/",
    ),
    "perhaps-owner": (
        "RUN touch /w/q || true\nCOPY --chown=5 a /w/\nCOPY b /w/",
        "RUN touch /w/q || true\nCOPY b /w/\nCOPY --chown=5 a /w/",
    ),
    "cd-before": (
        "COPY a /w/a\nRUN cd /w && echo 1 > /z",
        "RUN cd /w && echo 1 > /z\nCOPY a /w/a",
    ),
    "mkdir-before": (
        "COPY a /w/a\nRUN mkdir /w/x",
        "RUN mkdir /w/x\nCOPY a /w/a",
    ),
    "joint-variable": (
        "COPY a /x\nRUN V=1; if test -f /x; then V=2; fi; echo $V > /y",
        "RUN V=1; if test -f /x; then V=2; fi; echo $V > /y\nCOPY a /x",
    ),
    "nested-link": (
        "RUN rm -rf /x && mkdir /x && ln -s /etc/hostname /x/a\nCOPY a /x/",
        "RUN rm -rf /x && mkdir /x && ln -s /etc/hostname /x/a\nCOPY a /etc/hostname",
    ),
    "pip-cache": ("RUN pip install six", "RUN pip install --no-cache-dir six"),
    "apk-cache": ("FROM alpine\nRUN apk add git", "FROM alpine\nRUN apk add --no-cache git"),
    "link-makes-parent": (
        "COPY --link d /opt/z/k\nRUN ln -sf /w /opt/z/c",
        "RUN ln -sf /w /opt/z/c\nCOPY --link d /opt/z/k",
    ),
    "rm-makes-nothing": ("RUN rm -rf /w/d/f\nRUN mkdir -p /w/d", "RUN rm -rf /w/d/f"),
    "link-merges": (
        "COPY a /opt/a/b\nCOPY --link --from=busybox /d /opt/a",
        "COPY --link --from=busybox /d /opt/a",
    ),
}


@pytest.fixture
def context(tmp_path):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    os.symlink("x", tmp_path / "d" / "ln")
    return read_context(tmp_path, tmp_path / "Dockerfile")


@pytest.mark.parametrize("name", PAIRS)
def test_different_images_are_not_called_equal(name, context):
    one, two = (text if text.startswith("FROM") else f"FROM debian:bookworm-slim\n{text}" for text in PAIRS[name])
    assert compare(simulate(parse(one), context), simulate(parse(two), context))
