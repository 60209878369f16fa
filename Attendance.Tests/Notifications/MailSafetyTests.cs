using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Attendance.Web.Data;
using Attendance.Web.Notifications;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>Tests what is said to a mail server, and what hostile names do to a mail.</summary>
public sealed class MailSafetyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_without_encryption_is_told_nothing()
    {
        await using var mails = new MailServer();

        Assert.Equal(MailTrouble.NoEncryption, await TroubleAsync(mails));
        Assert.All(mails.Commands, command => Assert.Contains(command, (string[])["EHLO", "HELO", "QUIT"]));
        Assert.Contains("EHLO", mails.Commands);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_refused_before_anything_is_said()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(90));
        await using var mails = new MailServer(X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null));

        Assert.Equal(MailTrouble.Certificate, await TroubleAsync(mails));
        Assert.DoesNotContain("MAIL", mails.Commands);
        Assert.DoesNotContain("AUTH", mails.Commands);
    }

    [Fact]
    public async Task Names_with_line_breaks_make_no_headers_and_names_of_all_scripts_arrive()
    {
        await using var mails = new MailServer();
        await using var notifications = new NotificationSite(mails.Port);
        await notifications.StartAsync();
        var site = notifications.Site;
        var (hostile, honest) = (await site.PersonAsync("Eve\r\nBcc:", "E-1"), await site.PersonAsync("Žofie 花", "Z-1")); // no form lets such a name in
        await notifications.ContactAsync(hostile, "eves@example.org", name: "Mallory\r\nBcc: victim@example.org\r\n\r\nHello");
        await notifications.ContactAsync(honest, "zofies@example.org", name: "花子 Ö");
        await notifications.RuleAsync(new() { Trigger = "Absent", ToGuardians = true });
        var session = await site.SessionAsync(await site.GroupAsync("Class", hostile, honest), TimeSpan.Zero);
        await site.DbAsync(db => db.Sessions.Where(each => each.Id == session).ExecuteUpdateAsync(each => each.SetProperty(one => one.Name, "Maths\r\n.\r\nMAIL FROM:<a@b.c>"), Cancel));
        site.Clock.Ahead += TimeSpan.FromMinutes(61);
        await notifications.SettleAsync();

        Assert.Equal(2, mails.Received.Count);
        Assert.All(mails.Received, mail => Assert.Equal((0, 0, 1), (mail.Bcc.Count, mail.Cc.Count, mail.To.Count)));
        var bad = mails.To("eves@example.org").Single();
        Assert.Equal("Eve  Bcc: was absent", bad.Subject);
        Assert.Contains("Maths  .  MAIL FROM:<a@b.c>, ", bad.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain(bad.Headers, header => header.Field is "Bcc" or "Hello");
        var good = mails.To("zofies@example.org").Single();
        Assert.Equal(("Žofie was absent", "花子 Ö"), (good.Subject, good.To.Mailboxes.Single().Name));
        Assert.IsType<TextPart>(good.Body);
    }

    [Theory]
    [InlineData("Mail:Host", "smtp://mail.example.org", "Mail:Host must be the name")]
    [InlineData("Mail:Security", "none", "Mail:Security may be None only for a server on this machine")]
    [InlineData("Mail:Security", "ssl", "'Mail:Security' is 'ssl'; it must be one of Tls, StartTls, None")]
    [InlineData("Mail:From", "Office <office@example.org>", "Mail:From must be an e-mail address")]
    [InlineData("Mail:From", "", "Mail:From must be an e-mail address")]
    [InlineData("Mail:PublicUrl", "http://attendance.example.org", "Mail:PublicUrl must be the https address")]
    [InlineData("Mail:PublicUrl", null, "Mail:PublicUrl must be the https address")]
    [InlineData("Mail:Password", "Hush-1234", "Mail:UserName and Mail:Password belong together")]
    [InlineData("Mail:Host", null, "Mail:Host is missing")]
    [InlineData("Mail:PerMinute", "0", "PerMinute")]
    [InlineData("Mail:Language", "fr", "Mail:Language must be one of: en, de")]
    [InlineData("Mail:Pasword", "Hush-1234", "'Mail:Pasword' is no setting. Is 'Mail:Password' meant?")]
    [InlineData("Notifications:MaxAge", "00:00:01", "MaxAge")]
    public async Task A_setting_that_cannot_be_used_stops_the_start_and_is_named(string key, string? value, string words)
    {
        await using var web = new Hosts.WebServer(
            new Uri("http://127.0.0.1:1"), ("Mail:Host", "mail.example.org"), ("Mail:From", "office@example.org"), ("Mail:PublicUrl", "https://attendance.example.org"), (key, value));

        var message = Assert.Throws<OptionsValidationException>(web.StartServer).Message;

        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain("Hush-1234", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_the_page_says_how_to_switch_it_on()
    {
        await using var web = new Hosts.WebServer(new Uri("http://127.0.0.1:1"));
        using var admin = web.Client(await web.SignInAsync(AccountRole.Admin));
        using var other = web.Client(await web.SignInAsync());

        Assert.Contains("<code>Mail:Host</code>", await admin.GetStringAsync(new Uri("/notifications", UriKind.Relative), Cancel), StringComparison.Ordinal);
        using var refused = await other.GetAsync(new Uri("/notifications", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    /// <summary>Sends a test mail by a server that must encrypt, and returns why that fails.</summary>
    private static async Task<MailTrouble?> TroubleAsync(MailServer mails)
    {
        await using var notifications = new NotificationSite(mails.Port, ("Mail:Host", "localhost"), ("Mail:Security", "starttls"), ("Mail:UserName", "attendance"), ("Mail:Password", "Hush-1234"));
        await notifications.StartAsync();
        await notifications.Site.WithAsync<Deliveries, bool>(async deliveries =>
        {
            await deliveries.TestAsync("admin@example.org", "account", Cancel);
            return true;
        });
        await Eventually.TrueAsync(() => notifications.Site.DbAsync(db => db.Mails.AnyAsync(mail => mail.Attempts > 0, Cancel)), "it is tried");
        Assert.Empty(mails.Received);
        Assert.DoesNotContain(notifications.Site.Web.Logs.GetSnapshot(), record => record.Message.Contains("Hush-1234", StringComparison.Ordinal) || record.Message.Contains("admin@", StringComparison.Ordinal));
        return await notifications.Site.DbAsync(db => db.Mails.Select(mail => mail.Trouble).SingleAsync(Cancel));
    }
}
