using Attendance.Web.CheckIn;
using Xunit;

namespace Attendance.Tests.CheckIn;

/// <summary>Tests that a face that leaves a doubt is no evidence, so nobody is marked by it.</summary>
public sealed class EvidenceTests
{
    private static readonly AcceptanceLimits s_limits = new(MaxDistance: 0.5, MinMargin: 0.08, MinFrames: 3);

    [Theory]
    [InlineData(0.40, 0.60, 3, true)]
    [InlineData(0.50, 0.59, 3, true)]
    [InlineData(0.40, null, 5, true)] // nobody else is expected
    [InlineData(0.51, 0.90, 5, false)] // too far
    [InlineData(0.40, 0.47, 5, false)] // another is as near
    [InlineData(0.40, 0.30, 5, false)] // another is nearer
    [InlineData(0.40, 0.60, 2, false)] // too few frames
    [InlineData(double.NaN, 0.60, 3, false)]
    [InlineData(0.40, double.NaN, 3, false)]
    [InlineData(-1.0, 0.60, 3, false)]
    public void Only_a_face_without_doubt_is_evidence(double distance, double? next, int frames, bool isAccepted) =>
        Assert.Equal(isAccepted, AcceptedEvidence.Of(Guid.NewGuid(), distance, next, frames, "model-1", s_limits) is not null);

    [Fact]
    public void Evidence_is_numbers_and_no_picture() => Assert.Equal(
        """{"distance":0.4,"next_distance":0.6,"frames":4,"model":"model-1","max_distance":0.5,"min_margin":0.08,"live":null}""",
        AcceptedEvidence.Of(Guid.NewGuid(), 0.4, 0.6, 4, "model-1", s_limits)!.ToJson());
}
