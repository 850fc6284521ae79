# Acme, with a Mattermost of its own. What concerns Mattermost are the dependencies, and the scripts in package-scripts/acme.
name "acme"
maintainer "Acme <packages@acme.example>"
homepage "https://acme.example"
description "Acme, with a Mattermost of its own"

install_dir "/opt/acme"
build_version "1.0.0"
build_iteration 1

dependency "mattermost"
dependency "acme-ctl"

# pg_dump saves the database before an upgrade. The name is Debian's.
runtime_dependency "postgresql-client"
