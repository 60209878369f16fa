using System.Net;
using System.Net.Sockets;
using Xunit;
using static Attendance.Tests.LocalHosting.AppModel;

namespace Attendance.Tests.LocalHosting;

/// <summary>What the AppHost gives to whom.</summary>
public sealed class AppHostModelTests
{
    [Fact]
    public async Task Web_is_given_where_its_records_are_what_protects_them_and_its_own_settings()
    {
        var folder = Directory.CreateTempSubdirectory("attendance-data-");
        try
        {
            var (web, api) = await EnvironmentsAsync(
                $"--DataDirectory={folder.FullName}",
                "--Accounts:FirstAdmin:UserName=chief",
                "--Accounts:FirstAdmin:Password=of-somebody-elses-choice",
                "--Enrollment:Shots:MinSize=0.11",
                "--People:PageSize=7",
                "--Leases:MaxBrowserCameras=3");

            Assert.Equal(Path.Combine(folder.FullName, "web"), web["Data__Folder"]);
            Assert.Matches("^[A-Za-z0-9]{48}$", web["DataProtection__Secret"]);
            Assert.Matches("^[A-Za-z0-9]{20}$", web["Accounts__FirstAdmin__Password"]);
            Assert.Equal("chief", web["Accounts__FirstAdmin__UserName"]);
            Assert.Equal("0.11", web["Enrollment__Shots__MinSize"]);
            Assert.Equal("7", web["People__PageSize"]);
            Assert.Equal("3", api["Leases__MaxBrowserCameras"]);
            Assert.DoesNotContain("Leases__MaxBrowserCameras", web.Keys);
            Assert.DoesNotContain("ConnectionStrings__sessions", web.Keys);
            Assert.DoesNotContain("ConnectionStrings__attendance-db", web.Keys);
            Assert.DoesNotContain(api.Keys, name => name.StartsWith("Accounts__", StringComparison.Ordinal)
                || name.StartsWith("Enrollment__", StringComparison.Ordinal) || name is "DataProtection__Secret" or "Data__Folder");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Web_alone_is_given_a_database_that_is_configured()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0); // Web asks it and waits; one that refuses would end Web, and its environment with it
        silent.Start();
        var database = $"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=web;Password=hush;Timeout=60";

        var (web, api) = await EnvironmentsAsync($"--ConnectionStrings:attendance-db={database}");

        Assert.Equal(database, web["ConnectionStrings__attendance-db"]);
        Assert.DoesNotContain(database, api.Values);
    }

    /// <summary>As the kernel knows them, once both run; whether Web gets on with what it was given is not asked here.</summary>
    private static async Task<(Dictionary<string, string> Web, Dictionary<string, string> Api)> EnvironmentsAsync(params string[] arguments)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Attendance_AppHost>(
            ["--Discovery:Enabled=false", .. arguments], Cancel);
        await using var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);
        return (EnvironmentOf(await app.RunningProcessAsync("web")), EnvironmentOf(await app.RunningProcessAsync("camera-api")));
    }

    private static Dictionary<string, string> EnvironmentOf(int process) =>
        File.ReadAllText($"/proc/{process}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
}
