using System.ComponentModel;
using System.Diagnostics.Metrics;
using Attendance.Web.Data;

namespace Attendance.Web.Accounts;

/// <summary>The attributes of what is measured of sign-ins.</summary>
internal static class SignInAttributes
{
    [Description("How somebody wanted to sign in: `password`, `passkey`, `openid_connect`.")]
    public const string Way = "attendance.sign_in.way";

    [Description("What came of it: `signed_in`, `refused`.")]
    public const string Outcome = "attendance.sign_in.outcome";
}

/// <summary>Counts sign-ins. Whose they were is in no metric.</summary>
internal sealed class SignInMetrics
{
    private readonly Counter<int> _attempts;

    public SignInMetrics(IMeterFactory meters) => _attempts = meters.Create(typeof(SignInMetrics).Assembly.GetName().Name!)
        .CreateCounter<int>("attendance.sign_in.attempts", "{attempt}", "Attempts to sign in, by way and outcome.");

    public void SignedIn(SignInWay way) => Count(way, "signed_in");

    public void Refused(SignInWay way) => Count(way, "refused");

    private void Count(SignInWay way, string outcome) => _attempts.Add(
        1, new KeyValuePair<string, object?>(SignInAttributes.Way, CodeOf(way)), new KeyValuePair<string, object?>(SignInAttributes.Outcome, outcome));

    private static string CodeOf(SignInWay way) => way switch
    {
        SignInWay.Passkey => "passkey",
        SignInWay.OpenIdConnect => "openid_connect",
        _ => "password",
    };
}
