using Xunit;

namespace Attendance.Tests.Contracts;

public sealed class CameraPatternTests
{
    [Theory]
    [InlineData("door-1", true)]
    [InlineData("door-*", true)]
    [InlineData("*", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("auto", false)]
    [InlineData("auto*", true)]
    [InlineData("door*1", false)]
    [InlineData("**", false)]
    [InlineData("-door", false)]
    [InlineData("door 1", false)]
    [InlineData("door\n", false)]
    public void A_pattern_is_an_id_or_the_beginning_of_ids(string? text, bool isPattern)
    {
        Assert.Equal(isPattern, CameraPattern.TryParse(text, out var pattern));
        Assert.Equal(isPattern ? text : null, pattern?.Text);
    }

    [Fact]
    public void A_pattern_is_as_long_as_an_id_with_a_star()
    {
        Assert.True(CameraPattern.TryParse(new string('a', IdFormats.MaxName) + "*", out _));
        Assert.False(CameraPattern.TryParse(new string('a', IdFormats.MaxName + 1) + "*", out _));
    }

    [Theory]
    [InlineData("door-1", "door-1", true)]
    [InlineData("door-1", "door-12", false)]
    [InlineData("door-1", "Door-1", false)]
    [InlineData("door-*", "door-1", true)]
    [InlineData("door-*", "door", false)]
    [InlineData("*", "anything", true)]
    public void A_pattern_matches_whole_ids_in_exact_case(string text, string cameraId, bool matches) => Assert.Equal(matches, Parse(text).Matches(cameraId));

    [Theory]
    [InlineData("door-*", "door-1", true)]
    [InlineData("door-*", "d*", true)]
    [InlineData("door-*", "gate-*", false)]
    [InlineData("door-1", "door-2", false)]
    [InlineData("*", "door-1", true)]
    public void Patterns_overlap_if_a_camera_can_match_both(string one, string other, bool overlap)
    {
        Assert.Equal(overlap, Parse(one).Overlaps(Parse(other)));
        Assert.Equal(overlap, Parse(other).Overlaps(Parse(one)));
    }

    [Fact]
    public void The_exact_id_is_the_most_specific_and_then_the_longest_beginning()
    {
        List<CameraPattern> patterns = [Parse("*"), Parse("door-1*"), Parse("door-1"), Parse("door-*")];

        Assert.Equal(["door-1", "door-1*", "door-*", "*"], patterns.OrderByDescending(pattern => pattern.Specificity).Select(pattern => pattern.Text));
    }

    [Theory]
    [InlineData("door-1", true)]
    [InlineData("door-2", false)]
    [InlineData("gate", true)]
    public void The_first_pattern_of_a_selection_that_matches_decides(string cameraId, bool isIncluded) =>
        Assert.Equal(isIncluded, CameraSelection.Includes(["door-1", "!door-*", "*"], cameraId));

    [Fact]
    public void A_camera_that_no_pattern_matches_is_not_selected() => Assert.False(CameraSelection.Includes(["door-*"], "gate"));

    [Theory]
    [InlineData(true, "*")]
    [InlineData(true, "!door-*", "*")]
    [InlineData(false)]
    [InlineData(false, "!!door")]
    [InlineData(false, "door", null)]
    [InlineData(false, "do!or")]
    [InlineData(false, "!")]
    public void A_selection_is_a_list_of_patterns(bool isValid, params string?[] patterns) => Assert.Equal(isValid, CameraSelection.IsValid(patterns));

    [Fact]
    public void A_selection_has_a_limit()
    {
        Assert.True(CameraSelection.IsValid([.. Enumerable.Repeat("*", CameraSelection.Most)]));
        Assert.False(CameraSelection.IsValid([.. Enumerable.Repeat("*", CameraSelection.Most + 1)]));
    }

    private static CameraPattern Parse(string text) => CameraPattern.TryParse(text, out var pattern) ? pattern : throw new ArgumentException("It is no pattern.", nameof(text));
}
