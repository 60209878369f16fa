using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.People;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

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

/// <summary>How long one kind of data is kept, in words as well, which are those of the request.</summary>
/// <param name="What">The data.</param>
/// <param name="When">When it goes: a sentence's end, after the data's name.</param>
internal sealed record RetentionRule(RetentionPurpose Purpose, KeepFor Keep, string What, string When);

/// <summary>The schedule by which data goes, as the options have it.</summary>
internal sealed class RetentionSchedule(IOptions<RetentionOptions> options, IOptions<ConsentOptions> consent, IOptions<AccountOptions> accounts)
{
    /// <summary>A sign-in is noted to the hour, so one that looks over may still be in use.</summary>
    private static readonly TimeSpan s_noted = TimeSpan.FromHours(2);

    /// <summary>It is made anew each time, because languages differ.</summary>
    public IReadOnlyList<RetentionRule> Rules => RulesOf(options.Value, consent.Value, accounts.Value);

    private static RetentionRule[] RulesOf(RetentionOptions options, ConsentOptions consent, AccountOptions accounts)
    {
        var signIns = options.SignIns.Time is { } kept && kept < accounts.SignInLasts + s_noted ? new KeepFor(accounts.SignInLasts + s_noted) : options.SignIns;
        return
        [
            Rule(RetentionPurpose.Pictures, options.Pictures, T("Pictures and templates"),
                kept => T("{0} after you were last seen at a check-in or photographed, whichever is later", kept)),
            Rule(RetentionPurpose.UnrenewedConsent, options.UnrenewedConsent, T("Pictures and templates without a renewed consent"),
                kept => T("{0} after cameras stopped to recognise you, which is {1} after a new text that must be agreed to, or {2} after you came of age",
                    kept, KeepFor.WordsOf(consent.RenewWithin), KeepFor.WordsOf(consent.OfAgeGrace))),
            Rule(RetentionPurpose.People, options.People, T("Name, number, and everything else about a person"), kept => T("{0} after you were last seen, photographed or added", kept)),
            Rule(RetentionPurpose.CheckIns, options.CheckIns, T("Sessions with their check-ins, and so the marks in them"), kept => T("{0} after the session closed", kept)),
            Rule(RetentionPurpose.Audit, options.Audit, T("Who changed what (audit)"), kept => T("{0} after the change", kept)),
            Rule(RetentionPurpose.Doubts, options.Doubts, T("Faces in doubt"), kept => T("{0} after the session closed", kept)),
            Rule(RetentionPurpose.PhonePairings, options.PhonePairings, T("Phones that lent their camera"), kept => T("{0} after they stopped", kept)),
            Rule(RetentionPurpose.SignIns, signIns, T("Sign-ins of those who work here"), kept => T("{0} after their last use", kept)),
            Rule(RetentionPurpose.Requests, options.Requests, T("Requests for deletion that were refused"), kept => T("{0} after the answer", kept)),
            new(RetentionPurpose.Links, new(TimeSpan.Zero), T("Links by which people see their own data"), T("go when they are over")),
        ];
    }

    private static RetentionRule Rule(RetentionPurpose purpose, KeepFor keep, string what, Func<string, string> when) =>
        new(purpose, keep, what, keep.Time is { } time ? when(KeepFor.WordsOf(time)) : T("until somebody deletes it"));
}
