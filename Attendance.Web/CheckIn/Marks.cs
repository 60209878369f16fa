using Attendance.Web.Data;

namespace Attendance.Web.CheckIn;

/// <summary>When a session takes place, and when people may check in.</summary>
internal readonly record struct SessionTimes(DateTime OpensAt, DateTime StartsAt, DateTime EndsAt, DateTime ClosesAt)
{
    public static SessionTimes Of(Session session) => new(session.OpensAt, session.StartsAt, session.EndsAt, session.ClosesAt);
}

/// <summary>A person's mark in a session, and what it follows from.</summary>
/// <param name="FirstIn">When the person came, or null.</param>
/// <param name="LastOut">When the person left. Null while the person is there, and where leaving is not looked at.</param>
/// <param name="Presence">How long the person has been there between start and end. Zero where leaving is not looked at.</param>
/// <param name="StatedBy">Whether a correction or a roll call stated the mark, or null if it follows from check-ins alone.</param>
internal sealed record MarkResult(Mark Mark, DateTime? FirstIn = null, DateTime? LastOut = null, TimeSpan Presence = default, CheckInMethod? StatedBy = null);

/// <summary>
/// Derives a mark from a session, its rules, the person's events and the time. Nothing else decides a mark, and no mark is stored. The order
/// in which events arrived does not matter: they are read in the order in which they happened.
/// <list type="number">
/// <item>The last correction wins, unless it takes itself back.</item>
/// <item>The last roll call holds for what was before it. Check-ins after it count.</item>
/// <item>Check-ins within the debounce time of the one before are the same one.</item>
/// <item>Where the rules look at leaving, check-ins alternate: in, out, in. Elsewhere only the first one counts.</item>
/// <item>Without an arrival, the mark is pending until nobody may come any more, and absent from then on.</item>
/// </list>
/// </summary>
internal static class Marks
{
    public static MarkResult Of(SessionTimes session, MarkRules rules, TimeSpan debounce, IEnumerable<CheckInEvent> events, DateTime now)
    {
        var ordered = events.Where(each => each.At <= now).DistinctBy(each => each.Id)
            .OrderBy(each => each.At).ThenBy(each => each.RecordedAt).ThenBy(each => each.Id).ToList();
        var derived = Derive(session, rules, debounce, ordered, now);
        return ordered.FindLast(each => each.Method == CheckInMethod.Correction)?.States is { } corrected
            ? derived with { Mark = corrected, StatedBy = CheckInMethod.Correction }
            : derived;
    }

    private static MarkResult Derive(SessionTimes session, MarkRules rules, TimeSpan debounce, List<CheckInEvent> ordered, DateTime now)
    {
        var roll = ordered.FindLast(each => each.Method == CheckInMethod.RollCall);
        var stated = roll?.States;
        var stay = new Stay(session, rules, debounce);
        foreach (var each in ordered)
        {
            if (each == roll && stated is { } mark)
            {
                stay.State(mark, each.At);
            }
            else if (IsCheckIn(each.Method) && session.OpensAt <= each.At && each.At <= session.ClosesAt)
            {
                stay.CheckIn(each.At);
            }
        }

        return stay.Result(now, stated is null ? null : CheckInMethod.RollCall);
    }

    private static bool IsCheckIn(CheckInMethod method) => method is CheckInMethod.Face or CheckInMethod.Code or CheckInMethod.Qr;

    /// <summary>Follows one person through one session.</summary>
    private sealed class Stay(SessionTimes session, MarkRules rules, TimeSpan debounce)
    {
        private Mark? _stated;
        private DateTime? _firstIn, _lastOut, _lastMove;
        private DateTime _enteredAt;
        private TimeSpan _presence;
        private bool _isIn;

        public void CheckIn(DateTime at)
        {
            if (_lastMove is { } last && at - last < debounce)
            {
                return;
            }

            if (_firstIn is null)
            {
                Enter(at);
                if (_stated is Mark.Absent or Mark.Excused)
                {
                    _stated = null; // came after all
                }
            }
            else if (rules.WantsCheckOut)
            {
                Turn(at);
            }

            _lastMove = at;
        }

        public void State(Mark mark, DateTime at)
        {
            _stated = mark;
            if (mark is Mark.Absent or Mark.Excused)
            {
                (_firstIn, _lastOut, _isIn, _presence, _lastMove) = (null, null, false, TimeSpan.Zero, null); // what was before counts no more
                return;
            }

            if (_firstIn is null)
            {
                Enter(at);
                _enteredAt = mark == Mark.Present ? Earlier(at, session.StartsAt) : at; // who is called present has been there from the start
            }
            else if (!_isIn)
            {
                (_isIn, _enteredAt, _lastOut) = (true, at, null);
            }

            if (mark == Mark.LeftEarly)
            {
                Turn(at);
            }

            _lastMove = at;
        }

        public MarkResult Result(DateTime now, CheckInMethod? statedBy)
        {
            var presence = rules.WantsCheckOut ? _presence + (_isIn ? Between(_enteredAt, now) : TimeSpan.Zero) : TimeSpan.Zero;
            var mark = _stated is Mark.Absent or Mark.Excused ? _stated.Value : MarkOf(presence, now);
            return new MarkResult(mark, _firstIn, rules.WantsCheckOut || mark == Mark.LeftEarly ? _lastOut : null, presence, _stated is null ? null : statedBy);
        }

        private Mark MarkOf(TimeSpan presence, DateTime now)
        {
            var arrival = _stated is Mark.Present or Mark.Late ? _stated.Value : Arrival(now);
            if (arrival is Mark.Pending or Mark.Absent)
            {
                return arrival;
            }

            if (rules.MinimumPresence is { } least && now >= session.EndsAt && presence < least)
            {
                return Mark.Absent;
            }

            var isOutEarly = !_isIn && (_stated == Mark.LeftEarly || (rules.LeftEarlyBefore is { } before && _lastOut < session.EndsAt - before));
            return isOutEarly ? Mark.LeftEarly : arrival;
        }

        /// <summary>What the arrival alone comes to.</summary>
        private Mark Arrival(DateTime now)
        {
            var noneAfter = rules.AbsentAfter is { } after ? Earlier(session.StartsAt + after, session.EndsAt) : session.EndsAt;
            return _firstIn is not { } came ? now >= noneAfter ? Mark.Absent : Mark.Pending
                : _stated is not null ? Mark.Present
                : came >= noneAfter ? Mark.Absent
                : came <= session.StartsAt + rules.LateAfter ? Mark.Present
                : Mark.Late;
        }

        private void Enter(DateTime at) => (_firstIn, _enteredAt, _isIn) = (at, at, true);

        private void Turn(DateTime at)
        {
            if (_isIn)
            {
                _presence += Between(_enteredAt, at);
                (_isIn, _lastOut) = (false, at);
            }
            else
            {
                (_isIn, _enteredAt, _lastOut) = (true, at, null);
            }
        }

        /// <summary>How much of the session lies between two times.</summary>
        private TimeSpan Between(DateTime from, DateTime until)
        {
            var (start, end) = (from > session.StartsAt ? from : session.StartsAt, Earlier(until, session.EndsAt));
            return end > start ? end - start : TimeSpan.Zero;
        }

        private static DateTime Earlier(DateTime one, DateTime other) => one < other ? one : other;
    }
}
