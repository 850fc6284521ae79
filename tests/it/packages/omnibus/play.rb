# play.rb PROJECT_ROOT NAME STAGE OUTPUT_DIR: plays omnibus. Evaluates the project NAME and the software that it depends on, builds it
# as if STAGE were the root of the machine, packs it for Debian, and prints where the package is. What omnibus understands and this does
# not is an error. `runit`, which comes from omnibus-software, is made of this machine's own.
require "fileutils"
require "tmpdir"

ROOT, NAME, STAGE, OUTPUT = ARGV

# Something that is said in a file, by words that are asked for later by the same name.
class Definition
  def self.words(*names)
    names.each do |name|
      define_method(name) do |*values|
        @said[name] = values.first unless values.empty?
        @said.fetch(name) { raise "#{self.class}: nobody has said its #{name}" }
      end
    end
  end

  def self.lists(*names)
    names.each { |name| define_method(name) { |value| listed(name) << value } }
  end

  def initialize(path)
    @said = {}
    @lists = {}
    instance_eval(File.read(path), path)
  end

  def listed(name)
    @lists[name] ||= []
  end
end

class Project < Definition
  words :name, :maintainer, :homepage, :description, :build_version, :build_iteration
  lists :dependency, :runtime_dependency

  # Where it is built: omnibus takes the very place.
  def install_dir(path = nil)
    @install_dir = STAGE + path if path
    @install_dir
  end

  def files_path
    "#{ROOT}/files"
  end

  def package_scripts_path
    "#{ROOT}/package-scripts/#{name}"
  end
end

class Software < Definition
  words :name, :default_version, :source, :license, :skip_transitive_dependency_licensing
  lists :dependency
  attr_reader :project, :project_dir

  def initialize(path, project)
    @project = project
    @project_dir = Dir.mktmpdir
    super(path)
  end

  def version
    default_version
  end

  def install_dir
    project.install_dir
  end

  def build(&block)
    @build = block
  end

  # Fetches the sources, then does in their directory what was said.
  def run
    FileUtils.cp_r("#{source.fetch(:path)}/.", project_dir)
    Builder.new(self, &@build)
  ensure
    FileUtils.rm_rf(project_dir)
  end
end

# What can be said in `build`. A name of the software is one here too.
class Builder
  def initialize(software, &block)
    @software = software
    Dir.chdir(software.project_dir) { instance_eval(&block) }
  end

  def command(words)
    system(words) or raise "this has failed: #{words}"
  end

  def mkdir(path)
    FileUtils.mkdir_p(path)
  end

  def copy(pattern, path)
    files = Dir.glob(pattern)
    raise "nothing is called #{pattern}" if files.empty?
    files.each { |file| FileUtils.cp_r(file, path) }
  end

  def method_missing(name, *values)
    @software.public_send(name, *values)
  end

  def respond_to_missing?(name, include_all = false)
    @software.respond_to?(name, include_all)
  end
end

# What the definition of omnibus-software puts there.
def runit(install_dir)
  bin = "#{install_dir}/embedded/bin"
  FileUtils.mkdir_p([bin, "#{install_dir}/service", "#{install_dir}/sv"])
  %w[chpst runsv runsvdir sv svlogd].each { |program| FileUtils.cp("/usr/bin/#{program}", bin) }
  path = install_dir.delete_prefix(STAGE)
  File.write("#{bin}/runsvdir-start", <<~SCRIPT)
    #!/bin/sh
    PATH=#{path}/bin:#{path}/embedded/bin:/usr/local/bin:/usr/local/sbin:/bin:/sbin:/usr/bin:/usr/sbin
    umask 022
    exec env - PATH=$PATH runsvdir -P #{path}/service 'log: ...........................................................'
  SCRIPT
  File.chmod(0o755, "#{bin}/runsvdir-start")
  ["#{install_dir}/service/.gitkeep", "#{install_dir}/sv/.gitkeep"].each { |file| FileUtils.touch(file) }
end

# Builds what is depended on first, each once.
def build(project, names, built)
  names.each do |name|
    next if built.include?(name)
    built << name
    next runit(project.install_dir) if name == "runit"
    software = Software.new("#{ROOT}/config/software/#{name}.rb", project)
    build(project, software.listed(:dependency), built)
    software.run
  end
end

def pack(project)
  directory = "#{STAGE}/DEBIAN"
  FileUtils.mkdir_p(directory)
  architecture = `dpkg --print-architecture`.chomp
  version = "#{project.build_version.tr("-", "~")}-#{project.build_iteration}"
  File.write("#{directory}/control", <<~CONTROL)
    Package: #{project.name}
    Version: #{version}
    Architecture: #{architecture}
    Maintainer: #{project.maintainer}
    Depends: #{project.listed(:runtime_dependency).join(", ")}
    Homepage: #{project.homepage}
    Description: #{project.description}
  CONTROL
  %w[preinst postinst prerm postrm].each do |script|
    path = "#{project.package_scripts_path}/#{script}"
    FileUtils.cp(path, directory) if File.file?(path)
  end
  package = "#{OUTPUT}/#{project.name}_#{version}_#{architecture}.deb"
  system("dpkg-deb", "-Zgzip", "-z1", "--root-owner-group", "--build", STAGE, package, out: :err) or raise "dpkg-deb has failed"
  puts package
end

File.umask(0o022)
project = Project.new("#{ROOT}/config/projects/#{NAME}.rb")
build(project, project.listed(:dependency), [])
pack(project)
