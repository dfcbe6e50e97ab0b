"""The options of yarn 1 (its documentation, "yarn install", "yarn global") and of yarn 2 to 4 that are understood."""

from __future__ import annotations

from restow.effects.surroundings import names

FLAGS = names(
    "--frozen-lockfile --pure-lockfile --no-lockfile --immutable --no-immutable --immutable-cache --check-cache "
    "--production --prod --non-interactive --ignore-scripts --ignore-engines --ignore-optional --ignore-platform "
    "--silent -s --verbose --force --check-files --no-progress --offline --prefer-offline --json --flat --har "
    "--no-bin-links --skip-integrity-check --no-emoji --no-default-rc --no-node-version-check --link-duplicates "
    "--update-checksums --inline-builds --check-resolutions --refresh-lockfile --refresh --strict-semver "
    "--enable-pnp --disable-pnp --pnp -v --version --dev -D --exact -E --tilde -T --all --mirror -g -y --yes -W "
    "--ignore-workspace-root-check --audit -h --help --latest --no-audit"
)
VALUED = names(
    "--network-timeout --network-concurrency --cache-folder --modules-folder --registry --mutex --cwd "
    "--preferred-cache-folder --global-folder --prefix --proxy --https-proxy --link-folder --use-yarnrc --mode "
    "--otp --emoji --scripts-prepend-node-path --user-agent --install.silent --production="
)
KEEPING = ("--frozen-lockfile", "--pure-lockfile", "--immutable", "--no-lockfile")
"""Options after which ``yarn.lock`` is as before."""
