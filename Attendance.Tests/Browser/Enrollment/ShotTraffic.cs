using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Attendance.Web.Data;
using Attendance.Web.People;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Xunit;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>A shot that the page has sent.</summary>
internal sealed record SentShot(string Pose, string CameraId, string LeaseId, long Token, bool Manual, byte[] Picture);

/// <summary>A proxy between the capture page and Web. It records requests about shots, and can refuse or cut them.</summary>
internal sealed class ShotTraffic : IAsyncDisposable
{
    private static readonly string s_shots = $"/api/people/{TestPeople.Known}/shots";

    private readonly WebServer _web;
    private readonly ApiProxy _proxy;
    private readonly ConcurrentQueue<IResult> _answers = new();

    private ShotTraffic(WebServer web, ApiProxy proxy)
    {
        (_web, _proxy) = (web, proxy);
        Restore();
    }

    /// <summary>The address at which the page is opened.</summary>
    public Uri Address => _proxy.Address;

    /// <summary>Whether shots are cut off on their way to Web.</summary>
    public bool IsAway
    {
        set
        {
            if (value)
            {
                _proxy.Break("GET", s_shots);
                _proxy.Break("POST", s_shots);
            }
            else
            {
                Restore();
            }
        }
    }

    /// <summary>All shots that were sent, whether or not Web accepted them.</summary>
    public IReadOnlyList<SentShot> Sent => [.. _proxy.Requests.Where(sent => sent.Method == "POST" && sent.Target == s_shots).Select(Read)];

    public static async Task<ShotTraffic> StartAsync(WebServer web, CancellationToken cancellationToken)
    {
        await TestPeople.AddKnownAsync(web.Services, cancellationToken);
        return new ShotTraffic(web, await ApiProxy.StartAsync(web.Address, cancellationToken, keepsHost: true));
    }

    /// <summary>Sets the answers to the next shots. Later shots are forwarded to Web.</summary>
    public void AnswerNext(params IResult[] answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }
    }

    /// <summary>Replaces the answer to a request for the list of shots.</summary>
    public void RefuseList(IResult refusal) => _proxy.Refuse("GET", s_shots, refusal);

    /// <summary>Delays the answer to a request for the list of shots until the task has ended.</summary>
    public void HoldList(Task until) => _proxy.Hold("GET", s_shots, until);

    /// <summary>Shots reach Web when the task has ended.</summary>
    public void HoldShots(Task until) => _proxy.Hold("POST", s_shots, until);

    public Task<List<Pose>> KeptAsync(CancellationToken cancellationToken) =>
        QueryAsync(db => db.Shots.Where(shot => shot.PersonId == TestPeople.Known).Select(shot => shot.Pose).ToListAsync(cancellationToken));

    /// <summary>Makes the stored shots look as if they were taken on another day.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken, params Pose[] poses)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        await TestPeople.AddShotsAsync(scope.ServiceProvider, TestPeople.Known, poses, cancellationToken);
    }

    public Task SetConsentAsync(bool isGiven, CancellationToken cancellationToken) => QueryAsync(async db =>
    {
        var person = await db.People.SingleAsync(each => each.Id == TestPeople.Known, cancellationToken);
        person.Consent = isGiven ? new Consent(DateTime.UtcNow, _web.Services.GetRequiredService<ConsentTexts>().Version, "test") : null;
        return await db.SaveChangesAsync(cancellationToken);
    });

    /// <summary>Writes Web's answers to the output of the test, to be read if it fails.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var sent in _proxy.Requests.Where(sent => sent.Method == "POST"))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{sent.Target}: {sent.Answer}");
        }

        return _proxy.DisposeAsync();
    }

    private static SentShot Read(PassedRequest sent)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(sent.Headers["Content-Type"]).Boundary).Value!;
        var reader = new MultipartReader(boundary, new MemoryStream(sent.Content));
        var fields = new Dictionary<string, byte[]>();
        while (reader.ReadNextSectionAsync().GetAwaiter().GetResult() is { } section)
        {
            using var content = new MemoryStream();
            section.Body.CopyTo(content);
            fields[section.GetContentDispositionHeader()!.Name.Value!.Trim('"')] = content.ToArray();
        }

        string Text(string name) => Encoding.UTF8.GetString(fields[name]);
        return new SentShot(
            Text("pose"), Text("camera_id"), Text("lease_id"), long.Parse(Text("fencing_token"), CultureInfo.InvariantCulture), bool.Parse(Text("manual")), fields["picture"]);
    }

    private void Restore()
    {
        _proxy.Pass("GET", s_shots);
        _proxy.When("POST", s_shots, (_, _) => Task.FromResult(_answers.TryDequeue(out var answer) ? answer : null));
    }

    private async Task<T> QueryAsync<T>(Func<AttendanceDb, Task<T>> query)
    {
        await using var scope = _web.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<AttendanceDb>());
    }
}
