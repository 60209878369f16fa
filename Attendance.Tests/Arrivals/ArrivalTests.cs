using System.Globalization;
using System.Text;
using Attendance.Tests.EndToEnd;
using Attendance.Tests.Telemetry;
using Xunit;

namespace Attendance.Tests.Arrivals;

/// <summary>
/// People arrive at two kiosks of the system, which its AppHost runs. Twenty in every run of the tests, two hundred when they are asked for:
/// <c>./test.sh --arrivals</c>.
/// </summary>
public sealed class ArrivalTests
{
    private const string FileVariable = "ATTENDANCE_ARRIVALS_PAGE", MinutesVariable = "ATTENDANCE_ARRIVALS_MINUTES";
    private const int Many = 200, Few = 20, FewFaces = 8;
    private static readonly TimeSpan s_promised = TimeSpan.FromSeconds(1.5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Suite", "EndToEnd")]
    public async Task Of_twenty_people_who_arrive_while_Web_is_killed_each_is_checked_in_once()
    {
        var run = await RunAsync(Few, FewFaces, TimeSpan.FromSeconds(40), killWeb: true);

        TestContext.Current.TestOutputHelper?.WriteLine(Row("Web is killed half-way", run));
    }

    [Fact(Explicit = true)]
    public async Task Of_two_hundred_people_each_is_checked_in_once_and_95_of_100_within_a_second_and_a_half()
    {
        var minutes = double.TryParse(Environment.GetEnvironmentVariable(MinutesVariable), CultureInfo.InvariantCulture, out var wanted) ? wanted : 10;
        var within = TimeSpan.FromMinutes(minutes);
        var quiet = await RunAsync(Many, Many, within, killWeb: false);
        var killed = await RunAsync(Many, Many, within, killWeb: true);

        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"\n\n{Many} people within {minutes:0.#} minutes at two kiosks, {Environment.ProcessorCount} cores: {quiet.Count(ArrivalWay.Face)} by face, ");
        page.Append(CultureInfo.InvariantCulture, $"{quiet.Count(ArrivalWay.Paper)} by a QR code on paper, {quiet.Count(ArrivalWay.Phone)} by one on a phone, {quiet.Count(ArrivalWay.Code)} by personal code.\n\n");
        page.Append("| Run | Way | People | p50 | p95 | Worst |\n|---|---|--:|--:|--:|--:|\n");
        page.Append(Row("nothing happens", quiet)).Append(Row("Web is killed half-way", killed));
        page.Append(CultureInfo.InvariantCulture, $"\nWeb was away for {killed.Away.TotalSeconds:0.0} s. ");
        page.Append(killed.Disturbed.Count == 0 ? "Nobody stood at a kiosk meanwhile. " : string.Create(
            CultureInfo.InvariantCulture, $"Who stood at a kiosk meanwhile ({killed.Disturbed.Count}) was welcomed within {killed.Disturbed.Max().TotalSeconds:0.0} s, and is not in the table. "));
        page.Append("Nobody was recorded twice, and nobody was lost.\n\n");
        TestContext.Current.TestOutputHelper?.WriteLine(page.ToString());
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            await File.WriteAllTextAsync(file, GeneratedPage.Renew(await File.ReadAllTextAsync(file, Cancel), page.ToString(), "arrivals"), Cancel);
        }

        Assert.All([quiet, killed], run =>
            Assert.True(Percentile(run.Undisturbed, 0.95) <= s_promised, $"95 of 100 took up to {Percentile(run.Undisturbed, 0.95).TotalSeconds:0.00} s."));
    }

    private static async Task<ArrivalRun> RunAsync(int people, int byFaceAtMost, TimeSpan within, bool killWeb)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Web is killed by a signal.");
        await using var system = await AttendanceSystem.StartAsync(Cancel, "--Enrollment:Shots:MinSharpness=1"); // the sample pictures are small and were enlarged
        await using var site = await ArrivalSite.OpenAsync(system, people, byFaceAtMost);
        return await ArrivalRun.RunAsync(system, site, within, killWeb, Cancel);
    }

    private static string Row(string name, ArrivalRun run)
    {
        var rows = new StringBuilder();
        AddRow("all", run.Undisturbed);
        foreach (var way in Enum.GetValues<ArrivalWay>())
        {
            AddRow(WordOf(way), [.. run.Everybody.Where(each => each.Who.Way == way && !each.MetRestart).Select(each => each.Took).Order()]);
        }

        return rows.ToString();

        void AddRow(string what, IReadOnlyList<TimeSpan> times) => rows.Append(times.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {what} | {times.Count} | {Percentile(times, 0.5).TotalSeconds:0.00} s | {Percentile(times, 0.95).TotalSeconds:0.00} s | {times[^1].TotalSeconds:0.00} s |\n"));
    }

    private static string WordOf(ArrivalWay way) => way switch
    {
        ArrivalWay.Face => "face",
        ArrivalWay.Paper => "QR code on paper",
        ArrivalWay.Phone => "QR code on a phone",
        _ => "personal code",
    };

    /// <summary>Returns the percentile by nearest rank.</summary>
    private static TimeSpan Percentile(IReadOnlyList<TimeSpan> ordered, double share) => ordered[Math.Max(0, (int)Math.Ceiling(share * ordered.Count) - 1)];
}
