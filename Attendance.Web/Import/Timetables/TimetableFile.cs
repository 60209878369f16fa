using Attendance.Web.Data;
using Attendance.Web.Languages;
using Attendance.Web.Schedules;
using Ical.Net;
using Ical.Net.CalendarComponents;
using Ical.Net.DataTypes;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Import.Timetables;

/// <summary>Reads the events of an iCalendar file (RFC 5545), each as a schedule or with the reason why it cannot be one.</summary>
internal static class TimetableFile
{
    public const int Largest = 1024 * 1024;
    private const int Most = 2000, MostDays = 500;

    private static readonly char[] s_betweenGroups = [',', '|', ';'];

    /// <exception cref="ImportTroubleException">The text is no calendar, or it has too many events.</exception>
    public static IReadOnlyList<ReadEvent> Read(string text, TimetableSettings settings)
    {
        var events = Load(text);
        var known = Load(text).Select(each => each.Uid).ToHashSet(StringComparer.Ordinal); // an event without a UID gets another one each time
        var moved = events.Where(each => IsPart(each)).ToLookup(each => each.Uid, StringComparer.Ordinal);
        var whole = events.Where(each => !IsPart(each)).ToList();
        var doubled = whole.GroupBy(each => each.Uid, StringComparer.Ordinal).Where(same => same.Skip(1).Any()).Select(same => same.Key).ToHashSet(StringComparer.Ordinal);
        var found = new List<ReadEvent>();
        foreach (var each in whole)
        {
            found.AddRange(Try(each, () =>
                each.Uid is null || !known.Contains(each.Uid) ? throw new EventException("The event has no UID, by which it would be known again.")
                : doubled.Contains(each.Uid) ? throw new EventException("Several events of the file have the same UID.")
                : Read(each, moved[each.Uid], settings)));
        }

        var wholes = whole.Select(each => each.Uid).ToHashSet(StringComparer.Ordinal);
        found.AddRange(events.Where(each => IsPart(each) && !wholes.Contains(each.Uid))
            .Select(each => new ReadEvent(TitleOf(each), each.Start?.Date, null, "This is one date of an event that is not in the file.")));
        return found;
    }

    private static List<CalendarEvent> Load(string text)
    {
        try
        {
            var events = (Calendar.Load(text)?.Events ?? throw new FormatException("There is no calendar.")).ToList();
            return events.Count <= Most ? events : throw new ImportTroubleException(T("The file has more than {0} events.", Show.Number(Most)));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException and not OperationCanceledException and not ImportTroubleException)
        {
            throw new ImportTroubleException(T("This is no iCalendar file. Choose a file whose name ends with .ics.")); // the parser throws what it likes at a text that is no calendar
        }
    }

    /// <summary>Whether it changes one date of an event that recurs.</summary>
    private static bool IsPart(CalendarEvent each) => each.RecurrenceIdentifier is not null;

    private static IEnumerable<ReadEvent> Try(CalendarEvent each, Func<IReadOnlyList<ReadEvent>> read)
    {
        try
        {
            return read();
        }
        catch (EventException problem)
        {
            return [new(TitleOf(each), each.Start?.Date, null, problem.Message)];
        }
        catch (Exception exception) when (exception is not OutOfMemoryException and not OperationCanceledException)
        {
            return [new(TitleOf(each), null, null, "The event cannot be understood.")]; // the parser reads values only when they are asked for
        }
    }

    private static IReadOnlyList<ReadEvent> Read(CalendarEvent each, IEnumerable<CalendarEvent> moved, TimetableSettings settings)
    {
        if (each.Start is not { } begin)
        {
            throw new EventException("The event has no start.");
        }

        if (!begin.HasTime)
        {
            throw new EventException("The event lasts whole days. Import holidays under Schedules, Holidays.");
        }

        if (string.Equals(each.Status, EventStatus.Cancelled, StringComparison.OrdinalIgnoreCase))
        {
            throw new EventException("The event is cancelled. If there is a schedule of it, end that one.");
        }

        if (each.Uid!.Length > Schedule.SourceLength || each.Properties.Count(property => property.Name is "RRULE") > 1 || each.Properties.Any(property => property.Name is "EXRULE"))
        {
            throw new EventException("The event recurs by several rules, or its UID is too long.");
        }

        // A single time in UTC is one of the site, and one that recurs in UTC keeps that clock.
        var zone = begin.IsUtc && each.RecurrenceRule is null ? settings.Zone : EventTimes.ZoneOf(begin, settings.Zone);
        var start = EventTimes.LocalOf(begin, zone, settings.Zone);
        var duration = EventTimes.DurationOf(each, settings.Zone);
        var rule = EventRule.Of(each, start, zone, settings.Zone);
        var (except, extra) = (each.ExceptionDates.GetAllDates().Where(date => IsStart(date)).Select(DayOf).ToList(), Extra(each, duration, IsStart).Select(DayOf).ToList());
        var problems = new List<ReadEvent>();
        foreach (var one in moved)
        {
            Move(one, DayOf(one.RecurrenceIdentifier!.StartTime));
        }

        if (except.Count > MostDays || extra.Count > MostDays)
        {
            throw new EventException($"The event has more than {MostDays} exceptions.");
        }

        var read = new TimetableEvent(
            each.Uid, NameOf(each), rule, DateOnly.FromDateTime(start), TimeOnly.FromDateTime(start), duration, zone, PlaceOf(each), Recurrence.WriteDays(except), Recurrence.WriteDays(extra),
            GroupsOf(each, settings));
        return [new(read.Name, read.FirstDay, read, null), .. problems];

        DateOnly DayOf(CalDateTime date) => date.HasTime ? DateOnly.FromDateTime(EventTimes.LocalOf(date, zone, settings.Zone)) : date.Date;

        bool IsStart(CalDateTime date) => !date.HasTime || EventTimes.LocalOf(date, zone, settings.Zone).TimeOfDay == start.TimeOfDay;

        void Move(CalendarEvent one, DateOnly day)
        {
            var isCancelled = string.Equals(one.Status, EventStatus.Cancelled, StringComparison.OrdinalIgnoreCase);
            var stays = !isCancelled && one.Start is { HasTime: true } && IsStart(one.Start) && EventTimes.DurationOf(one, settings.Zone) == duration;
            if (stays && DayOf(one.Start!) == day)
            {
                return;
            }

            except.Add(day);
            if (stays)
            {
                extra.Add(DayOf(one.Start!));
            }
            else if (!isCancelled)
            {
                problems.Add(new(TitleOf(one), one.Start?.Date, null, $"The date {day:yyyy-MM-dd} of this event is at another time or lasts otherwise. The schedule leaves it out: make a single session for it."));
            }
        }
    }

    private static IEnumerable<CalDateTime> Extra(CalendarEvent each, TimeSpan duration, Func<CalDateTime, bool> isStart)
    {
        var dates = each.RecurrenceDates.GetAllDates().ToList();
        var periods = each.RecurrenceDates.GetAllPeriods().ToList();
        return dates.All(isStart) && periods.All(period => isStart(period.StartTime) && (period.EffectiveDuration?.ToTimeSpanUnspecified() ?? duration) == duration)
            ? dates.Concat(periods.Select(period => period.StartTime))
            : throw new EventException("Some dates of the event are at another time of the day, or last otherwise. Make a schedule or single sessions for them.");
    }

    private static string NameOf(CalendarEvent each) =>
        Writing.Tidy(each.Summary ?? "") is { } name && Writing.IsSeen(name) && Writing.CanBeWritten(name) ? Shortened(name, Schedule.NameLength)
        : throw new EventException("The event has no name (SUMMARY) that can be written.");

    private static string? PlaceOf(CalendarEvent each) =>
        Writing.Tidy(each.Location ?? "") is not { Length: > 0 } place ? null
        : Writing.IsSeen(place) && Writing.CanBeWritten(place) ? Shortened(place, Schedule.PlaceLength)
        : throw new EventException("The place of the event (LOCATION) has a character that cannot be written.");

    private static List<string> GroupsOf(CalendarEvent each, TimetableSettings settings)
    {
        var names = settings.GroupsBy switch
        {
            GroupsBy.Categories => each.Categories,
            GroupsBy.Property => each.Properties.Where(property => string.Equals(property.Name, settings.Property, StringComparison.OrdinalIgnoreCase))
                .SelectMany(property => property.Value?.ToString()?.Split(s_betweenGroups) ?? []),
            _ => [],
        };
        var groups = names.Select(Writing.Tidy).Where(name => name.Length > 0).DistinctBy(Writing.Fold, StringComparer.Ordinal).ToList();
        return settings.GroupsBy == GroupsBy.Choice || groups.Count > 0 ? groups : throw new EventException("The event names no group.");
    }

    private static string TitleOf(CalendarEvent each) => Writing.Tidy(each.Summary ?? "") is { Length: > 0 } title && Writing.CanBeWritten(title) ? Shortened(title, Schedule.NameLength) : "(no name)";

    private static string Shortened(string text, int most) => text.Length > most ? text[..(most - 1)] + '…' : text;
}
