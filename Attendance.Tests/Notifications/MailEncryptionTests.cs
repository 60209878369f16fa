using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Attendance.Tests.Hosts;
using Attendance.Tests.Telemetry;
using Attendance.Web.Notifications;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Notifications;

/// <summary>Tests that a mail arrives at a server that wants encryption and a sign-in, whose certificate is of an authority that the machine trusts.</summary>
public sealed class MailEncryptionTests
{
    private const string Name = "attendance", Password = "Hush-1234";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_mail_is_sent_after_STARTTLS_and_a_sign_in_to_a_server_of_a_trusted_authority()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a process cannot be told by SSL_CERT_FILE whom to trust.");
        var data = Directory.CreateTempSubdirectory("attendance-mail-");
        MigratedDatabase.PutInto(data);
        try
        {
            using var authority = Authority();
            var trusted = Path.Combine(data.FullName, "authority.pem");
            await File.WriteAllTextAsync(trusted, authority.ExportCertificatePem(), Cancel);
            await using var mails = new MailServer(OfServer(authority), (Name, Password));
            (string Key, string? Value)[] settings =
            [
                ("Data:Folder", data.FullName), ("Mail:Host", "localhost"), ("Mail:Port", $"{mails.Port}"), ("Mail:Security", "starttls"), ("Mail:UserName", Name), ("Mail:Password", Password),
                ("Mail:From", "attendance@example.org"), ("Mail:PublicUrl", "https://attendance.example.org"),
                ("Mail:CheckRevocation", "false"), // this authority has no list of what it has revoked
            ];
            await using (var before = new WebServer(new Uri("http://127.0.0.1:1"), [.. settings, ("Mail:SendEvery", "00:10:00")])) // enters the mail, and does not send it
            {
                before.StartServer();
                await using var scope = before.Services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<Deliveries>().TestAsync("admin@example.org", "account", Cancel);
            }

            await using var web = await WebProcess.StartAsync(
                new Dictionary<string, string> { ["SSL_CERT_FILE"] = trusted }, [.. settings.Select(each => $"--{each.Key}={each.Value}"), "--Mail:SendEvery=00:00:00.1"]);

            await Eventually.TrueAsync(() => mails.Received.Count == 1, "the mail arrives");
            Assert.Equal(["STARTTLS", "AUTH", "MAIL"], mails.Commands.Where(command => command is "STARTTLS" or "AUTH" or "MAIL"));
            Assert.Equal("admin@example.org", mails.Received[0].To.Mailboxes.Single().Address);
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            data.Delete(recursive: true);
        }
    }

    private static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Authority of a test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(90));
    }

    private static X509Certificate2 OfServer(X509Certificate2 authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], critical: false)); // a server's
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30), RandomNumberGenerator.GetBytes(8));
        using var made = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
