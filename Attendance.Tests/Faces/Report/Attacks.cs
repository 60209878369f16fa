using Attendance.Benchmarks.Subjects;
using Attendance.Tests.Subjects;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;

namespace Attendance.Tests.Faces.Report;

/// <summary>How often an attack or a person passed the challenge, and why the others failed.</summary>
internal sealed record Tried(string What, bool IsAttack, IReadOnlyList<LivenessFault?> Outcomes)
{
    public int Passed => Outcomes.Count(outcome => outcome is null);

    /// <summary>APCER of an attack, the share that passed; BPCER of real people, the share that did not.</summary>
    public double Rate => (IsAttack ? Passed : Outcomes.Count - Passed) / (double)Outcomes.Count;

    public string FailedBy => string.Join(", ", Outcomes.OfType<LivenessFault>().CountBy(fault => fault).OrderByDescending(fault => fault.Value).Select(fault => $"{fault.Key} {fault.Value}"));
}

/// <summary>
/// Shows the challenge a person, and what an attacker may hold before a camera instead. There is one head, which is rendered from one
/// picture (<see cref="TestFaces"/>) in a few sizes, places and lights.
/// </summary>
internal sealed class Attacks(Observing observing)
{
    private static readonly Variation[] s_variations = [new(1, 1, 0, 0), new(0.8, 0.8, 0.05, 0.02), new(1, 0.65, -0.05, -0.03), new(0.75, 1.15, 0, 5), new(1.1, 0.9, 0, -5)];

    private readonly Dictionary<(string What, Variation Variation), Dictionary<Look, FaceObservation>> _observed = []; // looking takes the time
    private IReadOnlyList<FaceObservation>? _others;

    public async Task<IReadOnlyList<Tried>> TryAllAsync(LivenessOptions options)
    {
        var tried = new List<Tried>();
        foreach (var (name, degrees) in new[] { ("turned by 25°", 25d), ("turned by 30°", 30d), ("turned by 35°", 35d) })
        {
            tried.Add(await TryAsync(options, $"a person, the head {name} (rendered)", isAttack: false, variation => LiveAsync(variation, degrees)));
        }

        tried.Add(await TryAsync(options, "a print held still", isAttack: true, StillAsync));
        tried.Add(await TryAsync(options, "a print moved about", isAttack: true, MovedAsync));
        foreach (var degrees in (double[])[20, 35, 50])
        {
            tried.Add(await TryAsync(options, $"a flat print turned by {degrees}°", isAttack: true, variation => PrintAsync(variation, jpeg => (Prints.Turned(jpeg, degrees), Prints.Turned(jpeg, -degrees)))));
        }

        foreach (var radius in (double[])[0.35, 0.2])
        {
            tried.Add(await TryAsync(
                options, $"a print bent round (radius {radius} of its width), turned by 35°", isAttack: true, variation => PrintAsync(variation, jpeg => (Prints.Bent(jpeg, 35, radius), Prints.Bent(jpeg, -35, radius)))));
        }

        tried.Add(await ReplayAsync(options));
        tried.Add(await WithLooksAsync(options, "frames that come again", (looks, before, asked, _, frame) => new(looks[Presentation.Obedient(before, asked, frame)], frame == 14 ? -1 : 0)));
        tried.Add(await WithLooksAsync(options, "frames of another time spliced in", (looks, before, asked, _, frame) =>
            new(looks[Presentation.Obedient(before, asked, frame)], frame == 13 ? options.MaxSkipped + 1 : 0)));
        tried.Add(await AnotherAsync(options));
        tried.Add(await WithLooksAsync(options, "a print beside the face of somebody else", (looks, before, asked, step, frame) =>
            new(step == 0 ? looks[Look.Straight] : new FaceObservation.SeveralFaces(2))));
        return tried;
    }

    private static IReadOnlyList<IReadOnlyList<LivenessAction>> SequencesOf(LivenessOptions options)
    {
        var random = new Random(20261129);
        return [.. Enumerable.Range(0, 500).Select(_ => LivenessChallenge.ActionsOf(options, random.Next)).DistinctBy(actions => string.Join(' ', actions))];
    }

    private async Task<Tried> TryAsync(
        LivenessOptions options, string what, bool isAttack, Func<Variation, Task<Dictionary<Look, FaceObservation>>> looksOf)
    {
        var outcomes = new List<LivenessFault?>();
        foreach (var variation in s_variations)
        {
            if (!_observed.TryGetValue((what, variation), out var looks))
            {
                _observed[(what, variation)] = looks = await looksOf(variation);
            }

            outcomes.AddRange(SequencesOf(options).Select(actions => Presentation.Challenge(
                options, actions, (asked, step, frame) => new(looks[Presentation.Obedient(Before(actions, step), asked, frame)]))));
        }

        return new(what, isAttack, outcomes);
    }

    private async Task<Tried> WithLooksAsync(
        LivenessOptions options, string what, Func<Dictionary<Look, FaceObservation>, LivenessAction, LivenessAction, int, int, ShownFrame> show)
    {
        var outcomes = new List<LivenessFault?>();
        foreach (var variation in s_variations)
        {
            var looks = await LiveAsync(variation, 30);
            outcomes.AddRange(SequencesOf(options).Select(actions => Presentation.Challenge(
                options, actions, (asked, step, frame) => show(looks, Before(actions, step), asked, step, frame))));
        }

        return new(what, IsAttack: true, outcomes);
    }

    /// <summary>A film of the person who passed another challenge, on a screen: each film before each challenge.</summary>
    private async Task<Tried> ReplayAsync(LivenessOptions options)
    {
        var outcomes = new List<LivenessFault?>();
        var looks = await LiveAsync(s_variations[0], 30);
        var sequences = SequencesOf(options);
        foreach (var recorded in sequences)
        {
            var film = Film(options, recorded);
            foreach (var asked in sequences)
            {
                var next = 0;
                outcomes.Add(Presentation.Challenge(options, asked, (_, _, _) => new(looks[film[next++ % film.Count]])));
            }
        }

        return new("a film of the person at another challenge, played again", IsAttack: true, outcomes);

        List<Look> Film(LivenessOptions limits, IReadOnlyList<LivenessAction> actions)
        {
            var shown = new List<Look>();
            Presentation.Challenge(limits, actions, (asked, step, frame) =>
            {
                shown.Add(Presentation.Obedient(Before(actions, step), asked, frame));
                return new(looks[shown[^1]]);
            });
            return shown;
        }
    }

    /// <summary>The person does the first action, and somebody else the others.</summary>
    private async Task<Tried> AnotherAsync(LivenessOptions options)
    {
        var others = _others ??= await OthersAsync();
        var looks = await LiveAsync(s_variations[0], 30);
        var outcomes = SequencesOf(options).SelectMany(actions => others.Select(other => Presentation.Challenge(options, actions, (asked, step, frame) =>
            new(step < 2 ? looks[Presentation.Obedient(Before(actions, step), asked, frame)] : other)))).ToList();
        return new("somebody else half-way", IsAttack: true, outcomes);
    }

    private async Task<IReadOnlyList<FaceObservation>> OthersAsync()
    {
        var others = new List<FaceObservation>();
        foreach (var portrait in SamplePortraits.OfGrid.Where(portrait => portrait.Person != SamplePortraits.TheMan))
        {
            if (await observing.ObserveAsync(portrait.Jpeg, withEyes: true) is FaceObservation.OneFace { Embedding: not null } other)
            {
                others.Add(other);
            }
        }

        return others;
    }

    private static LivenessAction Before(IReadOnlyList<LivenessAction> actions, int step) => step < 2 ? LivenessAction.LookStraight : actions[step - 2];

    private async Task<Dictionary<Look, FaceObservation>> LiveAsync(Variation variation, double degrees)
    {
        var what = $"live, {degrees}°";
        return _observed.TryGetValue((what, variation), out var known) ? known : _observed[(what, variation)] = await ObserveLiveAsync(variation, degrees);
    }

    private async Task<Dictionary<Look, FaceObservation>> ObserveLiveAsync(Variation variation, double degrees)
    {
        var straight = variation.Head(0);
        var face = await observing.FaceAsync(straight);
        (float, float)[] eyes = [(face.Points.LeftEye.X, face.Points.LeftEye.Y), (face.Points.RightEye.X, face.Points.RightEye.Y)];
        return await ObserveAsync(new()
        {
            [Look.Straight] = straight,
            [Look.HalfLeft] = variation.Head(degrees / 2),
            [Look.Left] = variation.Head(degrees),
            [Look.HalfRight] = variation.Head(-degrees / 2),
            [Look.Right] = variation.Head(-degrees),
            [Look.Shut] = Prints.WithEyesShut(straight, eyes, face.Points.EyeDistance),
        });
    }

    private Task<Dictionary<Look, FaceObservation>> StillAsync(Variation variation) =>
        ObserveAsync(Enum.GetValues<Look>().ToDictionary(look => look, _ => variation.Head(0)));

    private Task<Dictionary<Look, FaceObservation>> MovedAsync(Variation variation)
    {
        var print = variation.Head(0);
        return ObserveAsync(new()
        {
            [Look.Straight] = print,
            [Look.HalfLeft] = Prints.Moved(print, 0.1, 0, 1),
            [Look.Left] = Prints.Moved(print, 0.2, 0, 1),
            [Look.HalfRight] = Prints.Moved(print, -0.1, 0, 1),
            [Look.Right] = Prints.Moved(print, -0.2, 0, 1),
            [Look.Shut] = Prints.Moved(print, 0, 0.1, 0.8),
        });
    }

    /// <summary>Turns a print to the side that shows more of a turn; there are no eyes that it could close.</summary>
    private async Task<Dictionary<Look, FaceObservation>> PrintAsync(Variation variation, Func<byte[], (byte[] One, byte[] Other)> turn)
    {
        var print = variation.Head(0);
        var (one, other) = turn(print);
        var looks = await ObserveAsync(new()
        {
            [Look.Straight] = print, [Look.HalfLeft] = print, [Look.HalfRight] = print, [Look.Shut] = print, [Look.Left] = one, [Look.Right] = other,
        });
        if (YawOf(looks[Look.Left]) < YawOf(looks[Look.Right]))
        {
            (looks[Look.Left], looks[Look.Right]) = (looks[Look.Right], looks[Look.Left]);
        }

        return looks;
    }

    private static double YawOf(FaceObservation seen) => seen is FaceObservation.OneFace face ? face.Figures.Yaw : 0;

    private async Task<Dictionary<Look, FaceObservation>> ObserveAsync(Dictionary<Look, byte[]> frames)
    {
        var looks = new Dictionary<Look, FaceObservation>();
        foreach (var (look, jpeg) in frames)
        {
            looks[look] = await observing.ObserveAsync(jpeg, withEyes: true);
        }

        return looks;
    }

    /// <summary>The light, size, place, and lean of the person or the print before the camera.</summary>
    private sealed record Variation(double Light, double Scale, double Right, double Roll)
    {
        public byte[] Head(double degrees) => TestFaces.Turned(degrees, Light, Scale, Right, 0, Roll);
    }
}
