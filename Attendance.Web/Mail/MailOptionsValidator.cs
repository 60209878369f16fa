using Attendance.Web.Data;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Mail;

/// <summary>Checks what annotations cannot say. Nothing of it matters while no host is set, except for settings that have no effect without one.</summary>
internal sealed class MailOptionsValidator : IValidateOptions<MailOptions>
{
    public ValidateOptionsResult Validate(string? name, MailOptions options)
    {
        var failures = new List<string>();
        if (!MailLanguages.All.Contains(options.Language, StringComparer.Ordinal))
        {
            failures.Add($"{Key(nameof(options.Language))} must be one of: {string.Join(", ", MailLanguages.All)}.");
        }

        if (options.IsOn)
        {
            failures.AddRange(OfServer(options).Concat(OfSender(options)));
        }
        else if (!string.IsNullOrEmpty(options.From) || !string.IsNullOrEmpty(options.UserName) || !string.IsNullOrEmpty(options.Password))
        {
            failures.Add($"{Key(nameof(options.Host))} is missing: without it no mail is sent. Set it to the mail server, or remove the other settings of {MailOptions.Section}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> OfServer(MailOptions options)
    {
        var host = options.Host!.Trim();
        if (Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Unknown)
        {
            yield return $"{Key(nameof(options.Host))} must be the name or the address of a mail server, without a scheme and without a port.";
        }
        else if (options.Security == MailSecurity.None && !MailOptions.IsLoopback(host))
        {
            yield return $"{Key(nameof(options.Security))} may be {nameof(MailSecurity.None)} only for a server on this machine (localhost). Use {nameof(MailSecurity.StartTls)} or {nameof(MailSecurity.Tls)}.";
        }

        if (string.IsNullOrEmpty(options.UserName) != string.IsNullOrEmpty(options.Password))
        {
            yield return $"{Key(nameof(options.UserName))} and {Key(nameof(options.Password))} belong together: set both, or none.";
        }
    }

    private static IEnumerable<string> OfSender(MailOptions options)
    {
        if (!MailAddresses.TryRead(options.From, out _))
        {
            yield return $"{Key(nameof(options.From))} must be an e-mail address such as office@example.org, without a name.";
        }

        if (!Writing.CanBeWritten(options.FromName))
        {
            yield return $"{Key(nameof(options.FromName))} has a character that cannot be written.";
        }

        if (!Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttps && !(address.Scheme == Uri.UriSchemeHttp && MailOptions.IsLoopback(address.Host)))
            || address.Query.Length > 0 || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
        {
            yield return $"{Key(nameof(options.PublicUrl))} must be the https address of these pages, such as https://attendance.example.org. Links in mails begin with it.";
        }
    }

    private static string Key(string name) => $"{MailOptions.Section}:{name}";
}
