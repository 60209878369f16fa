using System.Collections.Concurrent;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Liveness;
using Attendance.Web.Faces.Matching;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Kiosks;

/// <summary>Keeps what each kiosk that is in use has seen lately. Nothing of it is stored, and nothing of it is a picture.</summary>
internal sealed class KioskStates(FaceMatcher matcher, IOptions<LivenessOptions> liveness, IOptions<RecognitionOptions> recognition)
{
    private readonly ConcurrentDictionary<Guid, KioskState> _states = new();

    public KioskState Of(Kiosk kiosk) => _states.GetOrAdd(kiosk.Id, _ => new KioskState(new KioskVisit(matcher, liveness.Value, recognition.Value)));

    public void Forget(Guid kioskId) => _states.TryRemove(kioskId, out _);
}

/// <summary>One kiosk in use. Whoever works with it holds <see cref="Gate"/>.</summary>
internal sealed class KioskState(KioskVisit visit)
{
    /// <summary>How long a lease that was live is taken for live, and how long those who are expected are not asked for again.</summary>
    public static readonly TimeSpan LeaseFresh = TimeSpan.FromSeconds(1), ExpectationFresh = TimeSpan.FromSeconds(3);

    private CheckLease? _claim;
    private DateTimeOffset _provenAt;
    private long _sequence;
    private (Expectation Expectation, DateTimeOffset At)? _expected;
    private (KioskAnswer Answer, DateTimeOffset Until, Guid? PersonId)? _said;
    private (IReadOnlyList<FaceCandidate> Who, DateTimeOffset Until)? _claimed;

    public SemaphoreSlim Gate { get; } = new(1);

    public KioskVisit Visit => visit;

    /// <summary>Returns what the kiosk still says, because people need a moment to read it, or null.</summary>
    public KioskAnswer? Saying(DateTimeOffset now) => _said is { } said && now < said.Until ? said.Answer : null;

    /// <summary>Returns whether this is the person who is welcomed at this time, and may go on showing face or code.</summary>
    public bool IsWelcoming(Guid personId, DateTimeOffset now) => Saying(now) is { IsWelcome: true } && _said?.PersonId == personId;

    /// <param name="answer">What is said.</param>
    /// <param name="until">How long.</param>
    /// <param name="personId">To whom, if that is known.</param>
    public KioskAnswer Say(KioskAnswer answer, DateTimeOffset until, Guid? personId = null)
    {
        (_said, _claimed) = ((answer, until, personId), null);
        return answer;
    }

    /// <summary>Says nothing any more, because something else is said to the next person.</summary>
    public void Hush() => _said = null;

    /// <summary>Somebody says who they are: the next face is compared with theirs.</summary>
    /// <param name="who">That person, or nobody.</param>
    public void Claim(IReadOnlyList<FaceCandidate> who, DateTimeOffset until)
    {
        visit.Restart();
        (_said, _claimed) = (null, (who, until));
    }

    /// <summary>Returns who somebody has said to be, or null if nobody has, or it came to something, or they went away.</summary>
    public IReadOnlyList<FaceCandidate>? Claimed(DateTimeOffset now) => _claimed is { } claimed && (now < claimed.Until || visit.IsChallenging) ? claimed.Who : null;

    public bool IsProven(CheckLease claim, DateTimeOffset now) => claim == _claim && now - _provenAt < LeaseFresh && now >= _provenAt;

    public void Proven(CheckLease claim, DateTimeOffset now)
    {
        _sequence = claim == _claim ? _sequence : -1; // another lease counts its frames anew
        (_claim, _provenAt) = (claim, now);
    }

    /// <summary>Returns whether this is a later frame than those before.</summary>
    public bool Follows(long sequence)
    {
        if (sequence <= _sequence)
        {
            return false;
        }

        _sequence = sequence;
        return true;
    }

    public Expectation? Expected(DateTimeOffset now) => _expected is { } expected && now - expected.At < ExpectationFresh && now >= expected.At ? expected.Expectation : null;

    public Expectation Expect(Expectation expectation, DateTimeOffset now)
    {
        _expected = (expectation, now);
        return expectation;
    }
}
