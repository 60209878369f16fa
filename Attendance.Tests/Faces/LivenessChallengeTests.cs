using Attendance.Web.Faces.Liveness;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class LivenessChallengeTests
{
    private const LivenessAction Left = LivenessAction.TurnLeft, Right = LivenessAction.TurnRight, Blink = LivenessAction.Blink;

    private static readonly LivenessOptions s_options = new();

    /// <summary>
    /// Asked for a turn to the left, a blink, and a turn to the right. A word is a fifth of a second of frames: straight, left and right
    /// (turned enough), half (turned too little), shut (eyes closed), none (no face), two (faces), other (somebody else's face), blur (a
    /// face that cannot be recognized), cut (frames are missing), back (frames come again), wait (a second in which the head stays straight).
    /// </summary>
    [Theory]
    [InlineData("straight left straight shut straight right", "passed")]
    [InlineData("none straight left half straight shut straight half right", "passed")]
    [InlineData("straight blur left blur straight shut straight right", "passed")]
    [InlineData("straight none left straight none shut straight right", "passed")]
    [InlineData("left straight left straight shut straight right", "passed")] // begins once the head is straight
    [InlineData("straight", "TurnLeft")]
    [InlineData("straight half half straight", "TurnLeft")]
    [InlineData("straight left", "Blink")]
    [InlineData("straight left shut", "Blink")] // the eyes were not seen open before
    [InlineData("straight left straight shut", "Blink")]
    [InlineData("straight left straight shut straight", "TurnRight")]
    [InlineData("straight right", "WrongSide TurnLeft")]
    [InlineData("straight left straight shut straight left", "WrongSide TurnRight")]
    [InlineData("straight other", "AnotherFace TurnLeft")]
    [InlineData("straight left straight other", "AnotherFace Blink")]
    [InlineData("straight two", "SeveralFaces TurnLeft")]
    [InlineData("two", "SeveralFaces LookStraight")]
    [InlineData("straight none none none none", "FaceLost TurnLeft")]
    [InlineData("straight blur blur blur blur", "FaceLost TurnLeft")]
    [InlineData("straight cut left", "FramesCut TurnLeft")]
    [InlineData("straight back left", "FramesCut TurnLeft")]
    [InlineData("straight wait wait wait wait wait", "TooSlow TurnLeft")]
    [InlineData("straight left straight wait wait wait wait wait", "TooSlow Blink")]
    [InlineData("none none none none none none none none none none none none none none none none none none none none none none", "TooSlow LookStraight")]
    public void A_challenge_passes_fails_or_goes_on_as_the_table_says(string words, string result) => Assert.Equal(result, new Film([Left, Blink, Right]).Play(words));

    [Fact]
    public void One_frame_that_is_turned_is_not_enough()
    {
        var film = new Film([Left, Right]);
        film.Play("straight");
        film.Frame(0.4);

        Assert.Equal(Left, Assert.IsType<LivenessProgress.Asked>(film.Frame(0)).Action);
    }

    [Fact]
    public void A_turn_is_measured_from_where_the_person_looked_at_first()
    {
        var film = new Film([Left, Right]);
        film.Frame(0.1);
        film.Frame(0.33);

        Assert.Equal(Left, Assert.IsType<LivenessProgress.Asked>(film.Frame(0.33)).Action); // 0.23 farther
        film.Frame(0.36);
        Assert.Equal(Right, Assert.IsType<LivenessProgress.Asked>(film.Frame(0.36)).Action);
    }

    [Fact]
    public void Two_turns_to_one_side_need_a_straight_look_between_them()
    {
        var film = new Film([Left, Blink, Left]);

        Assert.Equal("TurnLeft", film.Play("straight left straight shut straight"));
        Assert.Equal("passed", film.Play("left"));
    }

    [Fact]
    public void The_time_runs_out_also_while_no_frame_comes()
    {
        var film = new Film([Left, Right]);
        film.Play("straight");

        Assert.IsType<LivenessProgress.Asked>(film.Challenge.Tick(film.Now + TimeSpan.FromSeconds(3.5)));
        Assert.Equal(new LivenessProgress.Failed(LivenessFault.TooSlow, Left), film.Challenge.Tick(film.Now + TimeSpan.FromSeconds(4.1)));
    }

    [Theory]
    [InlineData("straight right", "straight left straight shut straight right")]
    [InlineData("straight left straight shut straight right", "two other cut straight")]
    public void An_ended_challenge_keeps_its_outcome(string first, string then)
    {
        var film = new Film([Left, Blink, Right]);

        Assert.Equal(film.Play(first), film.Play(then));
    }

    /// <summary>Blinks and open eyes look different from person to person.</summary>
    [Theory]
    [InlineData(0.18, 0.10, true)]
    [InlineData(0.26, 0.12, true)]
    [InlineData(0.38, 0.20, true)]
    [InlineData(0.26, 0.22, false)]
    [InlineData(0.18, 0.15, false)]
    [InlineData(0.12, 0.12, false)] // always nearly shut, as in a picture
    public void A_blink_is_a_dip_below_the_persons_own_level(double open, double shut, bool isBlink)
    {
        var film = new Film([Blink, Left]) { Open = open, Shut = shut };

        Assert.Equal(isBlink ? "TurnLeft" : "Blink", film.Play("straight straight shut straight"));
    }

    [Fact]
    public void Eyes_that_stay_shut_are_no_blink() =>
        Assert.Equal("Blink", new Film([Blink, Left]).Play("straight straight shut shut shut shut shut shut straight"));

    [Fact]
    public void Actions_are_drawn_so_that_one_is_a_turn() => Check.One(
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true),
        Prop.ForAll(Arb.From(from seed in Gen.Choose(0, int.MaxValue) from steps in Gen.Choose(2, 6) from blink in Gen.Elements(true, false) select (seed, steps, blink)), drawn =>
        {
            var actions = LivenessChallenge.ActionsOf(new() { Steps = drawn.steps, Blink = drawn.blink }, new Random(drawn.seed).Next);

            Assert.Equal(drawn.steps, actions.Count);
            Assert.Contains(actions, action => action is Left or Right);
            Assert.True(drawn.blink || !actions.Contains(Blink));
            Assert.DoesNotContain(LivenessAction.LookStraight, actions);
        }));

    [Fact]
    public void All_sequences_are_drawn_about_equally_often()
    {
        var random = new Random(7);
        var drawn = Enumerable.Range(0, 26_000).Select(_ => string.Join(' ', LivenessChallenge.ActionsOf(s_options, random.Next))).CountBy(sequence => sequence).ToList();

        Assert.Equal((3 * 3 * 3) - 1, drawn.Count); // all but three blinks
        Assert.All(drawn, sequence => Assert.InRange(sequence.Value, 850, 1150));
    }

    /// <summary>A picture that is moved in any way but does not turn far enough does not pass.</summary>
    [Fact]
    public void Nothing_passes_that_does_not_turn_far_enough() => Check.One(
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true),
        Prop.ForAll(Arb.From(Gen.Choose(-24, 24).ListOf(60)), yaws =>
        {
            var film = new Film([Left, Right]);
            film.Frame(0);
            foreach (var yaw in yaws)
            {
                film.Frame(yaw / 100d);
            }

            Assert.IsNotType<LivenessProgress.Passed>(film.Challenge.Progress);
        }));

    [Theory]
    [InlineData("Unattended", false, true)]
    [InlineData("unattended", true, false)]
    [InlineData("always", true, true)]
    [InlineData("always", false, true)]
    [InlineData("never", false, false)]
    public void A_setting_says_where_proof_of_life_is_required(string required, bool attended, bool isRequired) =>
        Assert.Equal(isRequired, Bind(("Required", required)).IsRequired(attended));

    [Theory]
    [InlineData("Steps", "1")]
    [InlineData("StepTime", "00:00:00")]
    [InlineData("MinTurn", "0")]
    [InlineData("MaxStraight", "0.3")] // more than a turn
    [InlineData("MaxDistance", "NaN")]
    [InlineData("BlinkDepth", "1")]
    [InlineData("MaxSkipped", "-1")]
    [InlineData("MaxPause", "1.00:00:00")]
    public void A_limit_that_makes_no_sense_is_named(string key, string value)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => Bind((key, value)));

        Assert.Contains($"'Liveness:{key}'", failure.Message, StringComparison.Ordinal);
    }

    private static LivenessOptions Bind((string Key, string Value) setting)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new($"Liveness:{setting.Key}", setting.Value)]).Build();
        using var services = new ServiceCollection()
            .AddSingleton<IValidateOptions<LivenessOptions>, LivenessOptionsValidator>()
            .AddOptions<LivenessOptions>().Bind(configuration.GetSection(LivenessOptions.Section)).Services
            .BuildServiceProvider();
        return services.GetRequiredService<IOptions<LivenessOptions>>().Value;
    }

    /// <summary>Feeds a challenge with frames of a person at ten frames a second.</summary>
    private sealed class Film(IReadOnlyList<LivenessAction> actions)
    {
        private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(0.1);
        private static readonly DateTimeOffset s_begin = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

        private long _sequence = 100;

        public LivenessChallenge Challenge { get; } = new(s_options, actions, s_begin);

        public DateTimeOffset Now { get; private set; } = s_begin;

        public double Open { get; init; } = 0.26;

        public double Shut { get; init; } = 0.1;

        public string Play(string words)
        {
            foreach (var word in words.Split(' '))
            {
                Play(word, word == "wait" ? 10 : 2);
            }

            return Challenge.Progress switch
            {
                LivenessProgress.Asked asked => $"{asked.Action}",
                LivenessProgress.Failed failed => $"{failed.Fault} {failed.Action}",
                _ => "passed",
            };
        }

        public LivenessProgress Frame(double yaw, int faces = 1, double? eyes = 0.26, double? distance = 0.2)
        {
            Now += s_frame;
            return Challenge.Observe(new(_sequence++, Now, faces, yaw, eyes, distance));
        }

        private void Play(string word, int frames)
        {
            _sequence += word == "cut" ? s_options.MaxSkipped + 1 : word == "back" ? -1 : 0;
            for (var i = 0; i < frames; i++)
            {
                _ = word switch
                {
                    "straight" or "wait" or "cut" or "back" => Frame(0.02, eyes: Open),
                    "left" => Frame(0.33, eyes: Open),
                    "right" => Frame(-0.33, eyes: Open),
                    "half" => Frame(0.2 * (i + 1) / frames, eyes: Open),
                    "shut" => Frame(0.02, eyes: Shut),
                    "none" => Frame(0, faces: 0, eyes: null, distance: null),
                    "two" => Frame(0, faces: 2, eyes: null, distance: null),
                    "other" => Frame(0.02, distance: 0.7),
                    "blur" => Frame(0.1, eyes: null, distance: null),
                    _ => throw new ArgumentException($"'{word}' is not known.", nameof(word)),
                };
            }
        }
    }
}
