# shellcheck shell=sh disable=SC2034
# What install.sh, upgrade.sh and uninstall.sh share. Sourced, not run; $here is the folder they are in.
ROOT=/opt/stopward
ETC=/etc/stopward
STATE=/var/lib/stopward
LOGS=/var/log/stopward
MEMORY=/run/stopward
UNITS=/etc/systemd/system
KEPT_RELEASES=3

say() { printf 'stopward: %s\n' "$*" >&2; }
step() { say "$*"; }
fail() { say "$*"; exit 2; }

root_only() { [ "$(id -u)" = 0 ] || fail "run this with sudo"; }
has_systemd() { [ -d /run/systemd/system ]; }
as_stopward() { setpriv --reuid stopward --regid stopward --clear-groups -- "$@"; }

supported_python() {
    for each in python3.13 python3.12 python3.11 python3; do
        "$each" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
            >/dev/null 2>&1 && command -v "$each" && return
    done
    return 1
}

# Copies a checkout to a release of its own, with an environment from the lock and everything compiled; prints where.
lay_release() {
    name=$(git -C "$1" rev-parse --short=12 HEAD 2>/dev/null) || name=$(date -u +%Y%m%d%H%M%S)
    [ -z "$(git -C "$1" status --porcelain 2>/dev/null)" ] || name=$name-changed
    release=$ROOT/releases/$name
    if [ ! -e "$release/.complete" ]; then
        step "code and environment in $release; a minute or two"
        rm -rf -- "$release"
        mkdir -p -- "$release"
        (cd -- "$1" && tar -cf - --exclude=.venv --exclude=.git --exclude=runs --exclude=state --exclude=logs \
            --exclude=__pycache__ .) | tar -C "$release" --no-same-owner -xf -
        "$2" -m venv "$release/.venv"
        "$release/.venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes \
            -r "$release/requirements.lock"
        (cd -- "$release" && .venv/bin/python -W ignore -m compileall -q actors broker cli config domain ops simgateway)
        chown -R root:root -- "$release"
        chmod -R go+rX,go-w -- "$release"
        ln -s "$ETC/secrets.env" "$release/.env"
        : >"$release/.complete"
    fi
    printf '%s\n' "$release"
}

switch_to() { # the link changes in one step: there is no moment without a version
    ln -sfn -- "$1" "$ROOT/current.new"
    mv -T -- "$ROOT/current.new" "$ROOT/current"
}

install_units() {
    install -d -m 755 "$UNITS"
    install -m 644 "$1"/deploy/stopward.service "$1"/deploy/stopward-clock.service "$1"/deploy/stopward-failed.service \
        "$UNITS"
    ! has_systemd || systemctl daemon-reload
}

wait_healthy() { # the unit is active, and the bot's own status says that it runs
    left=$1
    while [ "$left" -gt 0 ]; do
        if systemctl is-active --quiet stopward.service && /usr/local/bin/stopward status >/dev/null 2>&1; then
            return 0
        fi
        sleep 1
        left=$((left - 1))
    done
    return 1
}

why_not() { # the last word of whoever it waits for
    if systemctl is-active --quiet stopward.service; then
        echo "it runs, and leaves no status: see $LOGS/bot.log"
    else
        journalctl -u stopward -u stopward-clock -n 20 -o cat --no-pager | grep '^bot: ' | tail -n 1 | grep . ||
            echo "see journalctl -u stopward"
    fi
}

prune_releases() { # keep the newest few, and whatever is in use
    used=$(readlink -f -- "$ROOT/current")
    find "$ROOT/releases" -mindepth 1 -maxdepth 1 -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2- |
        tail -n +$((KEPT_RELEASES + 1)) | while read -r each; do
        [ "$each" = "$used" ] || rm -rf -- "$each"
    done
}
