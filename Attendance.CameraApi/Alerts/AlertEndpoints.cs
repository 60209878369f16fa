using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Http;
using Attendance.CameraApi.Leases;
using Attendance.CameraApi.Operations;

namespace Attendance.CameraApi.Alerts;

internal static class AlertEndpoints
{
    private const int DefaultLimit = 200;

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/api/alerts").WithTags("Alerts");
        alerts.MapGet("", AllAsync).Produces<AlertsResponse>().ProducesProblem(400)
            .WithSummary("Alerts: open ones first, the critical before others, then acknowledged, then resolved ones; newest first.");
        alerts.MapPost("{alertId}/acknowledge", AcknowledgeAsync)
            .Accepts<AcknowledgeRequest>("application/json").Produces<Alert>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Say that somebody sees to it. May be repeated; it is resolved by itself when its cause is gone.");
        alerts.MapGet("dead-letters", async (AlertStore store) => TypedResults.Ok(new DeadLettersResponse(await store.ReadDeadLettersAsync())))
            .Produces<DeadLettersResponse>().ProducesProblem(503)
            .WithSummary("What webhooks were not told, newest first.");
    }

    /// <returns>With the resolved ones left out while the store, which has them, is away.</returns>
    public static async Task<IReadOnlyList<Alert>> ListAsync(AlertBook book, AlertStore store, int limit)
    {
        var open = book.Open
            .OrderBy(alert => alert.State).ThenByDescending(alert => alert.Severity).ThenByDescending(alert => alert.OpenedAt).ToList();
        try
        {
            var ids = open.Select(alert => alert.Id).ToHashSet();
            return [.. open.Concat((await store.ReadHistoryAsync(limit)).Where(alert => !ids.Contains(alert.Id))).Take(limit)];
        }
        catch (StoreUnavailableException)
        {
            return [.. open.Take(limit)];
        }
    }

    private static async Task<IResult> AllAsync(int? limit, AlertBook book, AlertStore store) => limit is < 1 or > AlertStore.HistoryLength
        ? throw new RequestException("limit", $"must be 1 to {AlertStore.HistoryLength}.")
        : TypedResults.Ok(new AlertsResponse(await ListAsync(book, store, limit ?? DefaultLimit)));

    private static async Task<IResult> AcknowledgeAsync(string alertId, HttpContext context, AlertBook book, AlertStore store, AuditLog audit)
    {
        var by = (await JsonBody.ReadAsync<AcknowledgeRequest>(context.Request, absent: null, context.RequestAborted)).Validate();
        if (book.Acknowledge(alertId, by, out var isNew) is { } alert)
        {
            if (isNew)
            {
                audit.Add("acknowledge", alert.CameraId, by, why: null, $"Alert {alert.Rule.Name()} is acknowledged.");
            }

            return TypedResults.Ok(alert);
        }

        return (await store.ReadHistoryAsync(AlertStore.HistoryLength)).Any(resolved => resolved.Id == alertId)
            ? new Problem(StatusCodes.Status409Conflict, "alert_resolved", "The alert is resolved.")
            : new Problem(StatusCodes.Status404NotFound, "unknown_alert", "There is no alert of this id.");
    }
}

/// <param name="By">1 to 64 of A-Z a-z 0-9 . _ - : an account's id, or a service's name.</param>
internal sealed record AcknowledgeRequest(string? By)
{
    public string Validate()
    {
        var errors = new Dictionary<string, string[]>();
        OpsRequest.CheckBy(By, errors);
        return errors.Count > 0 ? throw new RequestException(errors) : By!;
    }
}

internal sealed record AlertsResponse(IReadOnlyList<Alert> Alerts);

internal sealed record DeadLettersResponse(IReadOnlyList<DeadLetter> DeadLetters);
