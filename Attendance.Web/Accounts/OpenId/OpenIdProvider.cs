using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Attendance.Web.Accounts.OpenId;

/// <summary>
/// Asks the provider what it can do. It is asked when somebody wants to sign in there, never at start: Attendance starts while it is away, and
/// passwords work.
/// </summary>
internal sealed partial class OpenIdProvider(
    IOptions<OpenIdOptions> options, IOptionsMonitor<OpenIdConnectOptions> schemes, TimeProvider clock, ILogger<OpenIdProvider> logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4), s_believed = TimeSpan.FromSeconds(2);

    private Answer? _last;

    public OpenIdOptions Options => options.Value;

    public bool IsOn => options.Value.IsOn;

    /// <summary>Returns what the provider says of itself. An answer, also none, is believed for a few seconds, so that many who wait ask once.</summary>
    /// <returns>Null if the provider does not answer now, or what it says cannot be used.</returns>
    public async Task<OpenIdConnectConfiguration?> ReadAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _last) is { } last && clock.GetElapsedTime(last.At) < s_believed)
        {
            return last.Configuration;
        }

        var configuration = await AskAsync(cancellationToken);
        Volatile.Write(ref _last, new(configuration, clock.GetTimestamp()));
        return configuration;
    }

    private async Task<OpenIdConnectConfiguration?> AskAsync(CancellationToken cancellationToken)
    {
        var scheme = schemes.Get(OpenIdRegistration.Scheme);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_patience);
        try
        {
            // What was read before may be hours old: whether anybody is there now is another question.
            using var there = await scheme.Backchannel.GetAsync(new Uri(scheme.MetadataAddress!), HttpCompletionOption.ResponseHeadersRead, patience.Token);
            there.EnsureSuccessStatusCode();
            return await scheme.ConfigurationManager!.GetConfigurationAsync(patience.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && exception is HttpRequestException or IOException or InvalidOperationException or OperationCanceledException or ArgumentException)
        {
            LogAway(exception.GetBaseException().Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Nobody can sign in at the OpenID Connect provider now: {Reason}")]
    private partial void LogAway(string reason);

    private sealed record Answer(OpenIdConnectConfiguration? Configuration, long At);
}
