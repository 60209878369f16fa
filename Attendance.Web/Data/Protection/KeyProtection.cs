using System.Security.Cryptography;
using Attendance.ServiceDefaults.Settings;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Data.Protection;

internal static class KeyProtection
{
    public static void AddKeyProtection(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<KeyProtectionOptions>().BindStrictly(KeyProtectionOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<KeyProtectionOptions>, KeyProtectionOptionsValidator>();
        builder.Services.AddOptions<KeyManagementOptions>().Configure<IOptions<KeyProtectionOptions>>((keys, protection) =>
            keys.XmlEncryptor = protection.Value.Secret is { Length: > 0 } secret ? new SecretXmlEncryptor(secret) : null);
    }
}

/// <summary>
/// Refuses to start when the configured secret does not decrypt the existing keys. Otherwise the framework would silently create new
/// keys, and no stored picture could be read.
/// </summary>
internal sealed partial class KeyRingCheck(
    IKeyManager keys, IOptions<KeyProtectionOptions> options, ILogger<KeyRingCheck> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Secret is not { Length: > 0 })
        {
            LogUnprotected();
        }

        foreach (var key in keys.GetAllKeys())
        {
            if (!CanBeRead(key))
            {
                throw new InvalidOperationException(
                    $"{KeyProtectionOptions.Section}:{nameof(KeyProtectionOptions.Secret)} does not open key {key.KeyId} of the database. "
                    + "Set it to the secret that this database was made with: without it no stored picture can be read.");
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool CanBeRead(IKey key)
    {
        try
        {
            return key.CreateEncryptor() is not null;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The keys that protect pictures and sign-ins are stored in the database unencrypted: DataProtection:Secret is not set")]
    private partial void LogUnprotected();
}
