using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Text;
using Attendance.Tests.Accounts;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Data;

public sealed class DataFilesTests
{
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    public static bool HasModes => !OperatingSystem.IsWindows();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Skip = "Windows has other rights.", SkipUnless = nameof(HasModes))]
    [UnsupportedOSPlatform("windows")]
    public async Task The_files_of_the_database_are_for_their_owner_alone_wherever_they_lie()
    {
        var folder = Directory.CreateTempSubdirectory("attendance-open-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        var file = Path.Combine(folder.FullName, "attendance.db");
        await File.WriteAllBytesAsync(file, [], Cancel);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100); // the mode that an earlier version left
        await using (var web = new WebServer(s_nowhere, ("Data:Folder", folder.FullName)))
        {
            await web.SignInAsync();

            Assert.All(Directory.GetFiles(folder.FullName), each => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(each)));
            Assert.Contains(web.Logs.GetSnapshot(), record => record.Message.Contains("0700", StringComparison.Ordinal));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_nothing_fails_by_it_that_could_be_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root may make a small disk.");
        var folder = Directory.CreateTempSubdirectory("attendance-small-");
        if (!await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.FullName))
        {
            folder.Delete();
            Assert.Skip("No disk may be made here.");
        }

        try
        {
            await using var web = new WebServer(s_nowhere, ("Data:Folder", folder.FullName)) { Adjust = AccountSite.Adjust };
            var account = await AccountSite.AddAsync(web);
            using var visit = new Visit(web.Address);
            (await visit.SignInAsync(account.UserName!, "wrong")).Says(HttpStatusCode.OK, "is wrong");
            (await visit.GetAsync("/health")).Says(HttpStatusCode.OK, "\"Healthy\"");

            await FillAsync(Path.Combine(folder.FullName, "filler"));

            (await visit.GetAsync("/health")).Says(HttpStatusCode.ServiceUnavailable, "\"Unhealthy\"");
            (await visit.GetAsync("/alive")).Says(HttpStatusCode.OK, "Healthy");
            var refused = await visit.SignInAsync(account.UserName!, "wrong");
            Assert.True(refused.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.OK, $"{refused.Status}");

            File.Delete(Path.Combine(folder.FullName, "filler"));
            (await visit.GetAsync("/health")).Says(HttpStatusCode.OK, "\"Healthy\"");
            (await visit.SignInAsync(account.UserName!, AccountSite.Password)).Leads("/");
        }
        finally
        {
            await RunAsync("umount", "-l", folder.FullName);
            folder.Delete();
        }
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
        foreach (var length in (int[])[64 * 1024, 4096])
        {
            try
            {
                while (true)
                {
                    await file.WriteAsync(Encoding.ASCII.GetBytes(new string('x', length)), Cancel);
                }
            }
            catch (IOException)
            {
                // As full as it gets with pieces of this length.
            }
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode == 0;
    }
}
