using System.Net.Http.Json;

/// <summary>
/// Prints how to sign in when the first administrator's account has just been made, because nobody knows its password yet.
/// At later starts it prints nothing.
/// </summary>
internal sealed class FirstAccount(TextWriter console)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private int _told;

    /// <summary>
    /// Asks Web, which must be ready, whether it has just created the account. A failure is printed, and the application keeps running.
    /// </summary>
    public async Task TellAsync(Uri web, string? apiKey, string? password, CancellationToken cancellationToken)
    {
        try
        {
            if (await AskAsync(web, apiKey, cancellationToken) is { Created: true, UserName: var name } && Interlocked.Exchange(ref _told, 1) == 0)
            {
                // Written in one piece, so that no line of another process gets in between.
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
                $"Could not ask Web whether it made a first account: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static async Task<FirstAccountResponse?> AskAsync(Uri web, string? apiKey, CancellationToken cancellationToken)
    {
        using var client = ServiceClient.Create(s_patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(web, "/api/accounts/first"));
        request.Headers.Add(WireHeaders.ApiKey, apiKey);
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<FirstAccountResponse>(WireJson.Kept, cancellationToken);
    }
}
