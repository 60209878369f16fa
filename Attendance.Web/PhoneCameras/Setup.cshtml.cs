using Attendance.Web.Accounts;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.PhoneCameras;

/// <summary>Pairs this phone with an operator's page, by a one-time code. The code comes behind the # of a link, which is sent to no server.</summary>
internal sealed class PhoneCameraSetupModel(PhonePairings pairings) : DeviceSetupModel
{
    public override string Action => T("Use this phone");

    protected override async Task<string?> TrySignInAsync(string code, CancellationToken cancellationToken)
    {
        if (await pairings.UseAsync(code, cancellationToken) is not { } pairing)
        {
            return null;
        }

        await PhoneCameraSignIn.SignInAsync(HttpContext, pairing);
        return "/phone";
    }
}
