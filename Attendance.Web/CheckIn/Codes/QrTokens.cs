using System.Buffers.Binary;
using System.Security.Cryptography;
using Attendance.Web.Schedules;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Attendance.Web.CheckIn.Codes;

/// <summary>What a QR code says. Only <see cref="QrTokens"/> reads one from a text, after it has proven to be made here.</summary>
internal abstract record QrToken
{
    private QrToken()
    {
    }

    /// <summary>One on paper, which lasts until it is revoked.</summary>
    /// <param name="Version">The version of the person's codes when it was made. Another one now means that it was revoked.</param>
    internal sealed record Paper(Guid PersonId, int Version) : QrToken;

    /// <summary>One that a phone shows, where it changes.</summary>
    internal sealed record Shown(Guid PhoneId) : QrToken;
}

/// <summary>
/// Makes and reads the texts in QR codes. They are encrypted and authenticated with the data-protection keys, so nobody can make one, or see
/// whose it is. They say neither name nor number.
/// </summary>
internal sealed class QrTokens(IDataProtectionProvider protection, IOptions<CheckInOptions> options, TimeProvider clock)
{
    /// <summary>How long a phone shows one code.</summary>
    public static readonly TimeSpan PhoneStep = TimeSpan.FromSeconds(30);

    private const int Length = 16 + sizeof(int) + sizeof(long), LongestText = 500;
    private const long OnPaper = -1;

    private readonly IDataProtector _protector = protection.CreateProtector("Attendance.Web.CheckIn.Qr.v1");

    public string ForPaper(Guid personId, int version) => Seal(personId, version, OnPaper);

    /// <summary>Returns the code for a phone to show now, and when to show the next one.</summary>
    public (string Token, DateTime Until) ForPhone(Guid phoneId)
    {
        var step = StepOf(clock.GetUtcNow());
        return (Seal(phoneId, 0, step), DateTimeOffset.UnixEpoch.Add((step + 1) * PhoneStep).UtcDateTime);
    }

    /// <returns>The token, or null if the text was not made here, or is from a phone and too old.</returns>
    public QrToken? Read(string? text)
    {
        if (text is not { Length: > 0 and <= LongestText })
        {
            return null;
        }

        byte[] plain;
        try
        {
            plain = _protector.Unprotect(WebEncoders.Base64UrlDecode(text));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }

        if (plain.Length != Length)
        {
            return null;
        }

        var id = new Guid(plain.AsSpan(0, 16));
        var step = BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(16 + sizeof(int)));
        return step == OnPaper ? new QrToken.Paper(id, BinaryPrimitives.ReadInt32BigEndian(plain.AsSpan(16)))
            : IsFresh(step) ? new QrToken.Shown(id)
            : null;
    }

    private static long StepOf(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / PhoneStep.Ticks;

    /// <summary>Returns whether a code is shown now, or was a moment ago: between showing and reading some seconds pass.</summary>
    private bool IsFresh(long step)
    {
        var now = clock.GetUtcNow();
        return step <= StepOf(now) && step >= StepOf(now - options.Value.PhoneCodeGrace);
    }

    private string Seal(Guid id, int version, long step)
    {
        var plain = new byte[Length];
        id.TryWriteBytes(plain);
        BinaryPrimitives.WriteInt32BigEndian(plain.AsSpan(16), version);
        BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(16 + sizeof(int)), step);
        return WebEncoders.Base64UrlEncode(_protector.Protect(plain));
    }
}
