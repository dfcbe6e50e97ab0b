"""Costs of what no model knows, in seconds on a CI machine: stated priors, to be replaced by a measured build log.

They are our own estimates of a small project's build, by the word that stands for the work; only their order of
magnitude counts.
"""

from __future__ import annotations

DEFAULT_SECONDS = 10.0
_BY_WORD = (
    ("cargo build", 90.0),
    ("cargo install", 90.0),
    ("mvn", 60.0),
    ("gradle", 60.0),
    ("dotnet publish", 30.0),
    ("dotnet restore", 15.0),
    ("dotnet build", 20.0),
    ("go build", 30.0),
    ("go install", 30.0),
    ("npm run", 30.0),
    ("yarn build", 30.0),
    ("yarn run", 30.0),
    ("webpack", 30.0),
    ("npm install", 30.0),
    ("npm ci", 25.0),
    ("yarn", 25.0),
    ("pnpm", 20.0),
    ("pip install", 20.0),
    ("poetry install", 20.0),
    ("pipenv", 25.0),
    ("bundle", 40.0),
    ("composer", 20.0),
    ("apt-get", 15.0),
    ("apk", 4.0),
    ("yum", 25.0),
    ("dnf", 25.0),
    ("make", 30.0),
    ("collectstatic", 8.0),
    ("assets:precompile", 40.0),
    ("git clone", 8.0),
    ("curl", 4.0),
    ("wget", 4.0),
)


def seconds_of_unknown(command: str) -> float:
    """The prior of a RUN that could not be read: the sum of the words found in it, or a default."""
    found, text = 0.0, command
    for word, seconds in _BY_WORD:
        if word in text:
            found += seconds
            text = text.replace(word, " ")
    return found or (DEFAULT_SECONDS if len(command) > 40 else 2.0)
