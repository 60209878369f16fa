using System.Globalization;

namespace Attendance.Tests.Chaos;

/// <summary>The length of a run and its seed. The same seed makes the same decisions in the same order, but not at the same moments.</summary>
internal sealed record ChaosPlan(int Seed, TimeSpan Duration)
{
    public static ChaosPlan FromEnvironment() => new(
        int.TryParse(Environment.GetEnvironmentVariable("ATTENDANCE_CHAOS_SEED"), CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Random.Shared.Next(1, 1_000_000),
        TimeSpan.FromMinutes(
            double.TryParse(Environment.GetEnvironmentVariable("ATTENDANCE_CHAOS_MINUTES"), CultureInfo.InvariantCulture, out var minutes)
                ? minutes
                : 1));

    /// <summary>A source of decisions for one actor, so that the actors do not disturb each other's.</summary>
    public Random For(int actor) => new(HashCode.Combine(Seed, actor));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"seed {Seed}, {Duration.TotalMinutes:0.##} min; again with ./test.sh --chaos --seed {Seed} --minutes {Duration.TotalMinutes:0.##}");
}
