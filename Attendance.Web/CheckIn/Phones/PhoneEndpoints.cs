using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.Layout;

namespace Attendance.Web.CheckIn.Phones;

/// <summary>What the page of a person's own phone asks for. Nobody but a phone may.</summary>
internal static class PhoneEndpoints
{
    public static void MapPhones(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/phone/code", CodeAsync).RequireAuthorization(PhoneSignIn.PhonesOnly);

    private static async Task<IResult> CodeAsync(ClaimsPrincipal user, PhoneStore phones, QrTokens tokens, TimeProvider clock, CancellationToken cancellationToken)
    {
        var phone = user.PhoneId()!.Value;
        await phones.SeenAsync(phone, cancellationToken);
        var (token, until) = tokens.ForPhone(phone);
        return TypedResults.Ok(new PhoneCode(QrPicture.Of(token), Math.Max(0, (until - clock.GetUtcNow().UtcDateTime).TotalSeconds)));
    }
}

/// <param name="Picture">The QR code, as SVG.</param>
/// <param name="SecondsLeft">How long to show it. A phone's own clock may be wrong, so no time is told.</param>
internal sealed record PhoneCode(string Picture, double SecondsLeft);
