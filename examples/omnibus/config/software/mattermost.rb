# Mattermost: its archives in a bundle, and mmembed, which makes a server of them on the machine. Its tree is no part of the
# package: dpkg and rpm would exchange it under a server that runs.
name "mattermost"

# Which release of Mattermost the package brings.
default_version "10.11.0"

# The oldest release that a customer may still have: every stop from there on is put into the bundle.
oldest = "9.11.0"

license "MIT"
skip_transitive_dependency_licensing true

# The program mmembed is laid there, beside the files of this directory.
source path: "#{project.files_path}/mattermost"

dependency "runit"

build do
  share = "#{install_dir}/embedded/share/mattermost"
  service = "#{install_dir}/sv/mattermost"

  mkdir "#{install_dir}/embedded/bin"
  copy "mmembed", "#{install_dir}/embedded/bin/mmembed"

  # Archives are fetched once, and held against their digests.
  mkdir share
  command "./mmembed bundle create --from #{oldest} --to #{version} --output #{share}/mattermost.bundle --force"
  copy "mmembed.toml", share
  copy "*.json*", share

  # --root is any directory in which nothing is installed: what this machine has is nobody's business.
  mkdir service
  command "./mmembed service unit --app acme --root . --kind runit --for #{version}" \
          " --service-user acme-chat:acme-chat --config-file /var/opt/acme/mattermost/config.json >#{service}/run"
  command "chmod 0755 #{service}/run"
end
