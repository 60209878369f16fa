using Microsoft.AspNetCore.Html;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.ReadApi;

/// <summary>What a token may open, each one kind of list.</summary>
internal static class ApiScopes
{
    public const string People = "people:read", Groups = "groups:read", Sessions = "sessions:read", CheckIns = "checkins:read", Marks = "marks:read";

    public static IReadOnlyList<string> All { get; } = [People, Groups, Sessions, CheckIns, Marks];

    /// <summary>Returns a scope and what it opens, in the words of the page.</summary>
    public static IHtmlContent Describe(string scope) => scope switch
    {
        People => Markup("<code>{0}</code>: names, numbers and groups of people", scope),
        Groups => Markup("<code>{0}</code>: groups and who is in them", scope),
        Sessions => Markup("<code>{0}</code>: sessions", scope),
        CheckIns => Markup("<code>{0}</code>: check-ins, roll calls and corrections, without reasons", scope),
        _ => Markup("<code>{0}</code>: marks", scope),
    };

    public static IReadOnlyList<string> Split(string scopes) => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Says which scope an endpoint needs.</summary>
internal sealed record NeededScope(string Scope);
