using System.Net;
using System.Text.Json.Nodes;
using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Alerts.Webhooks;
using Attendance.CameraApi.Audit;
using Attendance.CameraApi.Cluster;

namespace Attendance.CameraApi.Api;

internal static class AlertEndpoints
{
    private const int DefaultLimit = 200;

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        var alerts = routes.MapGroup("/api/alerts").WithTags("Alerts");
        alerts.MapGet("", AllAsync).WithName("listAlerts").Routed(RoutedBy.Node).Produces<AlertsResponse>().ProducesProblem(400).ProducesProblem(404)
            .WithSummary("Lists the alerts of all nodes: open ones first, critical before others, then acknowledged, then resolved ones; newest first. 'node' limits the list to one node.");
        alerts.MapPost("{alertId}/acknowledge", AcknowledgeAsync).WithName("acknowledgeAlert").Routed(RoutedBy.Node)
            .Accepts<AcknowledgeRequest>("application/json").Produces<Alert>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(503)
            .WithSummary("Acknowledges an alert of any node. Can be repeated; the alert resolves itself when its cause is gone.");
        alerts.MapGet("dead-letters", async (AlertStore store, NodeRegistry nodes) =>
                TypedResults.Ok(new DeadLettersResponse(await store.ReadDeadLettersAsync(nodes.All.Select(one => one.Node).Take(AlertStore.MostNodes)))))
            .WithName("listDeadLetters")
            .Produces<DeadLettersResponse>().ProducesProblem(503)
            .WithSummary("Lists what the nodes could not deliver to webhooks, newest first.");
    }

    private static async Task<IResult> AllAsync(int? limit, HttpContext context, OpenAlerts openAlerts, AlertStore store, NodeFanOut others, NodeRegistry nodes)
    {
        if (limit is < 1 or > AlertStore.HistoryLength)
        {
            throw new RequestException("limit", $"must be 1 to {AlertStore.HistoryLength}.");
        }

        var most = limit ?? DefaultLimit;
        var (answers, unreachable) = await others.AskAsync<AlertsResponse>(context, $"/api/alerts?limit={most}");
        var lastKnown = await Task.WhenAll(unreachable.Take(AlertStore.MostNodes).Select(name => AlertLists.LastKnownAsync(name, nodes, store, most)));
        return TypedResults.Ok(new AlertsResponse(
            AlertLists.InOrder([.. await AlertLists.ListAsync(openAlerts, store, most), .. answers.SelectMany(one => one.Alerts), .. lastKnown.SelectMany(one => one ?? [])], most), unreachable));
    }

    private static async Task<IResult> AcknowledgeAsync(
        string alertId, HttpContext context, OpenAlerts openAlerts, AlertStore store, AuditLog audit, LostAlerts lost, NodeFanOut others, NodeRegistry nodes)
    {
        var request = await JsonBody.ReadAsync<AcknowledgeRequest>(context.Request, absent: null, context.RequestAborted);
        var by = request.Validate();
        if (openAlerts.Acknowledge(alertId, by, out var isNew) is { } alert)
        {
            if (isNew)
            {
                audit.Acknowledged(alert);
            }

            return TypedResults.Ok(alert);
        }

        var answers = await others.AskEachAsync<JsonObject>(
            context, $"/api/alerts/{Uri.EscapeDataString(alertId)}/acknowledge", [.. nodes.Up], request);
        if (answers.FirstOrDefault(one => one.Status == HttpStatusCode.OK).Answer is { } acknowledged)
        {
            return TypedResults.Ok(acknowledged);
        }

        if (answers.Any(one => one.Status == HttpStatusCode.Conflict)
            || (await store.ReadHistoryAsync(AlertStore.HistoryLength)).Any(resolved => resolved.Id == alertId))
        {
            return new Problem(StatusCodes.Status409Conflict, ProblemCodes.AlertResolved, "The alert is resolved.");
        }

        return Peers.AnswersForItself(context.Request) ? Unknown()
            : await lost.AcknowledgeAsync(alertId, by) is { } known ? TypedResults.Ok(known)
            : answers.FirstOrDefault(one => one.Status is null).Node is { } silent ? NodeForwarder.Unreachable(silent.Node)
            : Unknown();
    }

    private static Problem Unknown() => new(StatusCodes.Status404NotFound, ProblemCodes.UnknownAlert, "No alert has this id.");
}

/// <param name="Unreachable">The nodes that did not answer. Their alerts are the last ones that the store has.</param>
internal sealed record AlertsResponse(IReadOnlyList<Alert> Alerts, IReadOnlyList<string> Unreachable);

internal sealed record DeadLettersResponse(IReadOnlyList<DeadLetter> DeadLetters);
