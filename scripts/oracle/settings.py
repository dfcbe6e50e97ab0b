"""Random instructions that change the configuration, or the state that later ones see."""

from __future__ import annotations

from random import Random

_LINES = (
    *(
        "ENV A=1",
        "ENV B=2 C=3",
        "ENV D=$A-${B:-none}",
        "ENV PATH=/opt/bin:$PATH",
        'ENV E="two words" F=a\\ b',
        "ENV A 1 and more",
    ),
    *("ARG VALUE=1", "ARG VALUE", "ARG G", "ARG A=arg"),
    *("LABEL l=1", 'LABEL "m n"="$A" l=2', "LABEL o=a\\ b", "MAINTAINER me"),
    *("EXPOSE 80", "EXPOSE 53/udp 8000-8002", "EXPOSE 80/TCP ${A:-9}"),
    *("VOLUME /data", 'VOLUME ["/data", "/more/$A"]', "VOLUME /a /b/"),
    *("STOPSIGNAL SIGTERM", "STOPSIGNAL 9"),
    *('CMD ["a", "b"]', "CMD a $A", "CMD", 'ENTRYPOINT ["e", "$A"]', "ENTRYPOINT e x", "ENTRYPOINT []", "CMD []"),
    *("HEALTHCHECK NONE", "HEALTHCHECK CMD true", 'HEALTHCHECK --interval=5s --timeout=1m30s --retries=3 CMD ["true"]'),
    *("HEALTHCHECK --start-period=1.5s --retries=0 CMD a || b",),
    *("ONBUILD ENV ON=1", "ONBUILD LABEL on=$A", "ONBUILD WORKDIR /onbuild", "ONBUILD VOLUME /v", 'ONBUILD CMD ["on"]'),
)
_STATE = ("USER 1:1", "USER daemon", "USER 0", "USER root", 'SHELL ["/bin/sh", "-ec"]', 'SHELL ["/bin/sh", "-c"]')


def setting(random: Random, runs: bool) -> str:
    """One line. ``runs``: the stage has the accounts and the shell of a base image."""
    if random.random() < (0.12 if runs else 0.04):
        line = random.choice(_STATE)
        return line if runs else "USER 1:1"
    return random.choice(_LINES)
