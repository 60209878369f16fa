using Attendance.Web.Accounts;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Privacy;

/// <summary>Exchanges the code of a link for a short sign-in. The code comes behind the # of the link, which is sent to no server.</summary>
internal sealed class MyDataSetupModel(PrivacyLinks links) : DeviceSetupModel
{
    public override string Action => T("See my data");

    public override string Label => T("Code of the link");

    protected override string Refusal => T("This code is not valid, or not any more. If you asked to be deleted, that may be done. Otherwise ask for another link.");

    protected override async Task<string?> TrySignInAsync(string code, CancellationToken cancellationToken)
    {
        if (await links.OpenAsync(code, cancellationToken) is not { } link)
        {
            return null;
        }

        await SubjectSignIn.SignInAsync(HttpContext, link);
        return SubjectSignIn.Path;
    }
}
