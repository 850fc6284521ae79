# What administrators type. It stands for the one that your package has.
name "acme-ctl"

license :project_license
skip_transitive_dependency_licensing true

source path: "#{project.files_path}/acme-ctl"

build do
  mkdir "#{install_dir}/bin"
  copy "acme-ctl", "#{install_dir}/bin/acme-ctl"
  mkdir "#{install_dir}/embedded/share/acme"
  copy "acme-runsvdir.service", "#{install_dir}/embedded/share/acme/"
end
