using System.Text.Json;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Identity;

namespace Attendance.Web.CheckIn;

/// <summary>
/// Proof that a person is there. Each kind can be made only by what decides about it, so nobody is checked in by a call with the wrong
/// arguments: a face by <see cref="AcceptedEvidence.Of"/>, a code by <see cref="CodeEvidence.Of"/>, a QR code by
/// <see cref="QrEvidence"/>.
/// </summary>
internal abstract record CheckInEvidence
{
    private protected CheckInEvidence(Guid personId, CheckInMethod method) => (PersonId, Method) = (personId, method);

    public Guid PersonId { get; }

    public CheckInMethod Method { get; }

    /// <summary>The numbers that decided, as JSON, or null.</summary>
    public virtual string? ToJson() => null;
}

/// <summary>What a face must be like to be accepted. The recognition has the values in its options.</summary>
/// <param name="MaxDistance">The largest distance to the person's template.</param>
/// <param name="MinMargin">How much farther the next-best person must be.</param>
/// <param name="MinFrames">In how many frames the person must be the best.</param>
internal sealed record AcceptanceLimits(double MaxDistance, double MinMargin, int MinFrames);

/// <summary>
/// A face that was accepted: near enough to one person's template, and clear of everybody else's. There is no way to make one for a face in
/// doubt: the figures are compared with the limits here, whoever calls.
/// </summary>
internal sealed record AcceptedEvidence : CheckInEvidence
{
    private readonly object _figures;

    private AcceptedEvidence(Guid personId, object figures) : base(personId, CheckInMethod.Face) => _figures = figures;

    /// <param name="personId">The person with the nearest template.</param>
    /// <param name="distance">The distance to that template.</param>
    /// <param name="nextDistance">The distance to the nearest template of somebody else, or null if nobody else was expected.</param>
    /// <param name="frames">In how many frames this person was the best.</param>
    /// <param name="model">The id and version of the model that made the templates.</param>
    /// <param name="limits">The limits to hold the figures to.</param>
    /// <param name="isLive">Whether the person has shown to be there themselves. Null if that was not required.</param>
    /// <returns>The evidence, or null if the figures leave a doubt.</returns>
    public static AcceptedEvidence? Of(
        Guid personId, double distance, double? nextDistance, int frames, string model, AcceptanceLimits limits, bool? isLive = null) =>
        distance >= 0 && distance <= limits.MaxDistance && (nextDistance is null || nextDistance - distance >= limits.MinMargin) && frames >= limits.MinFrames
            && isLive != false
            ? new AcceptedEvidence(
                personId, new { distance, next_distance = nextDistance, frames, model, max_distance = limits.MaxDistance, min_margin = limits.MinMargin, live = isLive })
            : null;

    public override string ToJson() => JsonSerializer.Serialize(_figures);
}

/// <summary>A personal code that was right. It is compared here, so there is none for a wrong one.</summary>
internal sealed record CodeEvidence : CheckInEvidence
{
    private CodeEvidence(Guid personId) : base(personId, CheckInMethod.Code)
    {
    }

    /// <returns>The evidence, or null if the code is not the person's.</returns>
    public static CodeEvidence? Of(PersonCode code, string entered, IPasswordHasher<PersonCode> hasher) =>
        code.CodeHash is { } hash && hasher.VerifyHashedPassword(code, hash, entered) != PasswordVerificationResult.Failed ? new CodeEvidence(code.PersonId) : null;
}

/// <summary>A QR code that is valid. Revocation is checked here, so a revoked code makes no evidence.</summary>
internal sealed record QrEvidence : CheckInEvidence
{
    private readonly object _figures;

    private QrEvidence(Guid personId, object figures) : base(personId, CheckInMethod.Qr) => _figures = figures;

    /// <param name="token">The token that was shown and is authentic.</param>
    /// <param name="code">The person's codes now, or null if there are none.</param>
    /// <returns>The evidence, or null if the token was revoked.</returns>
    public static QrEvidence? Of(QrToken.Paper token, PersonCode? code) =>
        code is { HasQr: true } && code.PersonId == token.PersonId && code.QrVersion == token.Version
            ? new QrEvidence(token.PersonId, new { phone = false, version = token.Version })
            : null;

    /// <param name="token">The token that was shown and is authentic.</param>
    /// <param name="phone">The phone that showed it, or null if it was revoked.</param>
    /// <returns>The evidence, or null if the phone was revoked.</returns>
    public static QrEvidence? Of(QrToken.Shown token, Phone? phone) =>
        phone is { SetUpAt: not null } && phone.Id == token.PhoneId ? new QrEvidence(phone.PersonId, new { phone = true }) : null;

    public override string ToJson() => JsonSerializer.Serialize(_figures);
}
