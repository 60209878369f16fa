using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Enrollment.Quality;

/// <summary>An inspector as Web has it, for all tests of a class: it takes a moment to open.</summary>
public sealed class Shots : IDisposable
{
    internal static string ModelPath { get; } = Path.Combine(AppContext.BaseDirectory, "models", "face_detection_short_range.tflite");

    internal ShotInspector Inspector { get; } = Open();

    public void Dispose() => Inspector.Dispose();

    internal static ShotInspector Open(string? modelPath = null, ILogger<ShotInspector>? logger = null) =>
        new(Options.Create(new ShotLimits()), logger ?? NullLogger<ShotInspector>.Instance, modelPath ?? ModelPath);

    internal async Task<ShotInspection> InspectAsync(
        ReadOnlyMemory<byte> jpeg, Pose pose = Pose.Front, double? frontPitch = null, bool manual = false) =>
        await Inspector.InspectAsync(jpeg, pose, frontPitch, manual, TestContext.Current.CancellationToken);

    internal async Task<ShotInspection.Judged> JudgeAsync(
        ReadOnlyMemory<byte> jpeg, Pose pose = Pose.Front, double? frontPitch = null, bool manual = false) =>
        Assert.IsType<ShotInspection.Judged>(await InspectAsync(jpeg, pose, frontPitch, manual));

    internal async Task<FaceFigures> FaceAsync(ReadOnlyMemory<byte> jpeg) =>
        (await JudgeAsync(jpeg)).Judgement.Figures.Face ?? throw new InvalidOperationException("There is no face in the picture.");

    internal async Task<string> FlawsAsync(
        ReadOnlyMemory<byte> jpeg, Pose pose = Pose.Front, double? frontPitch = null, bool manual = false) =>
        string.Join(' ', (await JudgeAsync(jpeg, pose, frontPitch, manual)).Judgement.Flaws.Select(flaw => flaw.Code()));
}
