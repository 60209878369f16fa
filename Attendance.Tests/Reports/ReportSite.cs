using Attendance.Tests.CheckIn;
using Attendance.Web.Data;
using Attendance.Web.Schedules;
using NodaTime;
using Xunit;

namespace Attendance.Tests.Reports;

/// <summary>A group whose people have been in it for two years, and sessions with what was recorded in them.</summary>
internal sealed class ReportSite(params (string Key, string? Value)[] settings) : IAsyncDisposable
{
    public const string Zone = "Europe/Vienna";

    private int _stated;

    public AttendanceSite Site { get; } = new(new Uri("http://127.0.0.1:1"), settings);

    public DateTime Now => Site.Clock.UtcNow;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The last night in which the clocks were set back: from 03:00 on that day to 02:00.</summary>
    public DateOnly ClocksSetBack()
    {
        var zone = DateTimeZoneProviders.Tzdb[Zone];
        var interval = zone.GetZoneInterval(Instant.FromDateTimeUtc(Now.AddDays(-3)));
        while (interval.Savings != Offset.Zero)
        {
            interval = zone.GetZoneInterval(interval.Start - Duration.Epsilon);
        }

        return DateOnly.FromDateTime(interval.Start.InZone(zone).ToDateTimeUnspecified());
    }

    public async Task<Guid> GroupAsync(string name, params Guid[] members)
    {
        var group = await Site.GroupAsync(name);
        await Site.DbAsync(async db =>
        {
            db.Memberships.AddRange(members.Select(member => new Membership { GroupId = group, PersonId = member, From = Now.AddDays(-800) }));
            return await db.SaveChangesAsync(Cancel);
        });
        return group;
    }

    public Task<Session> SessionAsync(Guid group, string name, DateOnly day, TimeOnly start, TimeSpan lasts, MarkRules? rules = null, bool isCancelled = false, string? place = null) =>
        SessionAtAsync(group, name, day, Zones.ToUtc(Zone, day, start), lasts, rules, isCancelled, place);

    public Task<Session> SessionAtAsync(
        Guid group, string name, DateOnly day, DateTime start, TimeSpan lasts, MarkRules? rules = null, bool isCancelled = false, string? place = null) => Site.DbAsync(async db =>
    {
        var session = new Session
        {
            OriginalDay = day, OriginalStart = start, Name = name, Zone = Zone, Place = place, PlaceKey = Places.Key(place), Rules = rules ?? new CheckInOptions().Rules(),
        };
        session.SetTimes(start, start + lasts, day);
        if (isCancelled)
        {
            session.SetState(SessionState.Cancelled);
        }

        session.Groups.Add(new SessionGroup { SessionId = session.Id, GroupId = group });
        db.Sessions.Add(session);
        await db.SaveChangesAsync(Cancel);
        return session;
    });

    public Task<int> ComesAsync(Session session, Guid person, params TimeSpan[] afterStart) => Site.DbAsync(db =>
    {
        foreach (var after in afterStart)
        {
            var at = session.StartsAt + after;
            db.CheckIns.Add(Of(session, new() { Id = Guid.NewGuid(), PersonId = person, At = at, RecordedAt = at, Method = CheckInMethod.Face }));
        }

        return db.SaveChangesAsync(Cancel);
    });

    /// <summary>States a mark in a session's second minute. What is stated later happened later.</summary>
    public Task<int> StateAsync(Session session, Guid person, CheckInMethod method, Mark? mark) => Site.DbAsync(db =>
    {
        db.CheckIns.Add(Of(session, new()
        {
            Id = Guid.NewGuid(), PersonId = person, At = session.StartsAt.AddSeconds(60 + _stated++), RecordedAt = session.EndsAt, Method = method, States = mark, Reason = "Because",
        }));
        return db.SaveChangesAsync(Cancel);
    });

    public ValueTask DisposeAsync() => Site.DisposeAsync();

    private static CheckInEvent Of(Session session, CheckInEvent happened)
    {
        happened.Sessions.Add(new CheckInSession { EventId = happened.Id, SessionId = session.Id });
        return happened;
    }
}
