using System.Diagnostics;
using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>
/// Runs a published program as its image would, without a container engine. For root it is the first process of a process namespace, in a root file system of its own that
/// nobody can write to: of this machine it has the system's libraries, the runtime and the network, and besides them <c>/app</c>, an empty <c>/tmp</c> and <c>/data</c>. It runs as the user of
/// the container file, without capabilities. Others can give it none of that, so it runs as they do, in a folder that is not writable.
/// </summary>
internal sealed class ContainerRun
{
    private const string Script = """
        set -e
        dotnet=$1 app=$2 data=$3 user=$4 group=$5 root=$6; shift 6
        chown "$user:$group" "$data"
        mount -t tmpfs -o mode=755 none "$root"
        cd "$root"
        for name in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$name" ] || cp -P "/$name" "$name"; done
        for name in /bin /sbin /lib /lib64 /usr /etc "$dotnet"; do
            [ -d "$name" ] && [ ! -L "$name" ] || continue
            mkdir -p ".$name"
            mount --bind "$name" ".$name"
            mount -o remount,bind,ro ".$name"
        done
        mkdir app data tmp proc sys dev
        mount --bind "$app" app
        mount -o remount,bind,ro app
        mount --bind "$data" data
        mount -t tmpfs -o mode=1777 none tmp
        mount -t proc none proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        mount -o remount,ro none .
        exec chroot . setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all sh -c 'cd /app; exec "$@"' sh "$@"
        """;

    private readonly ContainerFile _file;
    private readonly PublishedPrograms _published;
    private readonly string _data;

    public ContainerRun(PublishedPrograms published, string name)
    {
        (_published, _file) = (published, new ContainerFile(name));
        (App, _data) = (published[name], published.NewFolder());
    }

    /// <summary>Whether this process may make namespaces, which root in a container may not.</summary>
    private static readonly Lazy<Task<bool>> s_isIsolated = new(async () =>
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return false;
        }

        await using var attempt = ServerProcess.Start("unshare", ["--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"]);
        return await attempt.ExitAsync() == 0;
    });

    /// <summary>The program's folder.</summary>
    public string App { get; init; }

    /// <summary>Starts it with the environment of its container file and these variables besides. It listens on the port, of this machine only.</summary>
    public async Task<ServerProcess> StartAsync(int port, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var isIsolated = await s_isIsolated.Value;
        var (user, group) = _file.User.Split(':') is [var id, var groupId] ? (id, groupId) : throw new FormatException(_file.User);
        string[] command = [Path.Combine(BuiltProgram.DotnetRoot, "dotnet"), _file.Program];
        if (isIsolated)
        {
            command =
            [
                "unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "sh", "-c", Script, "sh",
                BuiltProgram.DotnetRoot, App, _data, user, group, _published.NewFolder(), .. command,
            ];
        }
        else
        {
            TestContext.Current.SendDiagnosticMessage("{0} runs as this user, in no file system of its own, because that takes root outside of a container.", _file.Program);
            await RunAsync("chmod", "-R", "a-w", App);
        }

        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = App };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = "/";
        foreach (var (key, value) in _file.Environment.Concat(environment))
        {
            start.Environment[key] = value;
        }

        // Its own port is another program's here, perhaps.
        start.Environment.Remove("ASPNETCORE_HTTP_PORTS");
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        if (!isIsolated && start.Environment.ContainsKey("Data__Folder"))
        {
            start.Environment["Data__Folder"] = _data;
        }

        return ServerProcess.Start(start);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = ServerProcess.Start(program, arguments);
        Assert.Equal(0, await process.ExitAsync());
    }
}
