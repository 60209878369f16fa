using Attendance.Web.Audit;
using Attendance.Web.Data;
using Ical.Net;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Schedules;

/// <summary>A holiday as a file has it.</summary>
/// <param name="Name">Empty if the event has none.</param>
/// <param name="Source">The event's UID.</param>
internal sealed record HolidayEntry(string Name, DateOnly FirstDay, DateOnly LastDay, string Source);

/// <summary>Reads holidays from an iCalendar file (RFC 5545).</summary>
internal static class HolidayFile
{
    private const int Most = 2000;

    /// <summary>For how many years ahead a holiday that recurs is entered.</summary>
    private const int YearsAhead = 5;

    /// <returns>The holidays, or null if the text is no calendar or has more than 2,000 days of holidays.</returns>
    public static IReadOnlyList<HolidayEntry>? Read(string text, DateOnly today)
    {
        try
        {
            // An event that is recurring in the file is one holiday for each time.
            var found = (
                from each in Calendar.Load(text)?.Events ?? throw new FormatException("There is no calendar.")
                where each.Start is not null && each.RecurrenceRule?.Frequency is not (FrequencyType.Secondly or FrequencyType.Minutely or FrequencyType.Hourly)
                from days in Recurrence.DaysOf(each, today.AddYears(-1), today.AddYears(YearsAhead)).Take(Most + 1)
                select new HolidayEntry(Shortened(Named(each.Summary), Holiday.NameLength), days.First, days.Last, Shortened(each.Uid ?? "", Holiday.SourceLength)))
                .Take(Most + 1).ToList();
            return found.Count > Most ? null : [.. found.DistinctBy(each => (each.Source, each.FirstDay))];
        }
        catch (Exception exception) when (exception is not OutOfMemoryException and not OperationCanceledException)
        {
            return null; // the parser throws what it likes at a text that is no calendar
        }
    }

    private static string Named(string? summary) => string.IsNullOrWhiteSpace(summary) || !Writing.CanBeWritten(summary) ? "" : Writing.Tidy(summary);

    private static string Shortened(string text, int most) => text.Length > most ? text[..most] : text;
}

/// <summary>Stores holidays. After each change, the sessions of all schedules follow.</summary>
internal sealed class HolidayStore(AttendanceDb db, AuditLog audit, SessionUpkeep upkeep, TimeProvider clock)
{
    /// <summary>Lists the holidays that have not passed yet.</summary>
    public Task<List<Holiday>> ListAsync(CancellationToken cancellationToken)
    {
        var from = Today.AddDays(-7);
        return db.Holidays.AsNoTracking().Where(each => each.LastDay >= from).OrderBy(each => each.FirstDay).ThenBy(each => each.Id).ToListAsync(cancellationToken);
    }

    public DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>Stores the holidays of a file. Importing the same file again changes nothing.</summary>
    /// <returns>How many are new.</returns>
    public async Task<int> ImportAsync(IReadOnlyList<HolidayEntry> entries, string accountId, CancellationToken cancellationToken)
    {
        var known = await db.Holidays.ToDictionaryAsync(each => (each.Source, each.FirstDay), cancellationToken);
        var added = 0;
        foreach (var entry in entries)
        {
            if (known.TryGetValue((entry.Source, entry.FirstDay), out var there))
            {
                (there.Name, there.LastDay) = (entry.Name, entry.LastDay);
            }
            else
            {
                db.Holidays.Add(new Holiday { Name = entry.Name, FirstDay = entry.FirstDay, LastDay = entry.LastDay, Source = entry.Source });
                added++;
            }
        }

        audit.Add(accountId, new("holidays.imported", Detail: $"{entries.Count} read, {added} new"));
        await db.SaveChangesAsync(cancellationToken);
        await upkeep.MakeAllAsync(cancellationToken);
        return added;
    }

    public async Task DeleteAsync(Guid id, string accountId, CancellationToken cancellationToken)
    {
        if (await db.Holidays.SingleOrDefaultAsync(each => each.Id == id, cancellationToken) is { } holiday)
        {
            db.Holidays.Remove(holiday);
            audit.Add(accountId, new("holiday.deleted", id, Detail: $"{holiday.FirstDay:yyyy-MM-dd}"));
            await db.SaveChangesAsync(cancellationToken);
            await upkeep.MakeAllAsync(cancellationToken);
        }
    }
}
