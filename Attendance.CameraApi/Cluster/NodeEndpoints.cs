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
            .WithSummary("Asked by a process that wants this node's name, to learn whether this node is alive.");
        routes.MapGet(StorePath, HearsStore).WithName("askNodeStore").WithTags("Nodes").Produces(204).ProducesProblem(503)
            .WithSummary("Asked by a node that cannot reach the session store, to learn whether this node can. Answers at once from what it knows.");
    }

    private static IResult HearsStore(NodeRegistry nodes) => nodes.HearsStore
        ? TypedResults.NoContent()
        : new Problem(StatusCodes.Status503ServiceUnavailable, ProblemCodes.StoreUnavailable, "This node cannot reach the session store.");

    private static async Task<IResult> AnswerAsync(HttpContext context, ThisNode self, OpenAlerts alerts)
    {
        var other = await JsonBody.ReadAsync<NodeInstance>(context.Request, absent: null, context.RequestAborted, WireJson.Kept);
        if (other.Node == self.Name && other.Instance != self.Instance)
        {
            alerts.Report(
                new Finding(AlertRule.NodeNameTaken, self.Name, $"Another process was started as node {self.Name}.", "It was told to stop. This process keeps the name."),
                isNew: true);
        }

        return TypedResults.Ok(new NodeInstance(self.Name, self.Instance));
    }
}
