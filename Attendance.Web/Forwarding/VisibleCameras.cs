using System.Net;
using System.Net.Mime;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Attendance.Web.Http;
using Attendance.Web.Rights;

namespace Attendance.Web.Forwarding;

/// <summary>Answers with lists of cameras, without those that the account may not watch and without the cameras of browsers.</summary>
internal sealed class VisibleCameras(CurrentRights rights, CameraApiClient client, CameraApiForwarder forwarder)
{
    private const string WithoutBrowsers = "?browsers=false";
    private const int LargestAnswer = 16 * 1024 * 1024;
    private static readonly CameraRight[] s_rights = [CameraRight.Watch, CameraRight.Borrow];
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <remarks>Other users' browser cameras are left out because anybody who knows the id of one could take over its lease.</remarks>
    public async Task AnswerAsync(HttpContext context)
    {
        var book = await rights.ReadAsync(context.RequestAborted);
        context.Request.QueryString = new QueryString(WithoutBrowsers);
        if (!book.Limits(context.User))
        {
            await forwarder.ForwardAsync(context);
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, CameraApiClient.Address + context.Request.Path + WithoutBrowsers);
        var list = await client.AskAsync<JsonObject?>(
            request,
            s_patience,
            async (response, over) =>
            {
                await response.Content.LoadIntoBufferAsync(LargestAnswer, over);
                return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadFromJsonAsync<JsonObject>(over) : null;
            },
            null,
            context.RequestAborted);
        IResult answer = list?["cameras"] is JsonArray ? TypedResults.Text(Limit(list, book, context.User).ToJsonString(), MediaTypeNames.Application.Json) : ApiProblems.CameraApiUnavailable();
        await answer.ExecuteAsync(context);
    }

    private static JsonObject Limit(JsonObject list, RightsBook book, ClaimsPrincipal user)
    {
        var shown = list["cameras"]!.AsArray().OfType<JsonObject>()
            .Select(camera => (Id: TextOf(camera["camera_id"]), Camera: camera.DeepClone().AsObject()))
            .Where(each => each.Id is not null && book.May(user, CameraRight.Watch, each.Id)).ToList();
        foreach (var (id, camera) in shown)
        {
            camera["may"] = new JsonArray([.. s_rights.Where(right => book.May(user, right, id!)).Select(right => JsonValue.Create(right.Word()))]);
        }

        list["cameras"] = new JsonArray([.. shown.Select(each => each.Camera)]);
        if (list["next"] is not null)
        {
            list["next"] = shown.LastOrDefault().Id; // otherwise it may name one that is not shown
        }

        if (list["camera_ids"] is JsonArray ids)
        {
            var held = ids.Select(TextOf).OfType<string>().Where(id => book.May(user, CameraRight.Watch, id)).ToList();
            list["camera_ids"] = new JsonArray([.. held.Select(id => JsonValue.Create(id))]);
            list["active_cameras"] = held.Count;
        }

        return list;
    }

    private static string? TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
