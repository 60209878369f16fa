using Attendance.Tests.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Recognition;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class FaceMatcherTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private static readonly RecognitionOptions s_options = new();
    private static readonly FaceMatcher s_matcher = new(Options.Create(s_options));

    /// <summary>
    /// Frames one after the other, 0.3 s apart. Each is the distance to Ann and, after a slash, to Bob, where far is farther than a doubt;
    /// none is a frame without a face, two one with two faces, and dark one with a face that cannot be recognized.
    /// </summary>
    [Theory]
    [InlineData("", "not yet")]
    [InlineData("0.3/far 0.3/far", "not yet")]
    [InlineData("0.3/far 0.3/far 0.3/far", "accepted Ann")]
    [InlineData("far/0.3 far/0.3 far/0.3", "accepted Bob")]
    [InlineData("0.49/0.58 0.49/0.58 0.49/0.58", "accepted Ann")]
    [InlineData("0.51/far 0.3/far 0.3/far 0.51/far 0.3/far", "accepted Ann")]
    [InlineData("0.3/far none 0.3/far dark 0.3/far", "accepted Ann")]
    [InlineData("0.3/far far/far 0.3/far far/far 0.3/far", "accepted Ann")]
    [InlineData("0.51/far 0.51/far 0.51/far", "not yet")]
    [InlineData("0.51/far 0.51/far 0.51/far 0.51/far 0.51/far", "doubt Ann Bob")]
    [InlineData("0.57/far 0.57/far 0.57/far 0.57/far 0.57/far", "doubt Ann Bob")]
    [InlineData("0.30/0.37 0.30/0.37 0.30/0.37 0.30/0.37 0.30/0.37", "doubt Ann Bob")]
    [InlineData("0.37/0.30 0.37/0.30 0.37/0.30 0.37/0.30 0.37/0.30", "doubt Bob Ann")]
    [InlineData("0.3/far 0.3/far 0.51/far 0.51/far 0.51/far", "doubt Ann Bob")]
    [InlineData("0.3/far far/0.3 0.3/far far/0.3 0.3/far", "doubt Ann Bob")] // two people, one after the other
    [InlineData("far/far far/far far/far far/far far/far", "unknown")]
    [InlineData("far/far far/far far/far 0.3/far 0.3/far", "unknown")]
    [InlineData("far/far far/far 0.51/far 0.51/far none", "not yet")]
    [InlineData("none none none none none", "not yet")]
    [InlineData("0.3/far 0.3/far two", "not yet")]
    [InlineData("0.3/far 0.3/far two 0.3/far", "not yet")]
    [InlineData("0.3/far 0.3/far two 0.3/far 0.3/far 0.3/far", "accepted Ann")]
    [InlineData("0.3/far 0.3/far far/far far/far far/far far/far far/far", "unknown")] // the first two are no longer judged
    public void A_series_of_frames_is_judged_as_the_table_says(string frames, string decision)
    {
        var people = new TwoPeople();

        Assert.Equal(decision, people.Describe(s_matcher.Decide(TwoPeople.Frames(frames), people.Candidates)));
    }

    [Fact]
    public void Frames_that_lie_farther_apart_than_the_window_are_not_judged_together()
    {
        var people = new TwoPeople();
        var frames = TwoPeople.Frames("0.3/far 0.3/far 0.3/far", TimeSpan.FromSeconds(1.1));

        Assert.IsType<FaceDecision.NotYet>(s_matcher.Decide(frames, people.Candidates));
    }

    [Fact]
    public void Few_frames_a_second_are_enough_for_a_doubt()
    {
        var people = new TwoPeople();
        var frames = TwoPeople.Frames("0.51/far 0.51/far 0.51/far 0.51/far", TimeSpan.FromSeconds(0.9));

        Assert.IsType<FaceDecision.Doubt>(s_matcher.Decide(frames, people.Candidates));
    }

    [Fact]
    public void The_same_frame_speaks_once_however_often_it_is_told()
    {
        var people = new TwoPeople();
        var frame = TwoPeople.Frames("0.3/far")[0];

        Assert.IsType<FaceDecision.NotYet>(s_matcher.Decide([frame, frame, frame, frame], people.Candidates));
    }

    [Fact]
    public void Frames_from_before_the_clock_was_set_back_do_not_count()
    {
        var people = new TwoPeople();
        var frames = TwoPeople.Frames("0.3/far 0.3/far 0.3/far");
        frames[0] = frames[0] with { TakenAt = frames[2].TakenAt + TimeSpan.FromSeconds(1) };

        Assert.IsType<FaceDecision.NotYet>(s_matcher.Decide(frames, people.Candidates));
    }

    [Fact]
    public void Where_nobody_is_expected_everybody_is_unknown()
    {
        var people = new TwoPeople();

        var decision = Assert.IsType<FaceDecision.Unknown>(s_matcher.Decide(TwoPeople.Frames("0.3/far 0.3/far 0.3/far 0.3/far 0.3/far"), []));

        Assert.Equal(new FaceEvidence(5, 5, null, null), decision.Evidence);
    }

    [Fact]
    public void A_person_who_is_told_twice_is_no_next_best_person()
    {
        var people = new TwoPeople();
        FaceCandidate again = new(people.Ann.PersonId, TestEmbeddings.At(0.05, people.Ann.Template, 7));

        Assert.IsType<FaceDecision.Accepted>(s_matcher.Decide(TwoPeople.Frames("0.3/far 0.3/far 0.3/far"), [again, people.Ann]));
    }

    [Fact]
    public void Too_many_candidates_are_refused()
    {
        var crowd = Enumerable.Range(0, s_options.MaxCandidates + 1).Select(i => new FaceCandidate(Guid.NewGuid(), TestEmbeddings.Random(i))).ToList();

        var error = Assert.Throws<ArgumentException>(() => s_matcher.Decide([], crowd));

        Assert.Contains("Recognition:MaxCandidates", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_evidence_holds_the_numbers_of_the_frames_that_spoke()
    {
        var people = new TwoPeople();

        var evidence = Assert.IsType<FaceDecision.Accepted>(s_matcher.Decide(TwoPeople.Frames("0.2/0.7 far/far 0.3/0.8 0.4/0.9"), people.Candidates)).Evidence;

        Assert.Equal((4, 3), (evidence.Frames, evidence.FramesFor));
        Assert.Equal(0.3, evidence.Distance!.Value, 0.001);
        Assert.Equal(0.8, evidence.NextDistance!.Value, 0.001);
    }

    [Fact]
    public void Nobody_is_accepted_without_enough_frames_that_are_near_enough_and_clear_of_everybody_else() => Holds(scene =>
    {
        if (s_matcher.Decide(scene.Frames, scene.Candidates) is FaceDecision.Accepted accepted)
        {
            var last = scene.Frames.MaxBy(frame => frame.Sequence)!;
            var clear = scene.Frames.Where(frame => frame is { Faces: 1, Embedding: not null } && last.TakenAt - frame.TakenAt <= s_options.Window && Speaks(frame.Embedding));
            Assert.True(clear.Count() >= s_options.FramesNeeded);

            bool Speaks(FaceEmbedding face)
            {
                var distance = scene.Candidates.Where(each => each.PersonId == accepted.PersonId).Min(each => face.DistanceTo(each.Template));
                return distance <= s_options.AcceptDistance
                    && scene.Candidates.All(each => each.PersonId == accepted.PersonId || face.DistanceTo(each.Template) >= distance + s_options.Margin);
            }
        }
    });

    [Fact]
    public void Nobody_is_accepted_by_frames_that_are_doubts() => Holds(scene =>
    {
        var doubts = scene.Frames.Where(frame => frame.Embedding is null || scene.Candidates.All(each => frame.Embedding.DistanceTo(each.Template) > s_options.AcceptDistance));

        Assert.IsNotType<FaceDecision.Accepted>(s_matcher.Decide([.. doubts], scene.Candidates));
    });

    [Fact]
    public void The_order_of_candidates_and_of_frames_does_not_matter() => Holds(scene =>
    {
        var random = new Random(scene.Seed);
        var (frames, candidates) = (scene.Frames.ToArray(), scene.Candidates.ToArray());
        random.Shuffle(frames);
        random.Shuffle(candidates);

        Assert.Equal(s_matcher.Decide(scene.Frames, scene.Candidates), s_matcher.Decide(frames, candidates));
    });

    [Fact]
    public void Somebody_else_who_is_also_expected_makes_nobody_acceptable_who_was_not() => Holds(scene =>
    {
        var fewer = scene.Candidates.Skip(1).ToList();

        if (s_matcher.Decide(scene.Frames, scene.Candidates) is FaceDecision.Accepted accepted && fewer.Exists(each => each.PersonId == accepted.PersonId))
        {
            Assert.Equal(accepted.PersonId, Assert.IsType<FaceDecision.Accepted>(s_matcher.Decide(scene.Frames, fewer)).PersonId);
        }
    });

    private static Arbitrary<Scene> Scenes { get; } = Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from people in Gen.Choose(0, 6)
        from kinds in Gen.Choose(0, 9).ListOf(8)
        from nearness in Gen.Choose(20, 62).ListOf(8)
        from apart in Gen.Choose(5, 90)
        select Scene.Of(seed, people, [.. kinds], [.. nearness], apart / 100d));

    private static void Holds(Action<Scene> claim) => Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(500), Prop.ForAll(Scenes, claim));

    /// <summary>People, some of whom look alike, and frames that are mostly near one of them.</summary>
    private sealed record Scene(int Seed, List<FaceFrame> Frames, List<FaceCandidate> Candidates)
    {
        public static Scene Of(int seed, int people, int[] kinds, int[] nearness, double apart)
        {
            var first = TestEmbeddings.Random(seed);
            var candidates = Enumerable.Range(0, people).Select(i => new FaceCandidate(Guid.NewGuid(), TestEmbeddings.At(i == 0 ? 0 : apart, first, seed + i))).ToList();
            var random = new Random(seed);
            var frames = new List<FaceFrame>();
            foreach (var (kind, near) in kinds.Zip(nearness))
            {
                var of = people == 0 ? first : candidates[kind == 7 ? random.Next(people) : 0].Template;
                frames.Add(new(frames.Count, s_start.AddSeconds(frames.Count * 0.3), kind == 9 ? 2 : kind == 8 ? 0 : 1, kind >= 8 ? null : TestEmbeddings.At(near / 100d, of, random.Next())));
            }

            return new(seed, frames, candidates);
        }
    }

    /// <summary>Two people, and faces at any distance from each of them.</summary>
    private sealed class TwoPeople
    {
        private const double Apart = 0.6;

        public FaceCandidate Ann { get; } = new(Guid.NewGuid(), Along(0, 0));

        public FaceCandidate Bob { get; } = new(Guid.NewGuid(), Along(Apart, 0));

        public IReadOnlyList<FaceCandidate> Candidates => [Ann, Bob];

        public static List<FaceFrame> Frames(string frames, TimeSpan? apart = null) =>
            [.. frames.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((frame, i) => Frame(frame, i, s_start + (i * (apart ?? TimeSpan.FromSeconds(0.3)))))];

        public string Describe(FaceDecision decision) => decision switch
        {
            FaceDecision.Accepted accepted => $"accepted {NameOf(accepted.PersonId)}",
            FaceDecision.Doubt doubt => $"doubt {NameOf(doubt.PersonId)} {NameOf(doubt.OtherId)}",
            FaceDecision.Unknown => "unknown",
            _ => "not yet",
        };

        private string NameOf(Guid? id) => id == Ann.PersonId ? "Ann" : id == Bob.PersonId ? "Bob" : "nobody";

        private static FaceFrame Frame(string text, long sequence, DateTimeOffset at) => text switch
        {
            "none" => new(sequence, at, 0, null),
            "dark" => new(sequence, at, 1, null),
            "two" => new(sequence, at, 2, null),
            _ when text.Split('/') is [var ann, var bob] => new(sequence, at, 1, Face(DistanceOf(ann), DistanceOf(bob))),
            _ => throw new ArgumentException($"'{text}' is no frame.", nameof(text)),
        };

        private static double DistanceOf(string text) => text == "far" ? 0.75 : double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

        /// <summary>Returns a point with these two distances from the two people.</summary>
        private static FaceEmbedding Face(double toAnn, double toBob)
        {
            var along = ((toAnn * toAnn) - (toBob * toBob) + (Apart * Apart)) / (2 * Apart);
            var beside = (toAnn * toAnn) - (along * along);
            Assert.True(beside >= 0, "There is no such face.");
            return Along(along, Math.Sqrt(beside));
        }

        private static FaceEmbedding Along(double x, double y)
        {
            var numbers = new float[FaceEmbedding.Length];
            (numbers[0], numbers[1]) = ((float)x, (float)y);
            return new(numbers);
        }
    }
}
