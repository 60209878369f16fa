using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Attendance.Tests.Programs;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>A real mail server on this machine, which keeps what it gets and refuses what a test names.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<MimeMessage> _received = new();
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly X509Certificate2? _certificate;
    private readonly (string UserName, string Password)? _account;
    private CancellationTokenSource _running = new();
    private Task? _server;

    /// <param name="certificate">If given, the server offers STARTTLS.</param>
    /// <param name="account">If given, the server takes mails only of who signs in so.</param>
    public MailServer(X509Certificate2? certificate = null, (string UserName, string Password)? account = null)
    {
        (_certificate, _account) = (certificate, account);
        Start();
    }

    public int Port { get; } = ServerProcess.FreePort();

    /// <summary>What the server answers when it is told a recipient; null to take the mail.</summary>
    public Func<string, SmtpResponse?> Answer { get; set; } = _ => null;

    public IReadOnlyList<MimeMessage> Received => [.. _received];

    /// <summary>The names of the commands that the server got.</summary>
    public IReadOnlyList<string> Commands => [.. _commands];

    public IReadOnlyList<MimeMessage> To(string address) =>
        [.. _received.Where(mail => mail.To.Mailboxes.Any(box => box.Address.Equals(address, StringComparison.OrdinalIgnoreCase)))];

    public void Start()
    {
        _running = new CancellationTokenSource();
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint =>
        {
            endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, Port));
            if (_certificate is not null)
            {
                endpoint.Certificate(_certificate);
            }

            if (_account is not null)
            {
                endpoint.AuthenticationRequired();
            }
        }).Build();
        var services = new ServiceProvider();
        services.Add(new Store(_received));
        services.Add(new Filter(this));
        if (_account is { } account)
        {
            services.Add(new Accounts(account.UserName, account.Password));
        }

        var server = new global::SmtpServer.SmtpServer(options, services);
        server.SessionCreated += (_, session) => session.Context.CommandExecuting += (_, command) => _commands.Enqueue(command.Command.Name);
        _server = server.StartAsync(_running.Token);
    }

    public async Task StopAsync()
    {
        await _running.CancelAsync();
        try
        {
            await _server!.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It has stopped.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _running.Dispose();
        _certificate?.Dispose();
    }

    private sealed class Store(ConcurrentQueue<MimeMessage> received) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var content = new MemoryStream(buffer.ToArray());
            received.Enqueue(await MimeMessage.LoadAsync(content, cancellationToken));
            return SmtpResponse.Ok;
        }
    }

    private sealed class Accounts(string userName, string password) : UserAuthenticator
    {
        public override Task<bool> AuthenticateAsync(ISessionContext context, string user, string given, CancellationToken cancellationToken) =>
            Task.FromResult((user, given) == (userName, password));
    }

    private sealed class Filter(MailServer server) : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            server.Answer($"{to.User}@{to.Host}") is { } refusal ? throw new SmtpResponseException(refusal) : Task.FromResult(true);
    }
}
