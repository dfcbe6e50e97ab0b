"""What instructions read and write, and which may change places."""

import pytest

from restow.advise.access import access_of
from restow.build import context_of_listing, simulate
from restow.syntax import parse

CONTEXT = context_of_listing([(path, 0o100644, path, 1) for path in ("a", "b", "d/x", "requirements.txt")])


def conflict(one, two, before=""):
    steps = simulate(parse(f"FROM python\n{before}\n{one}\n{two}\n"), CONTEXT).target.steps
    left, right = map(access_of, steps[-2:])
    assert left.conflicts(right) == right.conflicts(left)
    return left.conflicts(right)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("COPY a /a", "COPY b /b", False),
        ("COPY a /x", "COPY b /x", True),
        ("COPY d /x", "COPY a /x/", False),
        ("COPY d /x", "COPY a /x/x", True),
        ("COPY --chown=5 a /n/a", "COPY b /n/b", True),
        ("COPY a /n/a", "COPY b /n/b", False),
        ("WORKDIR /w", "COPY a .", True),
        ("WORKDIR /w", "COPY a /x/", False),
        ("WORKDIR /w", "WORKDIR /v", True),
        ("USER 5", "WORKDIR /w", True),
        ("USER 5", "COPY a /a", False),
        ("USER 5", "RUN mkdir /x", True),
        ("ENV A=1", "COPY a /a", False),
        ("ENV A=x", "COPY a /$A", True),
        ("ENV A=1", "ENV B=2", False),
        ("ENV A=1", "ENV B=$A", True),
        ("ENV A=1", "ARG A=2", True),
        ("ENV PIP_NO_INDEX=1", "RUN pip install x", True),
        ("ENV UNRELATED_NAME=1", "RUN mkdir /x", False),
        ("RUN frobnicate", "COPY a /a", True),
        ("RUN frobnicate", "LABEL a=1", False),
        ("LABEL a=1", "LABEL b=2", True),
        ("LABEL a=1", "EXPOSE 80", False),
        ("CMD a", "ENTRYPOINT b", True),
        ("VOLUME /v", "COPY a /v/", True),
        ('SHELL ["/bin/bash", "-c"]', "RUN mkdir /x", True),
        ('SHELL ["/bin/bash", "-c"]', "CMD a", True),
        ("RUN mkdir /x", "COPY a /x/", True),
        ("RUN mkdir /x", "COPY a /y/", False),
        ("COPY requirements.txt /r/", "RUN pip install -r /r/requirements.txt", True),
        ("COPY a /r/", "RUN pip install x", False),
        ("COPY --chown=joe a /a", "RUN touch /etc/passwd", True),
    ],
)
def test_conflicts(one, two, expected) -> None:
    assert conflict(one, two) is expected
