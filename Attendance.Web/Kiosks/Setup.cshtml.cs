using Attendance.Web.Accounts;

namespace Attendance.Web.Kiosks;

/// <summary>Makes this device a kiosk, by a one-time code.</summary>
internal sealed class SetupModel(KioskStore kiosks) : DeviceSetupModel
{
    public override string Action => "Set up";

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
