using Attendance.CameraApi.Alerts;

namespace Attendance.CameraApi.Cluster;

/// <summary>Endpoints that only other nodes call.</summary>
internal static class NodeEndpoints
{
    public const string NamePath = "/api/node/name";
    public const string StorePath = "/api/node/store";

    public static void MapNodes(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(NamePath, AnswerAsync).WithName("askNodeName").WithTags("Nodes").Accepts<NodeInstance>("application/json").Produces<NodeInstance>().ProducesProblem(400)
            .WithSummary("A process that would have this node's name asks whether that one is alive.");
        routes.MapGet(StorePath, HearsStore).WithName("askNodeStore").WithTags("Nodes").Produces(204).ProducesProblem(503)
            .WithSummary("Another node, which does not hear the store, asks whether this one does. Answers at once, from what it knows.");
    }

    private static IResult HearsStore(NodeRegistry nodes) => nodes.HearsStore
        ? TypedResults.NoContent()
        : new Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.StoreUnavailable, "This node does not hear the session store.");

    private static async Task<IResult> AnswerAsync(HttpContext context, ThisNode self, OpenAlerts alerts)
    {
        var other = await JsonBody.ReadAsync<NodeInstance>(context.Request, absent: null, context.RequestAborted, WireJson.Kept);
        if (other.Node == self.Name && other.Instance != self.Instance)
        {
            alerts.Report(
                new Finding(AlertRule.NodeNameTaken, self.Name, $"Another process was started as node {self.Name}.", "It was told to stop; this one goes on."),
                isNew: true);
        }

        return TypedResults.Ok(new NodeInstance(self.Name, self.Instance));
    }
}
