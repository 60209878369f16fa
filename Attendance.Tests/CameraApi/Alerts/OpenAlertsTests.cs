using Attendance.CameraApi.Alerts;
using Attendance.CameraApi.Node;
using Attendance.CameraApi.Upkeep;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Alerts;

public sealed class OpenAlertsTests
{
    private static readonly Finding s_missing = new(AlertRule.CameraMissing, "door", "It is gone.", "It is looked for.");

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly AlertOptions _options = new();
    private readonly OpenAlerts _book;
    private readonly List<(AlertChange Change, Alert Alert)> _changes = [];

    public OpenAlertsTests()
    {
        _book = new OpenAlerts(Options.Create(_options), Options.Create(new NodeOptions { Name = "here" }), _clock);
        _book.Changed += (change, alert) => _changes.Add((change, alert));
    }

    [Fact]
    public void A_finding_that_lasts_is_one_alert()
    {
        for (var second = 0; second < 100; second++)
        {
            _book.Report(s_missing with { What = $"Gone for {second} s." });
            _book.ResolveQuiet();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var alert = Assert.Single(_book.Open);
        Assert.Equal("Gone for 99 s.", alert.What);
        Assert.Equal(1, alert.Count); // the finding lasted; it did not happen a hundred times
        Assert.Equal(AlertChange.Opened, Assert.Single(_changes).Change);
    }

    [Fact]
    public void A_finding_that_happens_again_is_counted()
    {
        _book.Report(s_missing, isNew: true);
        _book.Report(s_missing, isNew: true);
        _book.Report(s_missing, isNew: true);

        Assert.Equal(3, Assert.Single(_book.Open).Count);
    }

    [Fact]
    public void An_alert_resolves_by_itself_when_its_cause_has_been_gone_for_a_while()
    {
        _book.Report(s_missing);
        _clock.Advance(_options.ResolveAfter - TimeSpan.FromMilliseconds(1));
        _book.ResolveQuiet();
        Assert.Single(_book.Open);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _book.ResolveQuiet();

        Assert.Empty(_book.Open);
        var resolved = _changes[^1];
        Assert.Equal(AlertChange.Resolved, resolved.Change);
        Assert.Equal(AlertState.Resolved, resolved.Alert.State);
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, resolved.Alert.ResolvedAt);
    }

    [Fact]
    public void A_finding_that_returns_after_its_alert_was_resolved_opens_another_alert()
    {
        _book.Report(s_missing);
        _clock.Advance(_options.ResolveAfter);
        _book.ResolveQuiet();
        _book.Report(s_missing);

        Assert.Equal([AlertChange.Opened, AlertChange.Resolved, AlertChange.Opened], _changes.Select(change => change.Change));
        Assert.NotEqual(_changes[0].Alert.Id, _changes[2].Alert.Id);
    }

    [Fact]
    public void An_acknowledged_alert_stays_so_until_it_is_resolved()
    {
        _book.Report(s_missing);
        var id = _book.Open[0].Id;

        var acknowledged = _book.Acknowledge(id, "account-1", out var isNew)!;
        Assert.True(isNew);
        Assert.Equal(AlertState.Acknowledged, acknowledged.State);
        Assert.Equal("account-1", _book.Acknowledge(id, "account-2", out isNew)!.AcknowledgedBy);
        Assert.False(isNew);
        _book.Report(s_missing);
        Assert.Equal(AlertState.Acknowledged, _book.Open[0].State);

        _clock.Advance(_options.ResolveAfter);
        _book.ResolveQuiet();
        Assert.Null(_book.Acknowledge(id, "account-1", out _));
        Assert.Equal([AlertChange.Opened, AlertChange.Acknowledged, AlertChange.Resolved], _changes.Select(change => change.Change));
    }

    [Fact]
    public void Rules_and_subjects_have_alerts_of_their_own()
    {
        _book.Report(s_missing);
        _book.Report(s_missing with { Subject = "gate" });
        _book.Report(s_missing with { Rule = AlertRule.Quarantined });
        _book.Report(new Finding(AlertRule.NodeLost, "other", "It is gone.", "Nothing."));

        Assert.Equal(4, _book.Open.Count);
        Assert.Null(_book.Open.Single(alert => alert.Rule == AlertRule.NodeLost).CameraId); // a node is no camera
        Assert.All(_book.Open, alert => Assert.Equal("here", alert.Node));
    }

    [Fact]
    public void A_rule_that_is_switched_off_is_not_told_of()
    {
        _options.Rules["camera_missing"] = new AlertRuleOptions { Enabled = false };
        _book.Report(s_missing);

        Assert.Empty(_book.Open);
    }

    [Fact]
    public void The_configured_severity_wins_over_that_of_rule_and_finding()
    {
        var leak = new Finding(AlertRule.Leak, "door", "It leaks.", "It was ended.");
        _book.Report(leak);
        _book.Report(leak with { Subject = "gate", Severity = AlertSeverity.Warning });
        _options.Rules["leak"] = new AlertRuleOptions { Severity = AlertSeverity.Critical };
        _book.Report(leak with { Subject = "hall", Severity = AlertSeverity.Warning });

        Assert.Equal(
            [AlertSeverity.Critical, AlertSeverity.Warning, AlertSeverity.Critical],
            _book.Open.OrderBy(alert => alert.Subject).Select(alert => alert.Severity));
    }

    [Fact]
    public void What_an_earlier_run_left_open_goes_on_and_resolves_as_any_other()
    {
        _book.Report(s_missing);
        var left = _book.Open[0] with { Id = "left", Rule = AlertRule.Quarantined };
        var known = _book.Open[0] with { Id = "known" };

        Assert.Equal([known], _book.Remember([left, known]));

        Assert.Equal(2, _book.Open.Count);
        Assert.DoesNotContain(_book.Found, alert => alert.Id == "left"); // this run has not seen it
        _book.Report(new Finding(AlertRule.Quarantined, "door", "It is still so.", ""));
        Assert.Contains(_book.Found, alert => alert.Id == "left");
        _clock.Advance(_options.ResolveAfter);
        _book.ResolveQuiet();
        Assert.Empty(_book.Open);
    }

    [Fact]
    public void Every_rule_says_what_to_do()
    {
        Assert.All(Enum.GetValues<AlertRule>(), rule => Assert.NotEmpty(rule.Remedy()));
        Assert.All(Enum.GetValues<LeakKind>(), kind => Assert.NotEmpty(kind.Describe().What));
    }
}
