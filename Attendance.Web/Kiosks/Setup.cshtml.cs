using Attendance.Web.Accounts;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Kiosks;

/// <summary>Makes this device a kiosk, by a one-time code.</summary>
internal sealed class SetupModel(KioskStore kiosks) : DeviceSetupModel
{
    public override string Action => T("Set up");

    protected override async Task<string?> TrySignInAsync(string code, CancellationToken cancellationToken)
    {
        if (await kiosks.SetUpAsync(code, cancellationToken) is not { } kiosk)
        {
            return null;
        }

        await KioskSignIn.SignInAsync(HttpContext, kiosk);
        return "/kiosk";
    }
}
