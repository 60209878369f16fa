using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces.Matching;

/// <summary>
/// Decides whose face a few frames show. It reads nothing and writes nothing: the same frames and candidates give the same decision, in
/// whatever order they are told.
/// </summary>
internal sealed class FaceMatcher(IOptions<RecognitionOptions> options)
{
    private readonly RecognitionOptions _options = options.Value;

    /// <param name="frames">The frames so far. Old ones may be left in: only the newest count that lie within the window.</param>
    /// <param name="candidates">Who is expected.</param>
    /// <exception cref="ArgumentException">There are more candidates than <see cref="RecognitionOptions.MaxCandidates"/>.</exception>
    public FaceDecision Decide(IReadOnlyCollection<FaceFrame> frames, IReadOnlyCollection<FaceCandidate> candidates)
    {
        if (candidates.Count > _options.MaxCandidates)
        {
            throw new ArgumentException($"A face is compared with {_options.MaxCandidates} people at most ({RecognitionOptions.Section}:{nameof(_options.MaxCandidates)}).", nameof(candidates));
        }

        var ordered = frames.OrderBy(frame => frame.Sequence).DistinctBy(frame => frame.Sequence).ToList();
        var judged = Newest(ordered);
        var expected = candidates as FaceCandidate[] ?? [.. candidates]; // an array is gone through faster than what may be anything
        var votes = judged.Select(frame => VoteOf(frame, expected)).ToList();
        if (Agreed(votes) is { } person)
        {
            return new FaceDecision.Accepted(person, Evidence(votes, [.. votes.Where(vote => vote.Kind == VoteKind.For)]));
        }

        return IsEnough(ordered, judged) ? Otherwise(votes, judged, expected) : new FaceDecision.NotYet();
    }

    /// <summary>
    /// Returns the frames that count: the newest, as far back as the window reaches, and none from before somebody else was in the picture
    /// or the clock was set back.
    /// </summary>
    private List<FaceFrame> Newest(List<FaceFrame> ordered)
    {
        var newest = new List<FaceFrame>();
        for (var i = ordered.Count - 1; i >= 0 && newest.Count < _options.Frames; i--)
        {
            var frame = ordered[i];
            if (frame.Faces > 1 || ordered[^1].TakenAt - frame.TakenAt > _options.Window || (newest.Count > 0 && frame.TakenAt > newest[^1].TakenAt))
            {
                break;
            }

            newest.Add(frame);
        }

        newest.Reverse();
        return newest;
    }

    private Vote VoteOf(FaceFrame frame, FaceCandidate[] candidates)
    {
        if (frame.Faces != 1 || frame.Embedding is not { } face)
        {
            return new(VoteKind.Abstains, null, null, null);
        }

        var (nearest, next) = Nearest(candidates, [face]);
        var kind = nearest is null || nearest.Distance > _options.DoubtDistance ? VoteKind.ForNobody
            : nearest.Distance <= _options.AcceptDistance && (next is null || next.Distance - nearest.Distance >= _options.Margin) ? VoteKind.For
            : VoteKind.Doubts;
        return new(kind, nearest?.PersonId, nearest?.Distance, next?.Distance);
    }

    /// <summary>Returns the one person for whom enough frames speak. If a single frame speaks for somebody else, nobody is.</summary>
    private Guid? Agreed(List<Vote> votes)
    {
        var people = votes.Where(vote => vote.Kind == VoteKind.For).Select(vote => vote.Nearest!.Value).ToList();
        return people.Count >= _options.FramesNeeded && people.Distinct().Count() == 1 ? people[0] : null;
    }

    /// <summary>Returns whether a decision other than acceptance can be made: there are all the frames that count, or no more will come.</summary>
    private bool IsEnough(List<FaceFrame> ordered, List<FaceFrame> judged) => judged.Count == _options.Frames
        || (judged.Count >= _options.FramesNeeded && ordered[^1].TakenAt - ordered[0].TakenAt >= _options.Window);

    private FaceDecision Otherwise(List<Vote> votes, List<FaceFrame> judged, FaceCandidate[] candidates)
    {
        var near = votes.Where(vote => vote.Kind is VoteKind.For or VoteKind.Doubts).ToList();
        if (near.Count >= _options.FramesNeeded)
        {
            var (nearest, next) = Nearest(candidates, [.. judged.Select(frame => frame.Embedding).OfType<Recognition.FaceEmbedding>()]);
            return new FaceDecision.Doubt(nearest!.PersonId, next?.PersonId, Evidence(votes, near));
        }

        var far = votes.Where(vote => vote.Kind == VoteKind.ForNobody).ToList();
        return far.Count >= _options.FramesNeeded ? new FaceDecision.Unknown(Evidence(votes, far)) : new FaceDecision.NotYet();
    }

    /// <summary>Returns the two people who are nearest to these faces on average. Those at the same distance are told apart by their ids, so that their order does not matter.</summary>
    private static (Neighbour? Nearest, Neighbour? Next) Nearest(FaceCandidate[] candidates, Recognition.FaceEmbedding[] faces)
    {
        (Neighbour? nearest, Neighbour? next) = (null, null);
        foreach (var candidate in candidates)
        {
            var sum = 0.0;
            foreach (var face in faces)
            {
                sum += face.DistanceTo(candidate.Template);
            }

            var between = sum / faces.Length;
            if (between > next?.Distance)
            {
                continue; // as nearly everybody
            }

            var found = new Neighbour(candidate.PersonId, between);
            if (found.PersonId == nearest?.PersonId)
            {
                nearest = found.IsBefore(nearest) ? found : nearest;
            }
            else if (found.IsBefore(nearest))
            {
                (nearest, next) = (found, nearest);
            }
            else if (found.IsBefore(next))
            {
                next = found;
            }
        }

        return (nearest, next);
    }

    private static FaceEvidence Evidence(List<Vote> votes, IReadOnlyList<Vote> those) =>
        new(votes.Count, those.Count, those.Average(vote => vote.Distance), those.Average(vote => vote.NextDistance));

    private enum VoteKind
    {
        /// <summary>The frame shows no face that can be recognized.</summary>
        Abstains,

        /// <summary>Everybody is too far.</summary>
        ForNobody,

        /// <summary>Somebody is near, but not near enough or not the only one.</summary>
        Doubts,

        For,
    }

    private sealed record Vote(VoteKind Kind, Guid? Nearest, double? Distance, double? NextDistance);

    private sealed record Neighbour(Guid PersonId, double Distance)
    {
        public bool IsBefore(Neighbour? other) =>
            other is null || Distance < other.Distance || (Distance == other.Distance && PersonId.CompareTo(other.PersonId) < 0);
    }
}
