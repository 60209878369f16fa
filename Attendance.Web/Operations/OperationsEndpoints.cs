using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
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
internal static partial class OperationsEndpoints
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
        var ops = routes.MapGroup("/api").RequireAuthorization(AccountRegistration.AdminsOnly).AddEndpointFilter(RequestToken.RequireAsync);
        ops.MapGet("/events", (HttpContext context, EventRelay relay) => relay.RelayAsync(context)).RequireRateLimiting(Quotas.Open);
        ops.MapGet("/alerts", ForwardListAsync);
        ops.MapGet("/alerts/dead-letters", ForwardListAsync);
        ops.MapGet("/audit", ForwardListAsync);
        ops.MapGet($"/cameras/{CameraApiEndpoints.Camera}/history", ForwardListAsync);
        ops.MapGet("/operations/accounts", AccountsAsync);
        ops.MapPost($"/alerts/{Alert}/acknowledge", (HttpContext context, CameraApiForwarder forwarder) => CommandAsync(context, forwarder, OpsFields.None));
        ops.MapPost($"/cameras/{CameraApiEndpoints.Camera}/release", ActAsync);
        ops.MapPost($"/cameras/{CameraApiEndpoints.Camera}/reopen", ActAsync);
        ops.MapPost($"/cameras/{CameraApiEndpoints.Camera}/unquarantine", ActAsync);
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

        if (node is [{ } name] && NodeName().IsMatch(name))
        {
            return QueryString.Create("node", name);
        }

        await ApiProblems.Invalid("node", "must be the name of a node.").ExecuteAsync(context);
        return null;
    }

    private static Task ActAsync(HttpContext context, CameraApiForwarder forwarder) => CommandAsync(context, forwarder, OpsFields.Why);

    /// <summary>
    /// Forwards a cleanup from an address of its own. Here, camera-api's own address is what a closing page calls, and everybody may do that for
    /// their own session.
    /// </summary>
    private static Task CleanupAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        context.Request.Path = CleanupPath;
        return CommandAsync(context, forwarder, OpsFields.Why | OpsFields.Scope);
    }

    private static async Task CommandAsync(HttpContext context, CameraApiForwarder forwarder, OpsFields fields)
    {
        var (command, problem) = await OpsCommand.ReadAsync(context.Request, fields, context.User.AccountId(), context.RequestAborted);
        if (command is null)
        {
            await problem!.ExecuteAsync(context);
            return;
        }

        if (await NodeOfAsync(context) is not { } query)
        {
            return;
        }

        command.WriteTo(context.Request);
        context.Request.QueryString = query;
        await forwarder.ForwardAsync(context);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NodeName();

    /// <summary>Returns the user names for the account ids that camera-api has recorded, because camera-api does not know the names.</summary>
    private static async Task<IResult> AccountsAsync(AttendanceDb db, CancellationToken cancellationToken) => TypedResults.Ok(new AccountNamesResponse(
        await db.Users.AsNoTracking().ToDictionaryAsync(account => account.Id, account => account.UserName!, cancellationToken)));
}

internal sealed record AccountNamesResponse([property: JsonPropertyName("accounts")] IReadOnlyDictionary<string, string> Accounts);
