using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.People;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Retention;

/// <summary>What goes by its age.</summary>
internal enum RetentionPurpose
{
    Pictures,
    UnrenewedConsent,
    People,
    CheckIns,
    Audit,
    Doubts,
    PhonePairings,
    SignIns,
    Requests,

    /// <summary>Links by which people see their data, once they are over.</summary>
    Links,
}

internal static class RetentionPurposes
{
    /// <summary>Returns what the purpose is called in the database, in logs and in metrics.</summary>
    public static string Code(this RetentionPurpose purpose) => JsonNamingPolicy.SnakeCaseLower.ConvertName(purpose.ToString());
}

/// <summary>How long one kind of data is kept, in words as well.</summary>
/// <param name="What">The data.</param>
/// <param name="When">When it goes: a sentence's end, after the data's name.</param>
internal sealed record RetentionRule(RetentionPurpose Purpose, KeepFor Keep, string What, string When);

/// <summary>The schedule by which data goes, as the options have it.</summary>
internal sealed class RetentionSchedule(IOptions<RetentionOptions> options, IOptions<ConsentOptions> consent, IOptions<AccountOptions> accounts)
{
    /// <summary>A sign-in is noted to the hour, so one that looks over may still be in use.</summary>
    private static readonly TimeSpan s_noted = TimeSpan.FromHours(2);

    public IReadOnlyList<RetentionRule> Rules { get; } = RulesOf(options.Value, consent.Value, accounts.Value);

    private static RetentionRule[] RulesOf(RetentionOptions options, ConsentOptions consent, AccountOptions accounts)
    {
        var signIns = options.SignIns.Time is { } kept && kept < accounts.SignInLasts + s_noted ? new KeepFor(accounts.SignInLasts + s_noted) : options.SignIns;
        return
        [
            Rule(RetentionPurpose.Pictures, options.Pictures, "Pictures and templates", "after you were last seen at a check-in or photographed, whichever is later"),
            Rule(RetentionPurpose.UnrenewedConsent, options.UnrenewedConsent, "Pictures and templates without a renewed consent",
                $"after cameras stopped to recognise you, which is {KeepFor.WordsOf(consent.RenewWithin)} after a new text that must be agreed to, or {KeepFor.WordsOf(consent.OfAgeGrace)} after you came of age"),
            Rule(RetentionPurpose.People, options.People, "Name, number, and everything else about a person", "after you were last seen, photographed or added"),
            Rule(RetentionPurpose.CheckIns, options.CheckIns, "Sessions with their check-ins, and so the marks in them", "after the session closed"),
            Rule(RetentionPurpose.Audit, options.Audit, "Who changed what (audit)", "after the change"),
            Rule(RetentionPurpose.Doubts, options.Doubts, "Faces in doubt", "after the session closed"),
            Rule(RetentionPurpose.PhonePairings, options.PhonePairings, "Phones that lent their camera", "after they stopped"),
            Rule(RetentionPurpose.SignIns, signIns, "Sign-ins of those who work here", "after their last use"),
            Rule(RetentionPurpose.Requests, options.Requests, "Requests for deletion that were refused", "after the answer"),
            new(RetentionPurpose.Links, new(TimeSpan.Zero), "Links by which people see their own data", "go when they are over"),
        ];
    }

    private static RetentionRule Rule(RetentionPurpose purpose, KeepFor keep, string what, string after) =>
        new(purpose, keep, what, keep.Time is { } time ? $"{KeepFor.WordsOf(time)} {after}" : "until somebody deletes it");
}
