using Attendance.CameraApi.Quality;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Attendance.Tests.CameraApi.Quality;

public sealed class CameraRankingTests
{
    private const double TieWidth = 5;

    [Fact]
    public void The_better_one_comes_first_however_long_the_other_was_idle() =>
        Assert.Equal(["good", "bad"], Order(("bad", 60, 1), ("good", 70, 2)));

    [Fact]
    public void Of_two_that_are_about_as_good_the_one_that_was_idle_longest_comes_first() =>
        Assert.Equal(["idle", "better"], Order(("better", 70, 2), ("idle", 65, 1)));

    [Fact]
    public void Small_steps_do_not_make_the_worst_as_good_as_the_best() =>
        Assert.Equal(["second", "best", "worst"], Order(("worst", 62, 0), ("second", 66, 1), ("best", 70, 2)));

    [Fact]
    public void Nobody_is_left_out_and_nobody_comes_before_one_that_is_much_better()
    {
        var cameras = from rating in Gen.Choose(0, 1000) from leftAt in Gen.Choose(0, 20) select (Rating: rating / 10.0, LeftAt: (long)leftAt);
        Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500), Prop.ForAll(cameras.ListOf().ToArbitrary(), all =>
        {
            var ordered = CameraRanking.Order(all, one => one.Rating, one => one.LeftAt, TieWidth);
            Assert.Equal(all.Order(), ordered.Order());
            for (var i = 1; i < ordered.Count; i++)
            {
                Assert.True(ordered.Take(i).All(earlier => ordered[i].Rating - earlier.Rating <= TieWidth));
            }

            if (ordered.Count > 0)
            {
                var best = all.Max(one => one.Rating);
                Assert.Equal(all.Where(one => best - one.Rating <= TieWidth).Min(one => one.LeftAt), ordered[0].LeftAt);
            }
        }));
    }

    private static IEnumerable<string> Order(params (string Name, double Rating, long LeftAt)[] cameras) =>
        CameraRanking.Order(cameras, one => one.Rating, one => one.LeftAt, TieWidth).Select(one => one.Name);
}
