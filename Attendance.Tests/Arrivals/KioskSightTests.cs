using System.Net;
using System.Text;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Hosts;
using Attendance.Tests.Telemetry;
using Attendance.Web.CheckIn;
using Attendance.Web.Data;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Arrivals;

/// <summary>
/// Tests a kiosk of the whole system. The test decides who stands in front of it. It sends what a kiosk's page sends; the page itself has
/// tests of its own.
/// </summary>
[Trait("Suite", "EndToEnd")]
public sealed class KioskSightTests : IAsyncLifetime
{
    private const int Faces = 3, People = 6;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(45);

    private AttendanceSystem? _system;
    private ArrivalSite? _site;
    private SimulatedKiosk? _kiosk;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { _kiosk, _site, _system }.OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_next_person_is_welcomed_while_the_welcome_of_the_one_before_is_still_shown()
    {
        var (kiosk, people) = await OpenAsync("--Kiosks:Welcome=00:00:30");

        await kiosk.ComeAsync(people[0].FirstName, people[0].Frames(), s_patience, Cancel);
        await kiosk.ComeAsync(people[1].FirstName, people[1].Frames(), TimeSpan.FromSeconds(15), Cancel);
        await kiosk.ComeAsync(people[Faces].FirstName, people[Faces].Frames(), TimeSpan.FromSeconds(15), Cancel); // by a QR code

        // Whoever goes on holding the code, or stands there, is welcomed as before.
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel);
        Assert.Equal("welcome", kiosk.State);
        Assert.Equal(0, kiosk.Repeats);
        Assert.Empty(kiosk.Mistaken);
        Assert.Equal(3, (await _site!.RecordedAsync()).Count);
    }

    /// <summary>Searches for the frames as they were sent, and as base64. In the database, pictures are encrypted, so there they are counted.</summary>
    [Fact]
    public async Task No_frame_of_a_stranger_or_of_somebody_who_checks_in_is_kept_anywhere()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Cancel);
        var (kiosk, people) = await OpenAsync($"--OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}");
        var stranger = (await ArrivalFaces.ReadAsync(Faces + 1, Cancel))[Faces].Frames;
        var before = await _site!.PicturesAsync();

        kiosk.Show(stranger);
        await SaysAsync(kiosk, "unknown");
        await kiosk.ComeAsync(people[0].FirstName, people[0].Frames(), s_patience, Cancel);
        await Eventually.TrueAsync(
            () => receiver.Points.Any(point => point.Instrument.Name == "attendance.recognition.decisions") && receiver.Spans.Any(span => span.Name.Contains("kiosk", StringComparison.Ordinal)),
            s_patience, "the telemetry of the visits has arrived", () => string.Join(' ', receiver.Spans.Select(span => span.Name).Distinct()));

        Assert.Equal(before, await _site.PicturesAsync());
        var logs = await _system!.LogAsync("web") + await _system.LogAsync("camera-api");
        foreach (var frame in stranger.Concat(people[0].Frames()))
        {
            var base64 = Convert.ToBase64String(frame);
            byte[][] pieces = [frame[(frame.Length / 2)..(frame.Length / 2 + 48)], Encoding.ASCII.GetBytes(base64.Substring(base64.Length / 2, 48))];
            Assert.All(pieces, piece => Assert.False(Traces.AreIn(_system.DataFolder, piece)));
            Assert.All(pieces, piece => Assert.Null(receiver.Around(piece)));
            Assert.DoesNotContain(Encoding.ASCII.GetString(pieces[1]), logs, StringComparison.Ordinal);
        }

        await File.WriteAllBytesAsync(Path.Combine(_system.DataFolder, "seen.jpg"), stranger[0], Cancel);
        Assert.True(Traces.AreIn(_system.DataFolder, stranger[0][(stranger[0].Length / 2)..(stranger[0].Length / 2 + 48)]), "A frame that is there is found.");
    }

    [Fact]
    public async Task Where_more_people_are_expected_than_a_face_is_compared_with_they_say_first_who_they_are()
    {
        var (kiosk, people) = await OpenAsync($"--Recognition:MaxCandidates={People - 1}", "--CheckIn:WrongFaces=2");
        kiosk.Show(people[0].Frames());
        await SaysAsync("number_first");

        // The face is compared with that of the number only: neither another person's number nor one that is nobody's helps.
        foreach (var number in (string[])[people[1].FirstName, people[^1].FirstName, "nobody"])
        {
            kiosk.Show(people[0].Frames());
            Assert.Equal(HttpStatusCode.OK, await kiosk.SayNumberAsync(number, Cancel));
            await SaysAsync("unknown");
            await SaysAsync("number_first");
        }

        Assert.Empty(await _site!.RecordedAsync());
        await LockAsync(kiosk, people);

        kiosk.Leave();
        Assert.Equal(HttpStatusCode.OK, await kiosk.SayNumberAsync($" {people[0].FirstName.ToLowerInvariant()} ", Cancel));
        await kiosk.ComeAsync(people[0].FirstName, people[0].Frames(), s_patience, Cancel);
        await kiosk.ComeAsync(people[Faces].FirstName, people[Faces].Frames(), s_patience, Cancel); // a QR code needs no number
        Assert.Equal([CheckInMethod.Face, CheckInMethod.Qr], (await _site.RecordedAsync()).OrderBy(each => each.RecordedAt).Select(each => each.Method));

        kiosk.Leave();
        Assert.Equal(HttpStatusCode.OK, await kiosk.SayNumberAsync(people[1].FirstName, Cancel)); // the person walks away
        await SaysAsync("looking");
        await SaysAsync("number_first");

        Task SaysAsync(string state) => KioskSightTests.SaysAsync(kiosk, state);
    }

    /// <summary>After another wrong face for the number of the second person, not even their own is compared with theirs. Operators see it, and nobody else's number is locked.</summary>
    private async Task LockAsync(SimulatedKiosk kiosk, IReadOnlyList<Arrival> people)
    {
        foreach (var somebody in people.Take(2))
        {
            kiosk.Show(somebody.Frames());
            await kiosk.SayNumberAsync(people[1].FirstName, Cancel);
            await SaysAsync(kiosk, "unknown");
            await SaysAsync(kiosk, "number_first");
        }

        Assert.Empty(await _site!.RecordedAsync());
        await using var scope = _site.Services.CreateAsyncScope();
        var doubt = Assert.Single(await scope.ServiceProvider.GetRequiredService<Doubts>().OpenAsync(Cancel));
        Assert.Equal((people[1].PersonId, null, true), (doubt.PersonId, doubt.OtherId, doubt.IsByNumber));
        using var admin = new Visit(_system!.Web) { Cookie = _system.Admin.Value };
        Assert.Contains("Too many faces were not that of this person’s number", (await admin.GetAsync("/attendance/doubts")).Text, StringComparison.Ordinal);
    }

    private static Task<TimeSpan> SaysAsync(SimulatedKiosk kiosk, string state) =>
        Eventually.TrueAsync(() => Task.FromResult(kiosk.State == state), s_patience, $"the kiosk says {state}");

    private async Task<(SimulatedKiosk Kiosk, IReadOnlyList<Arrival> People)> OpenAsync(params string[] arguments)
    {
        _system = await AttendanceSystem.StartAsync(Cancel, ["--Enrollment:Shots:MinSharpness=1", .. arguments]);
        _site = await ArrivalSite.OpenAsync(_system, People, Faces);
        _kiosk = await SimulatedKiosk.StartAsync(_system.Web, await _site.KioskAsync("Door"), Cancel);
        return (_kiosk, _site.People);
    }
}
