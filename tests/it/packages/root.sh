#!/bin/sh
# root.sh DIR POSTGRESQL PROGRAM…: a small Debian in DIR, made of copies of this machine's own programs and of those of PostgreSQL in
# another directory, with a database of packages of its own. The libraries of the PROGRAMs come too.
set -eu

root=$1
postgresql=$2
shift 2
mkdir -p "$root"
cd "$root"
mkdir -p dev etc/systemd/system lib/systemd/system opt proc run/systemd/system tmp usr/bin usr/lib usr/sbin usr/share var/lib/dpkg
chmod 1777 tmp
for name in bin sbin lib lib64; do
    # As this machine has it: a directory, or a link into usr.
    if [ -L "/$name" ]; then
        mkdir -p "usr/$name"
        [ ! -d "$name" ] || { cp -r "$name/." "usr/$name/" && rm -r "$name"; }
        ln -s "usr/$name" "$name"
    else
        mkdir -p "$name"
    fi
done
mknod -m 666 dev/null c 1 3
mknod -m 444 dev/urandom c 1 9

# libraries FILE: what it is linked with.
libraries() {
    # A script is linked with nothing.
    { ldd "$1" 2>/dev/null || :; } | grep -o '/[^ ]*' | while read -r library; do
        [ -e "./$library" ] || { mkdir -p ".${library%/*}" && cp --reflink=auto -L "$library" ".$library"; }
    done
}

# copy FILE…: each at the same place, whatever links lead there, and what it is linked with.
copy() {
    for file; do
        mkdir -p ".${file%/*}"
        cp --reflink=auto -L "$file" ".$file"
        libraries "$file"
    done
}

for program; do
    libraries "$program"
done
for program in cat chmod chown cp cut deb-systemd-helper deb-systemd-invoke dpkg dpkg-deb dpkg-query dpkg-split env getent grep \
    groupadd head id ldconfig ln ls mkdir mktemp mv nologin perl readlink realpath rm rmdir sed setpriv setsid sh sleep sort \
    start-stop-daemon stat tail tar touch tr useradd; do
    for directory in /usr/bin /usr/sbin; do
        [ ! -e "$directory/$program" ] || copy "$directory/$program"
    done
done
copy "$postgresql/pg_dump" "$postgresql/pg_restore" "$postgresql/psql"
perl=$(echo /usr/lib/*-linux-gnu*/perl-base)
mkdir -p ".${perl%/*}"
cp -r --reflink=auto "$perl" ".$perl"

printf 'root:x:0:0:root:/root:/bin/sh\n' >etc/passwd
printf 'root:x:0:\n' >etc/group
printf 'root:*:20000:0:99999:7:::\n' >etc/shadow
printf 'passwd: files\ngroup: files\n' >etc/nsswitch.conf
printf 'UID_MIN 1000\nSYS_UID_MIN 100\nSYS_UID_MAX 999\nSYS_GID_MIN 100\nSYS_GID_MAX 999\n' >etc/login.defs

mkdir -p var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/triggers var/log
: >var/lib/dpkg/available
for package in init-system-helpers passwd postgresql-client util-linux; do
    printf 'Package: %s\nStatus: install ok installed\nMaintainer: none\nVersion: 9\nArchitecture: all\nDescription: copied\n\n' \
        "$package"
    : >"var/lib/dpkg/info/$package.list"
done >var/lib/dpkg/status
