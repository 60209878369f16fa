using System.Text.RegularExpressions;
using Attendance.CameraApi.Capture;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>Tests <c>deploy/compose.yaml</c> without a container engine; <see cref="PublishedTests"/> start what it describes.</summary>
public sealed partial class ComposeTests : IAsyncLifetime
{
    private static readonly string[] s_programs = ["web", "camera-api"];
    private static readonly string[] s_stores = ["redis", "database"];

    private ComposeFile _file = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Readme => File.ReadAllText(Repository.PathOf("deploy", "README.md"));

    public async ValueTask InitializeAsync() => _file = await ComposeFile.ReadAsync(Cancel);

    public ValueTask DisposeAsync() => default;

    [Fact]
    public void The_system_is_two_programs_and_two_stores() => Assert.Equal([.. s_programs, .. s_stores], _file.Services.Keys);

    [Theory]
    [InlineData("    mem_limit: 1g\n", "    mem_limt: 1g\n")]
    [InlineData("  leases: { internal: true }\n", "  leases: { private: true }\n")]
    [InlineData("  init: true\n", "  init: always\n")]
    public async Task What_the_specification_does_not_know_is_found_out(string right, string wrong)
    {
        Assert.Contains(right, _file.Text, StringComparison.Ordinal);
        Assert.Empty(await ComposeFile.ErrorsAsync(_file.Text));

        Assert.NotEmpty(await ComposeFile.ErrorsAsync(_file.Text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_example_of_the_readme_is_a_compose_file()
    {
        var examples = Yaml().Matches(Readme).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            Assert.Empty(await ComposeFile.ErrorsAsync(example));
        }
    }

    [Theory]
    [InlineData("web")]
    [InlineData("camera-api")]
    public void Every_setting_is_one_that_the_program_knows(string service)
    {
        ProgramSettings.AreKnown(service, _file.Services[service].Environment.Keys);
        ProgramSettings.AreKnown(service, Commented().Matches(_file.Text).Select(match => match.Groups[1].Value).Where(_ => service == "camera-api"));
    }

    [Fact]
    public void No_secret_is_written_in_the_file()
    {
        foreach (var (key, value) in _file.Services.Values.SelectMany(service => service.Environment))
        {
            var isSecret = SecretKey().IsMatch(key);
            Assert.True(!isSecret || WholeVariable().IsMatch(value), $"{key} is written in the file.");
            Assert.DoesNotMatch("(?i)password=(?!\\$\\{)", value);
        }

        Assert.All(_file.Variables, variable => Assert.Contains($"| `{variable}` |", Readme, StringComparison.Ordinal));
        Assert.Contains(".env", File.ReadAllLines(Repository.PathOf(".gitignore")));
    }

    [Fact]
    public async Task The_command_of_the_readme_makes_every_secret()
    {
        var command = Shell().Matches(Readme).Select(match => match.Groups[1].Value).Single(block => block.Contains("> .env", StringComparison.Ordinal));
        var folder = Directory.CreateTempSubdirectory("attendance-deploy-");
        try
        {
            var line = command.Split('\n').Single(line => line.Contains("> .env", StringComparison.Ordinal));
            await using var shell = ServerProcess.Start("sh", ["-c", line], folder: folder.FullName);
            Assert.SkipWhen(await shell.ExitAsync() == 127 || shell.Output.Contains("not found", StringComparison.Ordinal), "openssl is not installed.");

            var made = Path.Combine(folder.FullName, ".env");
            var values = File.ReadLines(made).Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
            Assert.Equal(_file.Variables.Order(), values.Keys.Order());
            Assert.All(values.Values, value => Assert.Matches("^[0-9a-f]{48}$", value)); // fit for a connection string, a configuration of Redis, and a shell
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Images_are_built_from_the_container_files_and_have_the_names_of_the_manifests()
    {
        var manifests = string.Concat(Directory.EnumerateFiles(Repository.PathOf("deploy", "kubernetes"), "*.yaml", SearchOption.AllDirectories).Select(File.ReadAllText));
        foreach (var name in s_programs)
        {
            var build = _file.Services[name].Build!;
            var context = Repository.PathOf("deploy", build.Context);
            Assert.Equal(Path.TrimEndingDirectorySeparator(Repository.PathOf()), Path.TrimEndingDirectorySeparator(context));
            Assert.Equal(new ContainerFile(name).Path, Path.Combine(context, build.Dockerfile));
            Assert.All(build.Args, argument => Assert.Contains($"ARG {argument}\n", File.ReadAllText(Path.Combine(context, build.Dockerfile)), StringComparison.Ordinal));
            Assert.Contains($"-f deploy/{name}.Containerfile -t {_file.Services[name].Image} ", Readme, StringComparison.Ordinal);
            Assert.Contains($"image: {_file.Services[name].Image}\n", manifests, StringComparison.Ordinal);
        }

        Assert.Contains($"image: {_file.Services["redis"].Image}\n", manifests, StringComparison.Ordinal);
        Assert.All(s_stores, name => Assert.Null(_file.Services[name].Build));
    }

    /// <summary>Web believes what a proxy says of a visitor, so only this machine may reach it.</summary>
    [Fact]
    public void Only_web_is_published_and_only_to_this_machine()
    {
        var web = _file.Services["web"];
        Assert.Equal("true", web.Environment["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.Equal($"127.0.0.1:8080:{new ContainerFile("web").Port}", Assert.Single(web.Ports));
        Assert.All(_file.Services.Where(service => service.Key != "web"), service => Assert.Empty(service.Value.Ports));
    }

    [Fact]
    public void A_store_is_reached_by_its_program_and_reaches_nothing()
    {
        Assert.Equal(["camera-api"], SharingWith("redis"));
        Assert.Equal(["web"], SharingWith("database"));
        Assert.Equal(["web", "redis"], SharingWith("camera-api"));
        Assert.All(s_stores.SelectMany(name => _file.Services[name].Networks), network => Assert.True(_file.Networks[network].Internal));
        Assert.Equal(_file.Networks.Keys.Order(), _file.Services.Values.SelectMany(service => service.Networks).Distinct().Order());
    }

    /// <summary>Addresses in settings are names of services that the one who asks shares a network with.</summary>
    [Fact]
    public void Each_program_is_told_where_the_others_are()
    {
        var (web, api, database) = (_file.Services["web"].Environment, _file.Services["camera-api"].Environment, _file.Services["database"].Environment);
        var port = new ContainerFile("camera-api").Port;
        Assert.Equal($"http://camera-api:{port}", web["services__camera-api__http__0"]);
        Assert.Equal(web["services__camera-api__http__0"], api["Node__Address"]);
        Assert.StartsWith("redis:6379,", api["ConnectionStrings__sessions"], StringComparison.Ordinal);
        Assert.Equal(
            $"Host=database;Database={database["POSTGRES_DB"]};Username={database["POSTGRES_USER"]};Password={database["POSTGRES_PASSWORD"]}", web["ConnectionStrings__attendance-db"]);
        Assert.Equal(web["Security__ApiKey"], api["Security__ApiKey"]);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("camera-api")]
    [InlineData("redis")]
    [InlineData("database")]
    public void No_container_may_do_more_than_it_needs(string name)
    {
        var service = _file.Services[name];
        Assert.True(service.ReadOnly);
        Assert.Equal(["ALL"], service.CapDrop);
        Assert.Equal(["no-new-privileges:true"], service.SecurityOpt);
        Assert.Equal(s_programs.Contains(name) ? new ContainerFile(name).User : "999:999", service.User);
        Assert.True(service.PidsLimit > 0);
        Assert.Equal("unless-stopped", service.Restart);
        Assert.Equal(name switch { "redis" => [], "database" => ["/tmp", "/var/run/postgresql"], _ => ["/tmp"] }, service.Tmpfs);
    }

    [Fact]
    public void What_is_kept_is_in_a_volume_each()
    {
        var mounts = _file.Services.SelectMany(service => service.Value.Volumes.Select(volume => (service.Key, Parts: volume.Split(':')))).ToList();

        Assert.Equal([("web", "/data"), ("redis", "/data"), ("database", "/var/lib/postgresql/data")], mounts.Select(mount => (mount.Key, mount.Parts[1])));
        Assert.Equal(_file.Volumes.Keys.Order(), mounts.Select(mount => mount.Parts[0]).Order());
        Assert.Equal(new ContainerFile("web").Volumes, [mounts[0].Parts[1]]); // or the engine would make one without a name
        Assert.Contains("dir /data\n", _file.Services["redis"].Command[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_camera_API_has_time_to_release_its_cameras()
    {
        var grace = TimeSpan.FromSeconds(int.Parse(_file.Services["camera-api"].StopGracePeriod.TrimEnd('s'), System.Globalization.CultureInfo.InvariantCulture));

        Assert.True(grace > new CaptureOptions().WholeRelease + TimeSpan.FromSeconds(30));
    }

    /// <summary>The other services that share a network with this one.</summary>
    private IEnumerable<string> SharingWith(string name) => _file.Services
        .Where(other => other.Key != name && other.Value.Networks.Intersect(_file.Services[name].Networks).Any()).Select(other => other.Key);

    [GeneratedRegex("(?i)(password|secret|apikey)$")]
    private static partial Regex SecretKey();

    [GeneratedRegex(@"^\$\{[A-Z_]+:\?[^}]+\}$")]
    private static partial Regex WholeVariable();

    [GeneratedRegex("^ +# ([A-Za-z]+__[A-Za-z_0-9]+): ", RegexOptions.Multiline)]
    private static partial Regex Commented();

    [GeneratedRegex("^```yaml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Yaml();

    [GeneratedRegex("^```sh\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Shell();
}
