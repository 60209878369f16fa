using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Mail;

internal enum MailSecurity
{
    /// <summary>Encryption from the first byte, usually at port 465.</summary>
    Tls,

    /// <summary>Encryption before anything is said, usually at port 587. A server that does not offer it gets nothing.</summary>
    StartTls,

    /// <summary>No encryption. Allowed only on this machine.</summary>
    None,
}

/// <summary>The mail server that mails are sent by. Without a host no mail is sent.</summary>
internal sealed class MailOptions
{
    public const string Section = "Mail";

    public string? Host { get; set; }

    /// <summary>The port. By default that of <see cref="Security"/>: 465, 587 or 25.</summary>
    [Range(1, 65535)]
    public int? Port { get; set; }

    public MailSecurity Security { get; set; } = MailSecurity.StartTls;

    public string? UserName { get; set; }

    /// <summary>The password. It is a secret, and never shown.</summary>
    public string? Password { get; set; }

    /// <summary>The address that mails come from.</summary>
    public string? From { get; set; }

    [StringLength(100)]
    public string FromName { get; set; } = "Attendance";

    /// <summary>The address of Web as those who get mails reach it. Links in mails begin with it.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>The language of mails to fixed addresses, and what the form of a contact begins with.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Mails that are sent in a minute at most, by all processes together.</summary>
    [Range(1, 10_000)]
    public int PerMinute { get; set; } = 60;

    /// <summary>How long the server may take for a step.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait after the first failed attempt. Each further wait is twice as long, up to an hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often mails that wait are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan SendEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the authority that issued the server's certificate is asked whether it was revoked. Many private authorities cannot answer that.</summary>
    public bool CheckRevocation { get; set; } = true;

    public bool IsOn => !string.IsNullOrWhiteSpace(Host);

    public int EffectivePort => Port ?? Security switch { MailSecurity.Tls => 465, MailSecurity.StartTls => 587, _ => 25 };

    /// <summary>Returns the address of a page of Web, for a mail.</summary>
    /// <param name="path">Begins with a slash.</param>
    public string LinkTo(string path) => PublicUrl!.TrimEnd('/') + path;

    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}

[OptionsValidator]
internal sealed partial class MailAnnotations : IValidateOptions<MailOptions>;
