using Microsoft.AspNetCore.Http.HttpResults;

namespace Attendance.Web.Notifications.Contacts;

/// <summary>
/// The address that mail programs send a request to when somebody refuses further mails (RFC 8058). The request has no cookie and no origin;
/// its token can do nothing else.
/// </summary>
internal static class ContactEndpoints
{
    public static void MapContacts(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(ContactLinks.OneClickPath, UnsubscribeAsync).AllowAnonymous().DisableAntiforgery(); // no rate limit: a large provider sends those of all from few addresses
        routes.MapGet(ContactLinks.OneClickPath, Show).AllowAnonymous();
    }

    private static async Task<Results<NoContent, BadRequest>> UnsubscribeAsync(string? token, ContactStore contacts, HttpContext context, CancellationToken cancellationToken)
    {
        context.Response.Headers.CacheControl = "no-store";
        return await contacts.UnsubscribeAsync(token, cancellationToken) ? TypedResults.NoContent() : TypedResults.BadRequest();
    }

    /// <summary>Leads somebody who opens the address in a browser to the page that asks. A program that only looks at links changes nothing.</summary>
    private static RedirectHttpResult Show(string? token, ContactLinks links, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.LocalRedirect(links.ReadUnsubscribe(token) is null ? ContactLinks.UnsubscribePath : $"{ContactLinks.UnsubscribePath}#{token}");
    }
}
