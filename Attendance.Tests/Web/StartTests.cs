using System.Net;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Web;

public sealed class StartTests
{
    private const string Secret = "DataProtection:Secret";
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Security:ApiKey", "")]
    [InlineData("Security:ApiKey", "two words")]
    [InlineData("Security:ApiKey", "broken\nline")]
    [InlineData(Secret, "")]
    [InlineData(Secret, "not-long-enough")]
    [InlineData("Accounts:FirstAdmin:UserName", "two words")]
    [InlineData("Accounts:FirstAdmin:Password", "too-short")]
    [InlineData("Accounts:WrongPasswords", "0")]
    [InlineData("Accounts:LockedFor", "2.00:00:00")]
    [InlineData("Accounts:SignInLasts", "00:00:10")]
    [InlineData("Accounts:AttemptsPerMinute", "0")]
    [InlineData("Doors:FramesPerSecond", "0")]
    [InlineData("Doors:LeaseLasts", "00:00:01")]
    [InlineData("Doors:FramePerSecond", "5")] // there is none
    [InlineData("Demo:Film", "/tmp/film.avi")] // without Demo:Samples
    [InlineData("People:Consent:Version", "")]
    [InlineData("People:Consent:Text", " ")]
    public async Task A_setting_that_cannot_be_used_stops_the_start_and_is_named(string key, string value)
    {
        await using var web = new WebServer(s_nowhere, (key, value));

        var error = Assert.Throws<OptionsValidationException>(web.StartServer);

        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.True(value.Trim().Length < 3 || !error.Message.Contains(value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_developer_needs_neither_key_nor_secret()
    {
        await using var web = new WebServer(s_nowhere, ("environment", "Development"), ("Security:ApiKey", ""), (Secret, ""));
        using var client = web.Client(await web.SignInAsync());

        Assert.Contains("Cameras", await client.GetStringAsync(new Uri("/", UriKind.Relative), Cancel), StringComparison.Ordinal);
        Assert.Contains(web.Logs.GetSnapshot(), record => record.Message.Contains("unencrypted", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=localhost;Password=hush;Nonsense=1")]
    [InlineData("hush")]
    public async Task A_connection_string_that_is_none_stops_the_start_and_is_named(string connectionString)
    {
        await using var web = new WebServer(s_nowhere, ("ConnectionStrings:attendance-db", connectionString));

        var error = Assert.Throws<InvalidOperationException>(web.StartServer);

        Assert.Contains("ConnectionStrings:attendance-db", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_stops_the_start_and_is_named()
    {
        var file = Path.GetTempFileName();
        await using var web = new WebServer(s_nowhere, ("Data:Folder", Path.Combine(file, "below")));

        var error = Assert.Throws<InvalidOperationException>(web.StartServer);

        Assert.Contains("Data:Folder", error.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task A_secret_that_does_not_open_the_keys_stops_the_start_and_is_named()
    {
        await using var first = new WebServer(s_nowhere);
        first.StartServer();
        first.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("anything"); // makes a key
        const string another = "another secret, as long as it must be";
        await using var second = new WebServer(s_nowhere, ("Data:Folder", first.DataFolder), (Secret, another));

        var error = Assert.Throws<InvalidOperationException>(second.StartServer);

        Assert.Contains(Secret, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(another, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keys_lie_in_the_database_encrypted()
    {
        await using var web = new WebServer(s_nowhere);
        web.StartServer();
        web.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("anything");

        await using var scope = web.Services.CreateAsyncScope();
        var key = Assert.Single(await scope.ServiceProvider.GetRequiredService<AttendanceDb>().DataProtectionKeys.ToListAsync(Cancel));

        Assert.Contains("<sealed ", key.Xml, StringComparison.Ordinal);
        Assert.DoesNotContain("masterKey", key.Xml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_replica_knows_who_signed_in_at_the_first()
    {
        await using var first = new WebServer(s_nowhere);
        var signIn = await first.SignInAsync();
        await using var second = new WebServer(s_nowhere, ("Data:Folder", first.DataFolder));
        using var client = second.Client(signIn);

        using var page = await client.GetAsync(new Uri("/account", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Replicas_that_start_together_on_an_empty_folder_all_start()
    {
        var folder = Directory.CreateTempSubdirectory("attendance-replicas-");
        var replicas = Enumerable.Range(0, 3)
            .Select(_ => new WebServer(s_nowhere, ("Data:Folder", folder.FullName), ("Accounts:FirstAdmin:Password", "the-first-password"))).ToArray();

        await Task.WhenAll(replicas.Select(replica => Task.Run(replica.StartServer)));

        await using (var scope = replicas[0].Services.CreateAsyncScope())
        {
            Assert.Single(await scope.ServiceProvider.GetRequiredService<AttendanceDb>().Users.ToListAsync(Cancel));
        }

        foreach (var replica in replicas)
        {
            await replica.DisposeAsync();
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Another_text_under_a_version_that_was_agreed_to_stops_the_start()
    {
        await using var first = new WebServer(s_nowhere, ("People:Consent:Version", "1"), ("People:Consent:Text", "I agree."));
        first.StartServer();
        await using var second = new WebServer(
            s_nowhere, ("Data:Folder", first.DataFolder), ("People:Consent:Version", "1"), ("People:Consent:Text", "I agree to more."));

        var error = Assert.Throws<InvalidOperationException>(second.StartServer);

        Assert.Contains("People:Consent:Version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_was_killed_does_not_stop_the_next_start()
    {
        await using var first = new WebServer(s_nowhere);
        first.StartServer();
        await using (var scope = first.Services.CreateAsyncScope())
        {
            // As a process leaves it that was killed in the middle: its lock is there, and the migration is not recorded.
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            await db.Database.EnsureDeletedAsync(Cancel);
            await db.Database.ExecuteSqlRawAsync(
                """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01')""", Cancel);
        }

        await using var second = new WebServer(s_nowhere, ("Data:Folder", first.DataFolder));
        var starting = Task.Run(second.StartServer, Cancel);

        await starting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }
}
