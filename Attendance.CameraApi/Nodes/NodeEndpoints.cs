using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Http;

namespace Attendance.CameraApi.Nodes;

/// <summary>What nodes ask of each other and nobody else does.</summary>
internal static class NodeEndpoints
{
    public const string NamePath = "/api/node/name";

    public static void MapNodes(this IEndpointRouteBuilder routes) =>
        routes.MapPost(NamePath, AnswerAsync).WithTags("Nodes").Accepts<NodeInstance>("application/json").Produces<NodeInstance>().ProducesProblem(400)
            .WithSummary("A process that would have this node's name asks whether that one is alive.");

    private static async Task<IResult> AnswerAsync(HttpContext context, ThisNode self, AlertBook alerts)
    {
        var other = await JsonBody.ReadAsync<NodeInstance>(context.Request, absent: null, context.RequestAborted);
        if (other.Node == self.Name && other.Instance != self.Instance)
        {
            alerts.Report(
                new Finding(AlertRule.NodeNameTaken, self.Name, $"Another process was started as node {self.Name}.", "It was told to stop; this one goes on."),
                isNew: true);
        }

        return TypedResults.Ok(new NodeInstance(self.Name, self.Instance));
    }
}
