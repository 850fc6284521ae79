#!/bin/sh
# Plays systemd: starts and stops what a unit says, one process of one user, and answers what is asked of it. It knows of a unit what
# the unit's file says, and writes down what it was told.
set -eu

told=/run/told
echo "$*" >>$told
verb=
unit=
path=
for word; do
    case $word in
    -*) ;;
    /*) path=$word unit=${word##*/} ;;
    *) if [ -z "$verb" ]; then verb=$word; else unit=${word%.service}.service; fi ;;
    esac
done
file=/etc/systemd/system/$unit
[ -e "$file" ] || file=/lib/systemd/system/$unit
pidfile=/run/$unit.pid

# said KEY [DEFAULT]: the value of a key in the unit.
said() {
    value=$(sed -n "s/^$1=//p" "$file" | head -n 1)
    echo "${value:-${2:-}}"
}

running() {
    [ -r "$pidfile" ] && read -r number <"$pidfile" || return 1
    # One that has ended and that nobody has taken note of yet is gone.
    read -r _ _ state _ 2>/dev/null <"/proc/$number/stat" && [ "$state" != Z ]
}

start() {
    ! running || return 0
    words=$(said ExecStart)
    cd "$(said WorkingDirectory /)"
    # The words of ExecStart are plain here.
    # shellcheck disable=SC2086
    setsid setpriv --reuid "$(said User root)" --regid "$(said Group root)" --clear-groups \
        env --default-signal=HUP,INT,QUIT,PIPE,TERM -- $words </dev/null >>/run/console 2>&1 &
    echo $! >"$pidfile"
}

stop() {
    running || return 0
    kill -TERM "$number"
    while running; do sleep 0.01; done
    rm -f "$pidfile"
}

case $verb in
daemon-reload) ;;
enable | preset)
    if [ -n "$path" ]; then
        file=/etc/systemd/system/$unit
        ln -sf "$path" "$file"
    fi
    wanted=/etc/systemd/system/$(said WantedBy).wants
    mkdir -p "$wanted"
    ln -sf "$file" "$wanted/$unit"
    ;;
disable)
    wanted=/etc/systemd/system/$(said WantedBy).wants
    rm -f "$wanted/$unit"
    [ ! -L "$file" ] || rm "$file"
    ;;
start | stop)
    [ -f "$file" ] || exit 5
    "$verb"
    ;;
restart) stop && start ;;
is-active) running ;;
is-enabled)
    [ -L "/etc/systemd/system/$(said WantedBy).wants/$unit" ] && echo enabled
    ;;
show)
    if [ ! -f "$file" ]; then
        echo "LoadState=not-found"
    elif running; then
        printf 'LoadState=loaded\nActiveState=active\nMainPID=%s\n' "$number"
    else
        printf 'LoadState=loaded\nActiveState=inactive\nMainPID=0\n'
    fi
    ;;
*)
    echo "this systemctl does not know $*" >&2
    exit 1
    ;;
esac
