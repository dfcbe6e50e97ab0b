"""The linter: rules from packs, selected by settings, silenced by comments, run over one Dockerfile."""
