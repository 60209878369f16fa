namespace Attendance.Web.ReadApi;

/// <summary>What a token may open, each one kind of list.</summary>
internal static class ApiScopes
{
    public const string People = "people:read", Groups = "groups:read", Sessions = "sessions:read", CheckIns = "checkins:read", Marks = "marks:read";

    public static IReadOnlyList<string> All { get; } = [People, Groups, Sessions, CheckIns, Marks];

    /// <summary>Returns what a scope opens, in the words of the page.</summary>
    public static string Describe(string scope) => scope switch
    {
        People => "names, numbers and groups of people",
        Groups => "groups and who is in them",
        Sessions => "sessions",
        CheckIns => "check-ins, roll calls and corrections, without reasons",
        Marks => "marks",
        _ => scope,
    };

    public static IReadOnlyList<string> Split(string scopes) => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Says which scope an endpoint needs.</summary>
internal sealed record NeededScope(string Scope);
