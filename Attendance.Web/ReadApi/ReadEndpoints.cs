using System.Security.Claims;
using System.Threading.RateLimiting;
using Attendance.Web.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Attendance.Web.ReadApi;

/// <summary>What programs with a token may read.</summary>
internal static class ReadEndpoints
{
    public const string Root = "/api/v1";

    public static void MapRead(this IEndpointRouteBuilder routes)
    {
        var v1 = routes.MapGroup(Root).RequireRateLimiting(ReadQuota.Requests);
        v1.MapGet("people", PeopleList.ListAsync).WithName("listPeople").Needs(ApiScopes.People, "People").Lists<PersonItem>("group")
            .WithSummary("Lists people, in the order in which they were changed. 'group': those who are in it now.");
        v1.MapGet("people/{id:guid}", PeopleList.FindAsync).WithName("getPerson").Needs(ApiScopes.People, "People").Finds<PersonItem>()
            .WithSummary("Returns one person.");
        v1.MapGet("groups", GroupList.ListAsync).WithName("listGroups").Needs(ApiScopes.Groups, "Groups").Lists<GroupItem>("person")
            .WithSummary("Lists groups with who is or was in them, in the order in which they were changed. 'person': those that the person is or was in.");
        v1.MapGet("groups/{id:guid}", GroupList.FindAsync).WithName("getGroup").Needs(ApiScopes.Groups, "Groups").Finds<GroupItem>()
            .WithSummary("Returns one group with who is or was in it.");
        v1.MapGet("sessions", SessionList.ListAsync).WithName("listSessions").Needs(ApiScopes.Sessions, "Sessions").Lists<SessionItem>("group", "from", "until")
            .WithSummary("Lists sessions, in the order in which they were changed. 'from' and 'until' are about their start.");
        v1.MapGet("sessions/{id:guid}", SessionList.FindAsync).WithName("getSession").Needs(ApiScopes.Sessions, "Sessions").Finds<SessionItem>()
            .WithSummary("Returns one session.");
        v1.MapGet("check-ins", CheckInList.ListAsync).WithName("listCheckIns").Needs(ApiScopes.CheckIns, "Check-ins").Lists<CheckInItem>("person", "session", "group", "from", "until")
            .WithSummary("Lists check-ins, roll calls and corrections, in the order in which they were recorded. 'from' and 'until' are about when they happened.");
        v1.MapGet("check-ins/{id:guid}", CheckInList.FindAsync).WithName("getCheckIn").Needs(ApiScopes.CheckIns, "Check-ins").Finds<CheckInItem>()
            .WithSummary("Returns one check-in, roll call or correction.");
        v1.MapGet("marks", MarkList.ListAsync).WithName("listMarks").Needs(ApiScopes.Marks, "Marks").Lists<MarkItem>("person", "session", "group", "from", "until")
            .WithSummary("Lists the marks of sessions that have opened, in the order of their start. 'from' and 'until' are about that. A page may have fewer items than 'limit' although more follow.");
        v1.MapGet("marks/{sessionId:guid}/{personId:guid}", MarkList.FindAsync).WithName("getMark").Needs(ApiScopes.Marks, "Marks").Finds<MarkItem>()
            .WithSummary("Returns the mark of a person in a session that has opened.");
        v1.MapGet("{**rest}", () => ApiProblems.NotFound()).RequireAuthorization(TokenSignIn.TokensOnly).ExcludeFromDescription();
    }

    private static RouteHandlerBuilder Needs(this RouteHandlerBuilder endpoint, string scope, string tag) => endpoint
        .RequireAuthorization(TokenSignIn.PolicyOf(scope)).WithMetadata(new NeededScope(scope)).WithTags(tag)
        .Produces(StatusCodes.Status304NotModified).ProducesProblem(401).ProducesProblem(403).ProducesProblem(429).ProducesProblem(503);

    private static RouteHandlerBuilder Lists<T>(this RouteHandlerBuilder endpoint, params string[] filters) =>
        endpoint.WithMetadata(new ListParameters(filters)).Produces<ListAnswer<T>>().ProducesProblem(400).ProducesProblem(410);

    private static RouteHandlerBuilder Finds<T>(this RouteHandlerBuilder endpoint) => endpoint.Produces<T>().ProducesProblem(404);
}

internal static class ReadQuota
{
    public const string Requests = "api_requests";

    public static void Configure(RateLimiterOptions limiter, IOptions<ReadApiOptions> options) => limiter.AddPolicy(
        Requests,
        context => RateLimitPartition.GetFixedWindowLimiter(
            context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", _ => new() { PermitLimit = options.Value.RequestsPerMinute, Window = TimeSpan.FromMinutes(1) }));
}
