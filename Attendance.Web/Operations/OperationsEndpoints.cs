using System.Globalization;
using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Forwarding;
using Attendance.Web.Http;
using Attendance.Web.Security;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Operations;

/// <summary>The endpoints of the operations console, for administrators only.</summary>
internal static class OperationsEndpoints
{
    private const string Alert = "{alertId:regex(^[0-9a-f]{{1,64}}$)}";
    private const string CleanupPath = "/api/camera/cleanup";
    private const int MostItems = 500;

    public static void AddOperations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<OperationsOptions>().BindStrictly(OperationsOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<OperationsOptions>, OperationsOptionsValidator>();
        builder.Services.AddSingleton<EventRelay>();
    }

    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var ops = routes.MapGroup("/api").RequireAuthorization(AccountRegistration.AdminsOnly).AddEndpointFilter(RequestToken.RequireAsync)
            .NeedsNoRight("administrators have all rights");
        ops.MapGet("/events", (HttpContext context, EventRelay relay) => relay.RelayAsync(context)).RequireRateLimiting(Quotas.Open);
        ops.MapGet("/alerts", ForwardListAsync);
        ops.MapGet("/alerts/dead-letters", ForwardListAsync);
        ops.MapGet("/audit", ForwardListAsync);
        ops.MapGet("/cameras/{cameraId:name}/history", ForwardListAsync);
        ops.MapGet("/operations/accounts", AccountsAsync);
        ops.MapPost($"/alerts/{Alert}/acknowledge", AcknowledgeAsync);
        ops.MapPost("/cameras/{cameraId:name}/release", ReleaseAsync);
        ops.MapPost("/cameras/{cameraId:name}/reopen", ActAsync);
        ops.MapPost("/cameras/{cameraId:name}/unquarantine", ActAsync);
        ops.MapPost("/operations/cleanup", CleanupAsync);
    }

    private static async Task ForwardListAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        var limit = context.Request.Query["limit"];
        if (await NodeOfAsync(context) is not { } query)
        {
            return;
        }

        if (limit.Count > 0)
        {
            if (limit.Count > 1 || !int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var most) || most is < 1 or > MostItems)
            {
                await ApiProblems.Invalid("limit", $"must be a whole number from 1 to {MostItems}.").ExecuteAsync(context);
                return;
            }

            query = query.Add("limit", most.ToString(CultureInfo.InvariantCulture));
        }

        context.Request.QueryString = query;
        await forwarder.ForwardAsync(context);
    }

    /// <summary>Reads which node is meant, because several nodes may have a camera with the same id.</summary>
    /// <returns>The query string with the node, or null if the request was refused.</returns>
    private static async Task<QueryString?> NodeOfAsync(HttpContext context)
    {
        var node = context.Request.Query["node"];
        if (node.Count == 0)
        {
            return QueryString.Empty;
        }

        if (node is [{ } name] && IdFormats.IsName(name))
        {
            return QueryString.Create("node", name);
        }

        await ApiProblems.Invalid("node", "must be the name of a node.").ExecuteAsync(context);
        return null;
    }

    private static Task AcknowledgeAsync(HttpContext context, CameraApiForwarder forwarder) =>
        CommandAsync<Nothing>(context, forwarder, (_, by) => new AcknowledgeRequest(by));

    private static Task ActAsync(HttpContext context, CameraApiForwarder forwarder) =>
        CommandAsync<Act>(context, forwarder, (asked, by) =>
        {
            var (author, why) = new OpsRequest(by, asked.Why).Validate();
            return new OpsRequest(author, why);
        });

    private static Task ReleaseAsync(HttpContext context, CameraApiForwarder forwarder) =>
        CommandAsync<Release>(context, forwarder, (asked, by) =>
        {
            var (author, why) = new ReleaseRequest(by, asked.Why, asked.LeaseRef).Validate();
            return new ReleaseRequest(author, why, asked.LeaseRef);
        });

    /// <summary>
    /// Forwards a cleanup from an address of its own. Here, camera-api's own address is what a closing page calls, and everybody may do that for
    /// their own session.
    /// </summary>
    private static Task CleanupAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        context.Request.Path = CleanupPath;
        return CommandAsync<CleanUp>(context, forwarder, (asked, by) =>
        {
            var needsNoReason = asked is { DryRun: true, Why: null };
            var command = new CleanupRequest { Force = asked.Force, DryRun = asked.DryRun, By = needsNoReason ? null : by, Why = asked.Why?.Trim() };
            command.Validate();
            return command;
        });
    }

    /// <summary>Forwards a command with the signed-in account as its author. A request that claims another author has an unknown field, and is refused.</summary>
    /// <param name="toCommand">Makes the command from what is asked and the account's id.</param>
    private static async Task CommandAsync<T>(HttpContext context, CameraApiForwarder forwarder, Func<T, string, object> toCommand) where T : class
    {
        var command = toCommand(await PageBody.ReadAsync<T>(context.Request), context.User.AccountId());
        if (await NodeOfAsync(context) is not { } query)
        {
            return;
        }

        PageBody.Replace(context.Request, command);
        context.Request.QueryString = query;
        await forwarder.ForwardAsync(context);
    }

    /// <summary>Returns the user names for the account ids that camera-api has recorded, because camera-api does not know the names.</summary>
    private static async Task<IResult> AccountsAsync(AttendanceDb db, CancellationToken cancellationToken) => TypedResults.Ok(new AccountNamesResponse(
        await db.Users.AsNoTracking().ToDictionaryAsync(account => account.Id, account => account.UserName!, StringComparer.Ordinal, cancellationToken)));

    private sealed record Nothing;

    private sealed record Act(string? Why = null);

    private sealed record Release(string? Why = null, string? LeaseRef = null);

    private sealed record CleanUp(string? Why = null, bool? Force = null, bool? DryRun = null);
}

internal sealed record AccountNamesResponse(IReadOnlyDictionary<string, string> Accounts);
