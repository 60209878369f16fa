using Xunit;

namespace Attendance.Tests.Telemetry;

public sealed class DocumentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_page_on_telemetry_says_what_is_there() => IsAsCodeHasItAsync(TelemetryDocument.Path, TelemetryDocument.Renew);

    [Fact]
    public Task The_page_on_limits_says_what_is_there() => IsAsCodeHasItAsync(LimitsDocument.Path, LimitsDocument.Renew);

    [Fact]
    public void Every_attribute_of_an_instrument_is_explained()
    {
        var instruments = Instruments.All();

        Assert.All(instruments, one => Assert.All(one.Attributes, name => Assert.NotEmpty(TelemetryDocument.Attributes.GetValueOrDefault(name, ""))));
        Assert.All(instruments, one => Assert.NotEmpty(one.Description));
    }

    [Fact]
    public void Every_span_is_explained_and_so_are_its_attributes()
    {
        Assert.All(TelemetryDocument.Spans, one => Assert.NotEmpty(one.Value.Meaning));
        Assert.All(TelemetryDocument.Spans.SelectMany(one => one.Value.Attributes), name => Assert.Contains(name, TelemetryDocument.Attributes.Keys));
    }

    /// <summary>The design's table; the percentiles of a histogram say something only if its buckets lie where its values do.</summary>
    [Theory]
    [InlineData("attendance.camera.lease.active", "UpDownCounter", "{lease}")]
    [InlineData("attendance.camera.lease.acquisitions", "Counter", "{acquisition}", "attendance.lease.outcome")]
    [InlineData("attendance.camera.lease.releases", "Counter", "{release}", "attendance.lease.release_reason")]
    [InlineData("attendance.camera.lease.duration", "Histogram", "s")]
    [InlineData("attendance.camera.open.duration", "Histogram", "s", "error.type")]
    [InlineData("attendance.camera.release.duration", "Histogram", "s", "attendance.lease.release_reason", "attendance.release.outcome")]
    [InlineData("attendance.camera.release.retries", "Counter", "{retry}")]
    [InlineData("attendance.camera.leaks", "Counter", "{leak}", "attendance.leak.kind")]
    [InlineData("attendance.camera.leak.open", "UpDownCounter", "{leak}", "attendance.leak.kind")]
    [InlineData("attendance.alert.active", "UpDownCounter", "{alert}", "attendance.alert.rule", "attendance.alert.severity")]
    [InlineData("attendance.camera.quarantined", "UpDownCounter", "{camera}")]
    [InlineData("attendance.camera.viewers", "UpDownCounter", "{viewer}")]
    [InlineData("attendance.camera.frames", "Counter", "{frame}")]
    [InlineData("attendance.camera.stalls", "Counter", "{stall}")]
    [InlineData("attendance.camera.worker.restarts", "Counter", "{restart}")]
    [InlineData("attendance.camera.frame.age", "ObservableGauge", "s")]
    [InlineData("attendance.session.active", "UpDownCounter", "{session}")]
    [InlineData("attendance.session.lost", "Counter", "{session}", "attendance.session.loss_reason")]
    [InlineData("attendance.checkin.recorded", "Counter", "{check-in}", "attendance.checkin.method", "attendance.checkin.mark")]
    [InlineData("attendance.recognition.frames", "Counter", "{frame}", "attendance.recognition.source")]
    [InlineData("attendance.recognition.decisions", "Counter", "{decision}", "attendance.recognition.source", "attendance.recognition.outcome")]
    [InlineData("attendance.recognition.duration", "Histogram", "s", "attendance.recognition.source", "attendance.recognition.outcome")]
    [InlineData("attendance.webhook.attempts", "Counter", "{attempt}", "attendance.webhook.event", "attendance.webhook.outcome")]
    [InlineData("attendance.webhook.delay", "Histogram", "s", "attendance.webhook.event")]
    [InlineData("attendance.store.duration", "Histogram", "s", "attendance.store.operation", "attendance.store.outcome")]
    public void What_the_design_promises_to_measure_is_measured(string name, string kind, string unit, params string[] attributes)
    {
        var instrument = Assert.Single(Instruments.All(), one => one.Name == name);

        Assert.Equal((kind, unit), (instrument.Kind, instrument.Unit));
        var isOfOneCamera = name.StartsWith("attendance.camera.", StringComparison.Ordinal);
        Assert.ProperSuperset(attributes.ToHashSet(), instrument.Attributes.Append("").ToHashSet());
        Assert.Equal(isOfOneCamera, instrument.Attributes.Contains("attendance.camera.id"));
        Assert.Equal(kind == "Histogram", instrument.Bounds.Count > 5);
    }

    /// <summary>Compares the page with the code, or writes it anew if the environment asks for it.</summary>
    private static async Task IsAsCodeHasItAsync(string page, Func<string, string> renew)
    {
        var written = await File.ReadAllTextAsync(page, Cancel);
        var wanted = renew(written);
        if (Environment.GetEnvironmentVariable("ATTENDANCE_WRITE_DOCS") is { Length: > 0 })
        {
            await File.WriteAllTextAsync(page, wanted, Cancel);
            return;
        }

        Assert.True(wanted == written, $"{Path.GetFileName(page)} is not what the code says any more. Write it anew with './test.sh --docs'.\n{FirstDifference(written, wanted)}");
    }

    private static string FirstDifference(string written, string wanted) =>
        written.Split('\n').Zip(wanted.Split('\n')).Where(pair => pair.First != pair.Second)
            .Select(pair => $"There: {pair.First}\nNow:   {pair.Second}").FirstOrDefault("One is longer than the other.");
}
