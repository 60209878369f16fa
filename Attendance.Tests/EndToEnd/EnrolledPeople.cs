using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.EndToEnd;

/// <summary>People whom an administrator enters, as the pages do it.</summary>
internal static partial class EnrolledPeople
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Adds a person.</summary>
    /// <param name="consents">Whether pictures of them may be taken.</param>
    /// <returns>The person's id.</returns>
    public static async Task<string> AddAsync(Visit admin, string name, string number, bool consents = false)
    {
        var form = new Dictionary<string, string> { ["Form.FullName"] = name, ["Form.Number"] = number };
        if (consents)
        {
            form["Agreed"] = "2026-12";
        }

        return Id().Match((await admin.PostAsync("/people/new", form)).Location!).Value;
    }

    /// <summary>Adds a person with one picture, which is taken with the camera <c>demo</c>, whatever that shows.</summary>
    /// <param name="front">Their picture, looking straight.</param>
    /// <returns>The person's id.</returns>
    public static async Task<string> EnrollAsync(AttendanceSystem system, Visit admin, string name, string number, byte[] front)
    {
        var person = await AddAsync(admin, name, number, consents: true);
        var lease = await system.AcquireAsync("demo", $"enrollment_of_{person}");
        var picture = new ByteArrayContent(front);
        picture.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("front"), "pose" }, { new StringContent("demo"), "camera_id" }, { new StringContent(lease.Id), "lease_id" },
            { new StringContent($"{lease.FencingToken}"), "fencing_token" }, { new StringContent("false"), "manual" }, { picture, "picture", "front.jpg" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/people/{person}/shots") { Content = form };
        request.Headers.Add("RequestVerificationToken", SignIn.TokenIn((await admin.GetAsync("/people/new")).Text));
        using var stored = await admin.Client.SendAsync(request, Cancel);
        Assert.True(stored.StatusCode == HttpStatusCode.Created, await stored.Content.ReadAsStringAsync(Cancel));
        await system.ReleaseAllAsync();
        return person;
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f-]{27}")]
    private static partial Regex Id();
}
