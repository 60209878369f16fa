using System.Security.Cryptography;
using System.Text;
using Attendance.Web.Security;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Accounts;

internal static class AccountEndpoints
{
    /// <summary>
    /// Maps the endpoint that tells the AppHost, which has the API key, whether the first administrator got the password that it generated.
    /// </summary>
    public static void MapAccounts(this IEndpointRouteBuilder routes) => routes.MapGet("/api/accounts/first", First).AllowAnonymous();

    private static Results<Ok<FirstAccountResponse>, UnauthorizedHttpResult> First(
        HttpRequest request, FirstAdmin admin, IOptions<SecurityOptions> security) =>
        IsKey(request.Headers[WireHeaders.ApiKey].ToString(), security.Value.ApiKey)
            ? TypedResults.Ok(new FirstAccountResponse(admin.UserName, admin.WasMade))
            : TypedResults.Unauthorized();

    /// <summary>Compares in constant time, so that every wrong key takes equally long.</summary>
    private static bool IsKey(string sent, string? key) =>
        key is { Length: > 0 }
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
