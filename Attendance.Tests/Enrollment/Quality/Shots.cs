using Attendance.Tests.Faces;
using Attendance.Web.Data;
using Attendance.Web.Enrollment.Quality;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Quality;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Enrollment.Quality;

/// <summary>An inspector configured as in Web, shared by the tests of a class because it takes a moment to open.</summary>
public sealed class Shots : IDisposable
{
    private readonly FaceNets _nets = TestNets.Open();

    public Shots() => Inspector = On(_nets);

    internal ShotInspector Inspector { get; }

    public void Dispose() => _nets.Dispose();

    internal static ShotInspector On(FaceNets nets) => new(nets, Options.Create(new ShotLimits()));

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
