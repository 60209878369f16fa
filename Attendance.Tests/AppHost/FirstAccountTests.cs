using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.AppHost;

/// <summary>Tests what the AppHost prints about the first account, depending on Web's answer.</summary>
public sealed class FirstAccountTests : IAsyncLifetime
{
    private readonly StringWriter _console = new();
    private readonly FirstAccount _account;
    private WebApplication _web = null!;
    private Func<IResult> _answer = () => Results.NotFound();
    private string? _key;

    public FirstAccountTests() => _account = new FirstAccount(_console);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Uri Address => new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private string[] Said => _console.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.MapGet("/api/accounts/first", (HttpRequest request) =>
        {
            _key = request.Headers["X-Api-Key"];
            return _answer();
        });
        _web.MapGet("/sign-in", () => Results.Json(new { user_name = "admin", created = true }));
        await _web.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await _console.DisposeAsync();
    }

    [Fact]
    public async Task A_new_account_is_told_once_with_where_to_sign_in()
    {
        _answer = () => Results.Json(new { user_name = "admin", created = true });

        await TellAsync();
        await TellAsync(); // Web was restarted

        Assert.Equal(
            [
                $"Sign in at {Address}sign-in",
                "  user name: admin",
                "  password:  hush",
                "The password is shown this once, and must be changed at the first sign-in.",
            ],
            Said);
        Assert.Equal("the-key", _key);
    }

    [Fact]
    public async Task An_account_that_was_there_is_not_told()
    {
        _answer = () => Results.Json(new { user_name = "admin", created = false });

        await TellAsync();

        Assert.Equal("the-key", _key);
        Assert.Empty(Said);
    }

    [Theory]
    [InlineData("not there")]
    [InlineData("an error")]
    [InlineData("a page")]
    [InlineData("no answer at all")]
    [InlineData("the way to a page")]
    public async Task Without_an_answer_one_line_says_so_and_nothing_fails(string instead)
    {
        _answer = () => instead switch
        {
            "an error" => Results.StatusCode(500),
            "a page" => Results.Text("<html>\n</html>", "text/html"),
            "the way to a page" => Results.Redirect("/sign-in"),
            _ => Results.NotFound(),
        };
        var address = Address;
        if (instead == "no answer at all")
        {
            await _web.StopAsync(Cancel);
        }

        await _account.TellAsync(address, "the-key", "hush", Cancel);

        Assert.StartsWith("Could not ask Web whether it made a first account", Assert.Single(Said), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", Said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_stops_the_application_meanwhile_is_not_told_of_a_failure()
    {
        using var stopping = new CancellationTokenSource();
        _answer = () =>
        {
            stopping.Cancel();
            Thread.Sleep(50);
            return Results.Json(new { user_name = "admin", created = true });
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _account.TellAsync(Address, "the-key", "hush", stopping.Token));

        Assert.Empty(Said);
    }

    private Task TellAsync() => _account.TellAsync(Address, "the-key", "hush", Cancel);
}
