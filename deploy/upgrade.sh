#!/bin/sh
# Brings the service to this checkout, and back to what it was when the new version is not healthy in 60 s:
# sudo deploy/upgrade.sh. Protection rests at the broker all the while; the bot is away for some seconds.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
. "$here/common.sh"

[ $# = 0 ] || fail "$1: unknown; this takes no options"
root_only
[ -e "$ROOT/current" ] || fail "nothing is installed in $ROOT: run deploy/install.sh"
python=$(supported_python) || fail "needs Python 3.11, 3.12 or 3.13 with venv: apt install python3 python3-venv"

old=$(readlink -f -- "$ROOT/current")
release=$(lay_release "$here/.." "$python")
[ "$release" != "$old" ] || fail "$(basename "$old") is installed already"
SETTINGS_FILE=$ETC/settings.yaml as_stopward "$release/.venv/bin/python" "$release/run.py" config check ||
    fail "the new version refuses the settings: mend $ETC/settings.yaml; $(basename "$old") goes on"

switch_to "$release"
install_units "$release"
if ! has_systemd; then
    say "no systemd runs here: $(basename "$release") starts with the next boot that has one"
    exit 0
fi
systemctl restart --no-block stopward.service
if ! wait_healthy 60; then
    say "$(basename "$release") is not healthy after 60 s ($(why_not)): back to $(basename "$old")"
    switch_to "$old"
    install_units "$old"
    systemctl reset-failed stopward.service || :
    systemctl restart --no-block stopward.service
    wait_healthy 60 || fail "the old version is not healthy either: $(why_not)"
    exit 1
fi
prune_releases
say "upgraded from $(basename "$old") to $(basename "$release")"
