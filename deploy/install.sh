#!/bin/sh
# Installs this checkout as a service: sudo deploy/install.sh [--no-start]. Debian 12 and 13, Raspberry Pi OS.
# Own user, code in /opt/stopward/releases/<commit> owned by root, settings in /etc/stopward, state in /var/lib/stopward.
# Run it again after an error: each step finds what is done. Secrets go into /etc/stopward/secrets.env with an editor,
# never onto a command line, where every user of the machine could read them.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
. "$here/common.sh"

start=yes
for word; do
    case $word in
    --no-start) start= ;;
    *) fail "$word: unknown; the only option is --no-start" ;;
    esac
done
root_only
python=$(supported_python) || fail "needs Python 3.11, 3.12 or 3.13 with venv: apt install python3 python3-venv"

step "user stopward, which can log in to nothing"
getent passwd stopward >/dev/null || useradd --system --home-dir "$STATE" --shell /usr/sbin/nologin stopward

step "folders"
install -d -m 755 "$ROOT" "$ROOT/releases" "$ETC"
install -d -m 700 -o stopward -g stopward "$STATE"
install -d -m 750 -o stopward -g stopward "$LOGS"

release=$(lay_release "$here/.." "$python")

step "settings in $ETC (kept where they are there already)"
[ -e "$ETC/settings.yaml" ] || install -m 644 "$here/settings.template.yaml" "$ETC/settings.yaml"
[ -e "$ETC/secrets.env" ] || install -m 640 -g stopward "$here/secrets.example.env" "$ETC/secrets.env"
SETTINGS_FILE=$ETC/settings.yaml as_stopward "$release/.venv/bin/python" "$release/run.py" config check ||
    fail "the settings are not good: mend $ETC/settings.yaml, then run this again"

step "service"
switch_to "$release"
install_units "$release"
install -m 755 "$here/stopward" /usr/local/bin/stopward
if ! has_systemd; then
    say "no systemd runs here: the units are in place, and start with the next boot that has one"
elif [ -n "$start" ]; then
    systemctl enable --quiet stopward.service
    systemctl restart --no-block stopward.service # It may wait for the clock for long.
    wait_healthy 60 || fail "not healthy after 60 s: $(why_not)"
fi
say "installed $(basename "$release"); settings in $ETC, log in $LOGS/bot.log, look with: stopward status"
