using System.Globalization;
using Attendance.Web.Data;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Attendance.Web.Mail;

/// <summary>A connection to the mail server, opened by the first mail and used for those after it. Nothing is said to a server before the encryption that the settings want.</summary>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private const int StepsOfAMail = 4;

    private readonly MailOptions _options;
    private readonly SmtpClient _client;

    public SmtpConnection(MailOptions options)
    {
        _options = options;
        _client = new SmtpClient { Timeout = (int)options.Timeout.TotalMilliseconds, CheckCertificateRevocation = options.CheckRevocation };
    }

    /// <exception cref="OperationCanceledException">The caller gave up. The server may have the mail.</exception>
    public async Task<MailOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var bound = new CancellationTokenSource(StepsOfAMail * _options.Timeout, TimeProvider.System); // also for a server that answers a little at a time
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellationToken);
        try
        {
            return await SendWithinAsync(message, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            await TryCloseAsync();
            return new(MailTrouble.Unreachable, IsOfServer: true, late.GetType().Name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await TryCloseAsync();
        _client.Dispose();
    }

    private async Task<MailOutcome> SendWithinAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        if (await TryOpenAsync(cancellationToken) is { } trouble)
        {
            return trouble;
        }

        try
        {
            await _client.SendAsync(message, cancellationToken);
            return MailOutcome.Sent;
        }
        catch (SmtpCommandException refused)
        {
            return Refusal(refused);
        }
        catch (NotSupportedException)
        {
            return new(MailTrouble.Address, Detail: "the server takes no such address"); // letters in it that it cannot write
        }
        catch (Exception lost) when (IsLost(lost) || lost is ServiceNotAuthenticatedException)
        {
            await TryCloseAsync();
            return new(lost is ServiceNotAuthenticatedException ? MailTrouble.SignIn : MailTrouble.Unreachable, IsOfServer: true, lost.GetType().Name);
        }
    }

    private async Task<MailOutcome?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_client.IsConnected)
            {
                await _client.ConnectAsync(_options.Host!.Trim().Trim('[', ']'), _options.EffectivePort, Encryption(), cancellationToken);
            }

            if (!_client.IsAuthenticated && _options is { UserName: { Length: > 0 } name, Password: { } password })
            {
                await _client.AuthenticateAsync(name, password, cancellationToken);
            }

            return null;
        }
        catch (Exception failed) when (TroubleOf(failed) is { } trouble)
        {
            await TryCloseAsync();
            return new(trouble, IsOfServer: true, failed is SmtpCommandException refused ? CodeOf(refused) : failed.GetType().Name);
        }
    }

    private SecureSocketOptions Encryption() => _options.Security switch
    {
        MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
        MailSecurity.StartTls => SecureSocketOptions.StartTls, // fails if the server does not offer it
        _ => SecureSocketOptions.None,
    };

    private static MailTrouble? TroubleOf(Exception failed) => failed switch
    {
        SslHandshakeException => MailTrouble.Certificate,
        AuthenticationException => MailTrouble.SignIn,
        NotSupportedException => MailTrouble.NoEncryption,
        _ when IsLost(failed) || failed is SmtpCommandException => MailTrouble.Unreachable,
        _ => null,
    };

    /// <summary>Returns whether the server is not there, or does not speak as it should.</summary>
    private static bool IsLost(Exception failed) =>
        failed is IOException or System.Net.Sockets.SocketException or TimeoutException or ProtocolException or ServiceNotConnectedException;

    private static MailOutcome Refusal(SmtpCommandException refused) => (refused.ErrorCode, IsForGood: (int)refused.StatusCode >= 500) switch
    {
        (SmtpErrorCode.SenderNotAccepted, _) => new(MailTrouble.Sender, IsOfServer: true, CodeOf(refused)),
        (SmtpErrorCode.RecipientNotAccepted, true) => new(MailTrouble.Address, Detail: CodeOf(refused)),
        (_, true) => new(MailTrouble.Message, Detail: CodeOf(refused)),
        _ => new(MailTrouble.Postponed, IsOfServer: (int)refused.StatusCode == 421, CodeOf(refused)), // 421: the server closes
    };

    private static string CodeOf(SmtpCommandException refused) => ((int)refused.StatusCode).ToString(CultureInfo.InvariantCulture);

    private async Task TryCloseAsync()
    {
        if (_client.IsConnected)
        {
            using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
            try
            {
                await _client.DisconnectAsync(quit: true, bound.Token);
            }
            catch (Exception lost) when (IsLost(lost) || lost is OperationCanceledException or CommandException)
            {
                // It is closed anyway.
            }
        }
    }
}
