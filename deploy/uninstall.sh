#!/bin/sh
# Takes the service away: sudo deploy/uninstall.sh [--purge]. State, logs and settings stay unless --purge is given.
# The bot is stopped in order first, so that protection rests at the broker, and stays there.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
. "$here/common.sh"

purge=
for word; do
    case $word in
    --purge) purge=yes ;;
    *) fail "$word: unknown; the only option is --purge" ;;
    esac
done
root_only
if has_systemd; then
    systemctl disable --now --quiet stopward.service 2>/dev/null || :
fi
rm -f -- "$UNITS/stopward.service" "$UNITS/stopward-clock.service" "$UNITS/stopward-failed.service"
rm -f -- /usr/local/bin/stopward
rm -rf -- "$MEMORY"
! has_systemd || systemctl daemon-reload
rm -rf -- "$ROOT"
if [ -n "$purge" ]; then
    rm -rf -- "$ETC" "$STATE" "$LOGS"
    ! getent passwd stopward >/dev/null || userdel stopward
    say "gone, with state, logs and settings; orders that rest at the broker are still there"
else
    say "gone; state in $STATE, logs in $LOGS and settings in $ETC are kept (--purge takes them, too)"
fi
