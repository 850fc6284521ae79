#!/bin/sh
# Has the server migrate its database in the dark and prove itself, then becomes the server: process 1, which gets the signals that
# the container is stopped with. A container whose server does not work ends here, before anybody is let in.
set -eu

tree=/opt/acme/embedded/mattermost

# The server's variables, as systemd reads them: mmembed takes them from a file, so that no password stands in an argument.
umask 077
variables=$(mktemp)
trap 'rm -f "$variables"' EXIT
env | sed -n -e 's/[\\"$`]/\\&/g' -e 's/^\(MM_[A-Z0-9_]*\)=\(.*\)$/\1="\2"/p' >"$variables"

/opt/acme/bin/mmembed verify --app acme --env-file "$variables"

rm -f "$variables"
umask 022
cd "$tree"
exec setpriv --reuid acme-chat --regid acme-chat --clear-groups -- bin/mattermost "$@"
