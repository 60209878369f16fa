using Attendance.Tests.Programs;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>
/// Runs a published program as its image would, without a container engine. For root it is in a root file system of its own that nobody can write to: of this machine it has the system's
/// libraries, the runtime and the network, and besides them <c>/app</c>, an empty <c>/tmp</c> and <c>/data</c>. It runs as the user of the container file, without capabilities.
/// Others can give it none of that, so it runs as they do, in a folder that is not writable.
/// </summary>
/// <remarks>It is in this machine's PID namespace, as the camera APIs of other tests are.</remarks>
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
        mount --rbind /proc proc
        mount --rbind /sys sys
        mount --rbind /dev dev
        mount -o remount,ro none .
        exec chroot . setpriv --reuid="$user" --regid="$group" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all sh -c 'cd /app; exec "$@"' sh "$@"
        """;

    private readonly ContainerFile _file;
    private readonly PublishedPrograms _published;

    public ContainerRun(PublishedPrograms published, string name)
    {
        (_published, _file) = (published, new ContainerFile(name));
        (App, Data) = (published[name], published.NewFolder());
    }

    /// <summary>Whether this process may mount, which root in a container may not.</summary>
    private static readonly Lazy<Task<bool>> s_isIsolated = new(async () =>
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return false;
        }

        await using var attempt = ServerProcess.Start("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]);
        return await attempt.ExitAsync() == 0;
    });

    /// <summary>The program's folder.</summary>
    public string App { get; init; }

    /// <summary>The folder of this machine that it sees as <c>/data</c>.</summary>
    public string Data { get; }

    /// <summary>Starts it with the environment of its container file and these variables besides. It listens on the port, of this machine only.</summary>
    public async Task<ServerProcess> StartAsync(int port, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var isIsolated = await s_isIsolated.Value;
        var variables = new Dictionary<string, string>(_file.Environment);
        foreach (var (key, value) in environment)
        {
            variables[key] = value;
        }

        variables.Remove("ASPNETCORE_HTTP_PORTS"); // another program's here, perhaps
        variables["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        variables["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        variables["HOME"] = "/";
        if (!isIsolated && variables.ContainsKey("Data__Folder"))
        {
            variables["Data__Folder"] = Data;
        }

        // Not the environment of the shell: dash does not pass on names with a hyphen.
        string[] command = ["env", "-i", .. variables.Select(variable => $"{variable.Key}={variable.Value}"), Path.Combine(BuiltProgram.DotnetRoot, "dotnet"), _file.Program];
        if (isIsolated)
        {
            var (user, group) = _file.User.Split(':') is [var id, var groupId] ? (id, groupId) : throw new FormatException(_file.User);
            command = ["unshare", "--mount", "--propagation=private", "sh", "-c", Script, "sh", BuiltProgram.DotnetRoot, App, Data, user, group, _published.NewFolder(), .. command];
        }
        else
        {
            TestContext.Current.SendDiagnosticMessage("{0} runs as this user, in no file system of its own, because that takes root outside of a container.", _file.Program);
            await PublishedPrograms.RunAsync("chmod", "-R", "a-w", App);
        }

        return ServerProcess.Start(command[0], command[1..], folder: App);
    }
}
