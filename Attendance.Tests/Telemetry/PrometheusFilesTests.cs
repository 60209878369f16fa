using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Attendance.Tests.Telemetry;

/// <summary>Tests the files that are shipped for Prometheus with its own tool.</summary>
public sealed partial class PrometheusFilesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("check", "rules", "--lint=all", "--lint-fatal", "attendance.rules.yml")]
    [InlineData("test", "rules", "attendance.rules.test.yml")]
    [InlineData("check", "config", "prometheus.yml")]
    public async Task Promtool_accepts_the_shipped_files(params string[] arguments)
    {
        Assert.SkipUnless(PrometheusServer.IsInstalled, PrometheusServer.Missing);
        var folder = Directory.CreateTempSubdirectory("attendance-promtool-");
        try
        {
            foreach (var file in Directory.EnumerateFiles(PrometheusServer.Shipped))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "api-key"), "that of an example", Cancel); // promtool checks that the file exists
            var (code, said) = await PromtoolAsync(folder.FullName, "", arguments);
            Assert.True(code == 0, said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Every_rule_is_tested()
    {
        var tests = await File.ReadAllTextAsync(Path.Combine(PrometheusServer.Shipped, "attendance.rules.test.yml"), Cancel);
        var alerts = Alert().Matches(await RulesAsync()).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(alerts.Count > 10);
        Assert.All(alerts, alert => Assert.Contains($"alertname: {alert}\n        exp_alerts:", tests, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_runbook_is_a_section_of_the_operations_page()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(TelemetryDocument.Path)!, "operations.md"), Cancel);
        var sections = Heading().Matches(page).Select(match => match.Groups["text"].Value.ToLowerInvariant().Replace(' ', '-')).ToList();

        Assert.All(
            Runbook().Matches(await RulesAsync()).Select(match => match.Groups["section"].Value), section => Assert.Contains(section, sections));
    }

    /// <summary>Excludes metrics of alerts, which exist only once there are alerts.</summary>
    [Fact]
    public async Task Every_metric_of_a_rule_is_one_that_is_exported()
    {
        var exported = Instruments.All().Select(TelemetryDocument.PrometheusName).SelectMany(name => new[] { name, name + "_bucket", name + "_count" }).ToHashSet();
        var attributes = TelemetryDocument.Attributes.Keys.Select(name => name.Replace('.', '_')).ToHashSet();
        var used = Ours().Matches(Comment().Replace(await RulesAsync(), "")).Select(match => match.Value).Distinct()
            .Where(name => !attributes.Contains(name)).ToList();

        Assert.True(used.Count > 5);
        Assert.All(used, name => Assert.Contains(name, exported));
    }

    internal static async Task<(int Code, string Said)> PromtoolAsync(string folder, string input, params string[] arguments)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, errors) = (promtool.StandardOutput.ReadToEndAsync(Cancel), promtool.StandardError.ReadToEndAsync(Cancel));
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync(Cancel);
        return (promtool.ExitCode, await output + await errors);
    }

    private static Task<string> RulesAsync() => File.ReadAllTextAsync(Path.Combine(PrometheusServer.Shipped, "attendance.rules.yml"), Cancel);

    [GeneratedRegex(@"- alert: (?<name>\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"runbook: docs/operations\.md#(?<section>\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\battendance_\w+")]
    private static partial Regex Ours();

    [GeneratedRegex(@"^\s*#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
