#!/bin/sh
# Builds the package: build.sh MMEMBED BUNDLE VERSION OUTPUT_DIR
#
#     MMEMBED     the mmembed program that goes into the package; it has to run here too
#     BUNDLE      what `mmembed bundle create` wrote
#     VERSION     of the package
#     OUTPUT_DIR  where acme_VERSION_ARCH.deb is put
set -eu

if [ $# -ne 4 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
mmembed=$(realpath "$1")
bundle=$(realpath "$2")
version=$3
output=$(realpath "$4")
here=$(dirname "$(realpath "$0")")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
image=$work/image
architecture=$(dpkg --print-architecture)

# put MODE FILE PATH: a file of the package, whatever the umask of whoever builds it.
put() { install -D -m "$1" "$2" "$image/$3"; }

# A damaged bundle is found here, not on the machines of customers.
"$mmembed" bundle verify "$bundle"

put 0755 "$mmembed" opt/acme/bin/mmembed
put 0755 "$here/acme" opt/acme/bin/acme
put 0644 "$bundle" opt/acme/share/mattermost.bundle
put 0644 "$here/mmembed.toml" opt/acme/share/mmembed.toml
put 0644 "$here/overlays/defaults.json" etc/opt/acme/mattermost/defaults.json
put 0644 "$here/overlays/enforced.json" etc/opt/acme/mattermost/enforced.json
put 0644 "$here/README.md" usr/share/doc/acme/README.md
for name in changelog copyright; do
    put 0644 "$here/debian/$name" "usr/share/doc/acme/$name"
done

# The unit is dpkg's file, so that it goes with the package: nothing starts a server that was removed. It has to fit the
# release that is in the bundle, which is the newest one there.
"$mmembed" bundle show "$bundle" --json >"$work/bundle.json"
release=$(grep -o '"version": *"[^"]*"' "$work/bundle.json" | cut -d '"' -f 4 | sort -V | tail -n 1)
"$mmembed" service unit --app acme --root "$image" --kind systemd --for "$release" \
    --service-user acme-chat:acme-chat --config-file /etc/opt/acme/mattermost/config.json >"$work/unit"
put 0644 "$work/unit" lib/systemd/system/acme-mattermost.service

size=$(du -sk "$image" | cut -f 1)
mkdir "$image/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" \
    "$here/debian/control" >"$image/DEBIAN/control"
install -m 0644 "$here/debian/conffiles" "$image/DEBIAN/conffiles"
for script in postinst prerm postrm; do
    install -m 0755 "$here/debian/$script" "$image/DEBIAN/$script"
done
find "$image" -type d -exec chmod 0755 {} +

# The archives in the bundle are compressed: anything better than gzip takes minutes and gains nothing.
dpkg-deb -Zgzip -z1 --build --root-owner-group "$image" "$output/acme_${version}_$architecture.deb"
