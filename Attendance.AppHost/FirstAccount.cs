using System.Net.Http.Json;

/// <summary>
/// Tells whoever starts the application for the first time how to sign in: the account and its password were made on the way
/// up, and nobody knows them yet. Nothing is said at later starts, when the password has been changed or is known.
/// </summary>
internal sealed class FirstAccount(TextWriter console)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private int _told;

    /// <summary>Asks Web, which is ready, whether it has just made the account. However that goes, the application goes on.</summary>
    public async Task TellAsync(Uri web, string? apiKey, string? password, CancellationToken cancellationToken)
    {
        try
        {
            if (await AskAsync(web, apiKey, cancellationToken) is { Created: true, UserName: var name } && Interlocked.Exchange(ref _told, 1) == 0)
            {
                // In one piece, so that no line of another process comes between.
                await console.WriteLineAsync($"""

                    Sign in at {new Uri(web, "/sign-in")}
                      user name: {name}
                      password:  {password}
                    The password is shown this once, and must be changed at the first sign-in.

                    """);
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            await console.WriteLineAsync(
                $"Web does not say whether there is a new account to sign in with: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static async Task<Answer?> AskAsync(Uri web, string? apiKey, CancellationToken cancellationToken)
    {
        // A page to sign in at is no answer, so it is not gone to.
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = s_patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web, "/api/accounts/first"));
        request.Headers.Add("X-Api-Key", apiKey);
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<Answer>(ServiceJson.Options, cancellationToken);
    }

    private sealed record Answer(string UserName, bool Created);
}
