using Attendance.Web.Accounts;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.CheckIn.Phones;

/// <summary>Makes this phone a person's own, by a one-time code. The code comes behind the # of a link, which is sent to no server.</summary>
internal sealed class PhoneSetupModel(PhoneStore phones) : DeviceSetupModel
{
    public override string Action => T("Use this phone");

    protected override async Task<string?> TrySignInAsync(string code, CancellationToken cancellationToken)
    {
        if (await phones.SetUpAsync(code, cancellationToken) is not { } phone)
        {
            return null;
        }

        await PhoneSignIn.SignInAsync(HttpContext, phone);
        return "/my-code";
    }
}
