PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

say() { printf '%s: %s\n' "$name" "$*"; }

# Does the server run? Then $number is its process: none that has taken its number since, and none that has ended.
running() {
    number=
    [ -r "$pidfile" ] && read -r number <"$pidfile"
    case $number in '' | *[!0-9]*) return 1 ;; esac
    first=$(2>/dev/null tr '\0' '\n' <"/proc/$number/cmdline" | head -n 1)
    [ "$first" = "$program" ]
}

# Runs as the server's user. What the server says before it has a log of its own goes to $console, which begins anew.
inner='cd "$1" || exit 1
console=$2
shift 2
[ ! -e "$console" ] || mv -f "$console" "$console.old"
exec "$@" >"$console" 2>&1 </dev/null'

# launch WORD...: the server with these words, in the background, its number in $pidfile.
launch() {
    set -- /bin/sh -c "$inner" sh "$directory" "$console" "$program" "$@"
    change=
    case $(id -u):$(id -un 2>/dev/null) in
    0:*)
        if [ "$numeric" = yes ]; then
            set -- setpriv --reuid "$user" --regid "$group" --clear-groups -- "$@"
        elif command -v start-stop-daemon >/dev/null 2>&1; then
            change="--chuid $user:$group"
        else
            set -- setpriv --reuid "$user" --regid "$group" --init-groups -- "$@"
        fi
        ;;
    "$user":* | *:"$user") ;;
    *)
        say "only root and $user may start it"
        return 4
        ;;
    esac
    first=$(command -v "$1") || {
        say "there is no $1"
        return 5
    }
    mkdir -p "${pidfile%/*}" && rm -f "$pidfile" || return 4
    if command -v start-stop-daemon >/dev/null 2>&1; then
        shift
        # Two words or none.
        # shellcheck disable=SC2086
        start-stop-daemon --start --quiet --background --make-pidfile --pidfile "$pidfile" $change \
            --startas "$first" -- "$@"
    else
        setsid "$@" </dev/null >/dev/null 2>&1 &
        echo $! >"$pidfile"
    fi
}

start() {
    if running; then
        say "runs already (process $number)"
        return 0
    fi
    [ -x "$program" ] || {
        say "there is no $program"
        return 5
    }
    environment || {
        say "its environment file cannot be read"
        return 6
    }
    ulimit -n "$files" 2>/dev/null || :
    words || return
    tries=0
    until running; do
        tries=$((tries + 1))
        [ "$tries" -le 10 ] || break
        sleep 1
    done
    # What cannot start ends at once.
    sleep 1
    if running; then
        say "started (process $number)"
    else
        say "does not start; see $console"
        return 1
    fi
}

stop() {
    if ! running; then
        rm -f "$pidfile"
        say "does not run"
        return 0
    fi
    stopping=$number
    kill -TERM "$stopping" || return 4
    waited=0
    while running && [ "$waited" -lt "$patience" ]; do
        sleep 1
        waited=$((waited + 1))
    done
    if running; then
        say "does not end within $patience s, and is killed (process $stopping)"
        kill -KILL -- "-$stopping" 2>/dev/null || kill -KILL "$stopping"
        sleep 1
    fi
    if running; then
        say "cannot be stopped (process $stopping)"
        return 1
    fi
    rm -f "$pidfile"
    say "stopped"
}

status() {
    if running; then
        say "runs (process $number)"
    elif [ -e "$pidfile" ]; then
        say "does not run, and was not stopped"
        return 1
    else
        say "does not run"
        return 3
    fi
}

case ${1-} in
start) start ;;
stop) stop ;;
restart | force-reload) stop && start ;;
try-restart | condrestart) ! running || { stop && start; } ;;
status) status ;;
*)
    say "say start, stop, restart, try-restart, force-reload or status" >&2
    exit 2
    ;;
esac
