using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Goes over all operations of both OpenAPI documents, so that what is added later is described as well.</summary>
public sealed class OpenApiTests : WebTest
{
    /// <summary>The operations that need no key and no token. An addition opens one to everybody.</summary>
    private static readonly string[] s_forEverybody = [];

    [Fact]
    public async Task Every_operation_has_an_id_a_tag_a_summary_a_security_scheme_and_described_responses()
    {
        var ofCameras = await Api.Node.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
        var ofWeb = await Visitor.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
        var (cameras, web) = (Operations(ofCameras), Operations(ofWeb));

        Assert.Equal(10, web.Count);
        Assert.InRange(cameras.Count, 25, int.MaxValue);
        Assert.All(web, each => Assert.StartsWith("/api/v1/", each.Path, StringComparison.Ordinal));
        foreach (var (document, operations) in ((JsonElement, IReadOnlyList<Operation>)[])[(ofCameras, cameras), (ofWeb, web)])
        {
            Assert.Equal(operations.Count, operations.Select(each => each.Id).Distinct(StringComparer.Ordinal).Count());
            var schemes = document.GetProperty("components").GetProperty("securitySchemes");
            foreach (var each in operations)
            {
                Assert.Matches("^[a-z]+[A-Za-z]+$", each.Id);
                Assert.True(each.It.GetProperty("tags").GetArrayLength() == 1, each.Id);
                Assert.False(string.IsNullOrWhiteSpace(each.It.GetProperty("summary").GetString()), each.Id);
                Assert.Equal(s_forEverybody.Contains(each.Id), each.Schemes.Count == 0);
                Assert.All(each.Schemes, scheme => Assert.True(schemes.TryGetProperty(scheme, out _), $"{each.Id}: {scheme}"));
                var responses = each.It.GetProperty("responses").EnumerateObject().ToList();
                Assert.Contains(responses, response => response.Name == "401");
                Assert.Contains(responses, response => response.Name[0] is '1' or '2');
                Assert.All(responses, response => Assert.True(response.Value.GetProperty("description").GetString() is { Length: > 12 }, $"{each.Id} {response.Name}"));
            }
        }

        Assert.All(cameras, each => Assert.Equal(each.Path.Contains("/whip", StringComparison.Ordinal) || each.Path.Contains("/whep", StringComparison.Ordinal), each.Schemes.Contains("Lease", StringComparer.Ordinal)));
        Assert.All(cameras, each => Assert.Contains("ApiKey", each.Schemes));
        Assert.All(web, each => Assert.Equal(["ApiToken"], each.Schemes));
        Assert.Contains("acquireCamera", cameras.Select(each => each.Id));
        var limit = web.Single(each => each.Id == "listPeople").It.GetProperty("parameters").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "limit").GetProperty("schema");
        Assert.Equal((1, 500), (limit.GetProperty("minimum").GetInt32(), limit.GetProperty("maximum").GetInt32()));
    }

    private static IReadOnlyList<Operation> Operations(JsonElement document) =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           select new Operation(
               path.Name, operation.Value.GetProperty("operationId").GetString()!, operation.Value,
               [.. operation.Value.GetProperty("security").EnumerateArray().SelectMany(each => each.EnumerateObject()).Select(each => each.Name)]),
    ];

    private sealed record Operation(string Path, string Id, JsonElement It, IReadOnlyList<string> Schemes);
}
